"""BKP-10 to BKP-13 and MON-02: the answers of the drills, and that their scripts are portable sh."""

import json
import os
import subprocess
from pathlib import Path

import msgspec
import pytest

import fixtures.drills
from fixtures.ask.answer import Unknown
from fixtures.ask.facts import FACTS, Asked
from fixtures.drills.backup_failure import backup_failure
from fixtures.drills.cluster_restore import cluster_restore
from fixtures.drills.disk_alert import disk_alert
from fixtures.drills.postgres_restore import postgres_restore
from fixtures.drills.redis_restore import Base, redis_restore
from fixtures.drills.script import trusted
from testing.host_answers import BACKUP_FAILURE, CLUSTER_RESTORE, POSTGRES_RESTORE, REDIS_RESTORE
from testing.threats import attack

ROOMS = Path(fixtures.drills.__file__).parents[1]


@pytest.mark.parametrize(
    ("changes", "percent"),
    [
        ({}, 100),
        ({"restored": 882}, 882 / 17.65),
        ({"keys": 0, "restored": 0, "live": 0}, 100),
        ({"keys": 0, "restored": 0, "live": 9}, 0),
        ({"keys": 0, "restored": 0, "checked": 1, "live": 0}, 0),
    ],
)
def test_a_snapshot_in_percent(changes: dict[str, int], percent: float) -> None:
    assert msgspec.structs.replace(redis_restore(REDIS_RESTORE), **changes).percent == pytest.approx(percent)


def test_a_restore_in_percent() -> None:
    sound = postgres_restore(POSTGRES_RESTORE)
    assert sound.percent == 100
    assert msgspec.structs.replace(sound, restored=6036).percent == 50
    assert msgspec.structs.replace(sound, rows=0, restored=0).percent == 0


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ('{"unable":"no-room","why":"270 MB needed"}', "drill-no-room"),
        ('{"unable":"uncountable","why":"x.dump"}', "drill-uncountable"),
    ],
)
def test_a_restore_that_could_not_be_held_is_unknown(answer: str, code: str) -> None:
    with pytest.raises(Unknown) as raised:
        postgres_restore(answer)
    assert raised.value.code == code


def test_a_drill_that_was_ended_says_after_how_long() -> None:
    with pytest.raises(Unknown) as raised:
        postgres_restore('{"unable":"timed-out","drill":"postgres-restore","seconds":270}')
    assert raised.value.code == "timed-out"
    assert raised.value.values == {"fact": "postgres_restore", "seconds": 270}


def test_two_answers_are_none() -> None:
    with pytest.raises(ValueError, match="trailing"):
        postgres_restore(POSTGRES_RESTORE + "\n" + POSTGRES_RESTORE)


def test_no_backup_is_an_answer() -> None:
    assert postgres_restore('{"dump":""}').dump == ""


def common(tmp_path: Path, command: str, *more: str) -> str:
    """Run a function that all drills share, or one of the files `more`; return its output."""
    script = trusted("common.sh", *more)
    done = subprocess.run(
        ["sh", "-c", f"kind=test\n{script}\nwithin 9\n{command}"],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
        env=os.environ | {"BACKUPS_DIRECTORY": str(tmp_path)},
    )
    return done.stdout.strip()


def test_the_newest_is_no_checksum_and_nothing_unfinished(tmp_path: Path) -> None:
    for age, name in enumerate(("a.rdb.partial", "a.rdb.sha256", "b c.rdb", "c.rdb")):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (1000 - age, 1000 - age))
    assert common(tmp_path, 'newest "*.rdb*"; echo "$newest"') == str(tmp_path / "b c.rdb")
    assert common(tmp_path, 'newest "*.none"; echo "$newest"') == ""


PARTS = 'newest "k8s-*"; work=$BACKUPS_DIRECTORY/..; parts; echo "$store_copy|$token|$manifests|$bytes"'


@attack("T16", "A drill opens nothing but files in the folder of the backups")
@pytest.mark.parametrize("name", ["a {}", "a\t{}", "a\n{}", "*{}", "\\{}", "-n {}"])
@pytest.mark.parametrize("part", ["token", "all.yaml", "state.db"])
def test_no_name_in_a_copy_of_the_cluster_is_another_file(tmp_path: Path, name: str, part: str) -> None:
    """A copy holds empty files whose paths, taken for words, patterns or rows, name whole ones elsewhere, also by a link."""
    home, elsewhere = tmp_path / "backups", tmp_path / "whole"
    for folder in (home / "k8s-1", elsewhere):
        folder.mkdir(parents=True)
    (elsewhere / part).write_bytes(b"SQLite format 3\0" if part == "state.db" else b"apiVersion: v1\n" * 9)
    (home / "k8s-1" / "link").symlink_to("/")
    forged = home / "k8s-1" / Path(name.format(elsewhere / part))
    forged.parent.mkdir(parents=True, exist_ok=True)
    forged.touch()
    said = common(home, PARTS, "cluster_copy.sh")
    if "\n" in name or "\t" in name:
        assert json.loads(said)["unable"] == "unreadable"
    else:
        found = [word for word in said.replace("sqlite ", "").split("|") if word.startswith("/")]
        assert {word.strip() for word in found} <= {str(forged)}
        assert said.split("|")[-1] == "0"


@attack("T16", "A drill opens nothing but files in the folder of the backups")
def test_the_newest_is_a_file_of_the_backups(tmp_path: Path) -> None:
    """The newest backup is a pipe, a device or a file elsewhere, by a link; an older one is honest."""
    home = tmp_path / "backups"
    home.mkdir()
    (home / "honest.sql").touch()
    (home / "latest.sql").symlink_to("honest.sql")
    os.utime(home / "honest.sql", (1000, 1000))
    os.mkfifo(home / "pipe.sql")
    (tmp_path / "elsewhere").touch()
    for name, place in (("zero.sql", "/dev/zero"), ("out.sql", tmp_path / "elsewhere"), ("up.sql", "../elsewhere")):
        (home / name).symlink_to(place)
    assert common(home, 'newest "*.sql"; echo "$newest"') == str(home / "honest.sql")


@pytest.mark.skipif(os.geteuid() != 0, reason="the lock is root's")
@attack("T16", "Drills of one kind take their turns, however many are asked for at once")
def test_drills_of_one_kind_take_turns() -> None:
    """A drill is asked for while one of its kind is under way, and a third while the second waits."""
    kind = f"test-{os.getpid()}"
    lock = Path("/run/phase0-observer", kind)
    begun = f"kind={kind}\n{trusted('common.sh')}\nwithin 2\nturn\n"
    try:
        with subprocess.Popen(["sh", "-c", f"{begun}echo begun; sleep 3"], stdout=subprocess.PIPE, text=True) as first:
            assert first.stdout is not None
            assert first.stdout.readline() == "begun\n"
            second = subprocess.run(["sh", "-c", f"{begun}echo begun"], capture_output=True, text=True, check=False)
            assert '"unable":"busy"' in second.stdout
        third = subprocess.run(["sh", "-c", f"{begun}echo begun"], capture_output=True, text=True, check=False)
        assert third.stdout == "begun\n"
    finally:
        lock.unlink(missing_ok=True)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("x.sql.gz.gpg", b""),
        ("x.age", b""),
        ("x.sql", b"age-encryption.org/v1\n"),
        ("y.sql", b"-----BEGIN PGP MESSAGE-----\n"),
    ],
)
def test_what_is_encrypted_is_no_failure(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    assert common(tmp_path, 'newest "*"; echo open') == f'{{"unable":"sealed","why":"{name}"}}'


def test_only_what_nobody_is_at_is_under_way(tmp_path: Path) -> None:
    assert common(tmp_path, "! under_way phase0-drill-test-1-4194305 && echo gone") == "gone"


@pytest.mark.parametrize(
    ("data", "keys"),
    [
        (b"\xfb\x05\x00", 5),
        (b"\xfb\x41\x02\x00", 258),
        (b"\xfb\x80\x00\x01\x00\x00\x00", 65536),
        (b"\x00\x05", 0),
        (b"", 0),
        (b"\xfb\x81\x00\x00\x00\x00\x00\x00\x00\x07\x00", 7),
    ],
)
def test_how_many_keys_a_snapshot_says_a_database_has(tmp_path: Path, data: bytes, keys: int) -> None:
    script = (ROOMS / "drills" / "redis_check.sh").read_text(encoding="utf-8")
    sized = script[script.index("sized() {") : script.index("\nsed -n 's/^\\[offset")]
    (tmp_path / "dump.rdb").write_bytes(b"xx" + data)
    done = subprocess.run(
        ["sh", "-c", f"{sized}\nsized 2"], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=30
    )
    assert done.stdout.strip() == str(keys)


@pytest.mark.parametrize(
    ("base", "changes", "lost", "behind", "stranger"),
    [
        ((0, 1725, 1700, 1700, 1000, 1000), 0, False, False, False),
        ((0, 1725, 1700, 3, 0, 1000), 0, True, False, True),
        ((0, 1725, 1700, 3, 1, 1000), 5000, False, True, True),  # it may have grown since
        ((0, 1725, 1700, 3, 1, 1000), -1, True, False, True),
        ((0, 1725, 1700, 1690, 995, 1000), 9, True, False, False),  # ten are gone, nine were changed
        ((0, 1725, 1700, 1690, 995, 1000), 10, False, False, False),
        ((0, 1725, 1700, 1200, 700, 1000), -1, False, True, False),
        ((0, 9, 9, 3, 3, 9), -1, False, False, True),
        ((1, 40, 40, 40, 0, 40), 0, False, False, True),  # as many keys, of other names
        ((1, 4000, 0, 0, 0, 1000), 0, False, False, False),  # a cache: every key has an end
        ((1, 3, 3, 0, 0, 3), -1, False, True, False),
        ((0, 4000, 0, 0, 3, 1000, 3, 0), 5, True, False, False),  # sessions: every key has an end, most are not there
        ((0, 4000, 0, 0, 3, 1000, 3, 3, 900), -1, False, True, False),
        ((0, 4000, 0, 0, 0, 1000, 3900, 0, 900), -1, False, True, False),  # other sessions
        ((0, 4000, 0, 0, 3, 1000, 3, 0, 0), -1, False, False, False),  # of an hour: none need have been there
        ((0, 4000, 0, 0, 900, 1000, 3900, 890, 900), -1, False, False, False),
    ],
)
def test_a_database_beside_the_one_that_lives(
    base: tuple[int, ...], changes: int, lost: bool, behind: bool, stranger: bool
) -> None:
    drill = msgspec.structs.replace(redis_restore(REDIS_RESTORE), bases=(Base(*base),), changes=changes)
    assert (bool(drill.lost), bool(drill.behind), drill.stranger is not None) == (lost, behind, stranger)


def test_names_of_keys_are_counted_and_not_kept() -> None:
    live = "# Keyspace\nname 0 a b\nname 0 c\nname 1 a\nidle 0 9 a b\nidle 0 8 c\nidle 1 1 a\nlisted\n"
    back = "w got 0 2\nw name 0 a b\nw name 0 x\nw name 1 a\nname 0 c\nw loaded\n"
    done = subprocess.run(
        [
            "sh",
            "-c",
            'printf %s "$1" | awk -v word=w -v age=5 -f "$2" /dev/fd/3 - 3<<EOF\n$0EOF',
            live,
            back,
            str(ROOMS / "drills" / "redis_names.awk"),
        ],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert sorted(done.stdout.splitlines()) == [
        "name 0 c",
        "w got 0 2",
        "w loaded",
        "w met 0 1 2 1 2",
        "w met 1 1 1 0 0",
    ]


@pytest.mark.parametrize(
    ("log", "expected"),
    [
        ('time="1" level=error msg="error: database disk image is malformed"', "malformed"),
        (
            "\n".join(f'time="{n}" level=error msg="failed to ping connection: input/output {n}"' for n in range(5)),
            "ping connection",
        ),
        ('time="1" level=error msg="failed to ping connection: it starts"', ""),
        ('time="1" level=info msg="Waiting for the datastore"\n' * 9, ""),
    ],
)
def test_a_datastore_that_cannot_be_read_is_told_at_once(tmp_path: Path, log: str, expected: str) -> None:
    script = (ROOMS / "drills" / "cluster_restore_inside.sh").read_text(encoding="utf-8")
    function = script[script.index("broken_store() {") : script.index("\nuntil as k3s")]
    (tmp_path / "log").write_text(log + "\n")
    done = subprocess.run(
        ["sh", "-c", f"{function}\nbroken_store log"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.returncode == 0) == bool(expected)
    assert expected in done.stdout


@pytest.mark.parametrize(
    ("changes", "young"),
    [
        ({}, False),
        ({"living": 0}, True),
        ({"living": 0, "route": "datastore", "objects": 0, "restored": 0, "message": ""}, True),
        ({"living": 0, "route": "datastore", "objects": 0, "restored": 0, "message": "file is not a database"}, False),
        ({"living": 0, "objects": 0, "restored": 0}, False),
    ],
)
def test_a_copy_that_nothing_is_older_than(changes: dict[str, int | str], young: bool) -> None:
    assert msgspec.structs.replace(cluster_restore(CLUSTER_RESTORE), **changes).too_young == young


def test_a_copy_in_percent() -> None:
    sound = cluster_restore(CLUSTER_RESTORE)
    assert sound.percent == 100
    assert msgspec.structs.replace(sound, restored=56).percent == 25
    assert msgspec.structs.replace(sound, restored=0, objects=0).percent == 0


@pytest.mark.parametrize(
    ("changes", "flaws"),
    [
        ({}, ()),
        ({"status": 0, "heard": ""}, ("succeeded",)),
        ({"status": 124}, ("endless",)),
        ({"heard": ""}, ("silent",)),
        ({"left": "x.partial", "lost": 3}, ("left", "lost")),
    ],
)
def test_how_a_script_takes_a_failure(changes: dict[str, int | str], flaws: tuple[str, ...]) -> None:
    drill = backup_failure(BACKUP_FAILURE)
    one = msgspec.structs.replace(drill.scripts[0], **changes)
    assert one.flaws == flaws
    assert msgspec.structs.replace(drill, scripts=(one,)).faulty == bool(flaws)


def test_a_script_that_never_asked_the_cluster_proves_nothing() -> None:
    drill = backup_failure(BACKUP_FAILURE)
    other = msgspec.structs.replace(drill.scripts[0], asked=0, status=0)
    drill = msgspec.structs.replace(drill, scripts=(other,))
    assert (drill.faulty, drill.unbitten) == (0, (other.script,))


def test_no_backup_at_all_is_told_without_running_anything() -> None:
    done = subprocess.run(
        ["sh", "-c", FACTS["backup_failure"].ask],
        capture_output=True,
        text=True,
        timeout=30,
        env=os.environ | {"BACKUPS_SCRIPTS": "/nonexistent/one", "BACKUPS_DIRECTORY": "/nonexistent"},
    )
    assert backup_failure(done.stdout).scripts == ()


def test_an_alert_that_never_came_has_no_seconds() -> None:
    assert disk_alert('{"script":"found","way":"shim","seconds":null,"where":"","marker":"x"}').seconds is None


def test_an_alert_nobody_can_hear_is_unknown() -> None:
    with pytest.raises(Unknown):
        disk_alert('{"unable":"alert-elsewhere","why":"/usr/local/bin/x"}')


def test_a_missing_check_is_told_without_touching_anything() -> None:
    done = subprocess.run(
        ["sh", "-c", FACTS["disk_alert"].ask],
        capture_output=True,
        text=True,
        timeout=30,
        env=os.environ | {"MONITORING_SCRIPT": "/nonexistent/check"},
    )
    assert disk_alert(done.stdout).script == "missing"


def test_drills_are_asked_as_drills() -> None:
    assert {
        FACTS[name].asked
        for name in ("postgres_restore", "redis_restore", "cluster_restore", "backup_failure", "disk_alert")
    } == {Asked.DRILL}


@pytest.mark.parametrize(
    "line",
    [
        'level=error msg="error while range on /registry/health: database disk image is malformed"',
        'level=fatal msg="starting kubernetes: building kine: file is not a database"',
        'level=info msg="Failed to test data store connection: file is encrypted or is not a database"',
    ],
)
def test_a_damaged_datastore_fails_at_once_with_the_words_of_k3s(tmp_path: Path, line: str) -> None:
    script = (ROOMS / "drills" / "cluster_restore_inside.sh").read_text(encoding="utf-8")
    function = script[script.index("unstarted() {") : script.index("if [ ")]
    wait = script[script.index("broken_store() {") : script.index("quietly() {")]
    (tmp_path / "log").write_text(f"starting\n{line}\nretrying\n")
    done = subprocess.run(
        [
            "sh",
            "-c",
            f"route=datastore\nas() {{ return 1; }}\n{function}\nsleep 600 &\nserver=$!\ntrap 'kill $server' EXIT\n{wait}",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        timeout=100,
    )
    assert done.stdout == f"said {line}\nended\n"
