"""BKP-04 to BKP-08: the backups, by the fact's own command on real files."""

import bz2
import gzip
import hashlib
import io
import lzma
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest

import fixtures.drills
from fixtures.ask.answer import Answer, Unknown
from fixtures.ask.facts import ENDING, FACTS
from fixtures.cluster.groups import ApiGroups, api_groups
from fixtures.host.backups.backup_days import backup_days, kept
from fixtures.host.backups.backups import Backup, Backups, backups
from fixtures.host.backups.cluster_backup import cluster_backup
from gate.sentence import Dated
from testing.backup_files import BODY, DUMP, HEAD, NOW, PART, TRAILER, dump, etcd, manifests, rdb, sqlite, write
from testing.host_answers import BACKUPS
from testing.threats import attack

GIVEN = {
    "BACKUPS_POSTGRES": "postgres/postgres_*.sql.gz",
    "BACKUPS_REDIS": "redis/redis_*.rdb",
    "BACKUPS_CONFIGS": "configs/k8s-*",
}
NONE = ApiGroups(("apps", "batch", "rbac.authorization.k8s.io"))
DAY = 86400


def ask(folder: Path, **given: str) -> Backups:
    done = subprocess.run(
        ["sh", "-c", FACTS["backups"].ask],
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
        env=os.environ | {"BACKUPS_DIRECTORY": str(folder), "LC_ALL": "C"} | GIVEN | given,
    )
    return backups(done.stdout)


def flaws(folder: Path, kind: str) -> tuple[str, ...]:
    return ask(folder).of(kind)[0].flaws


def test_no_folder_and_no_file_mean_no_backup(tmp_path: Path) -> None:
    assert ask(tmp_path / "nowhere").files == ()
    assert ask(tmp_path).files == ()


def test_a_host_that_does_not_tell_how_long_it_is_up_still_tells_of_its_backups(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "postgres/postgres_1.sql.gz", dump())
    (tmp_path / "uptime").touch()
    silent = msgspec.structs.replace(
        FACTS["backups"], ask=FACTS["backups"].ask.replace("/proc/uptime", f"{tmp_path}/uptime")
    )
    monkeypatch.setitem(FACTS, "backups", silent)
    assert ask(tmp_path).of("postgres")[0].valid


def test_a_whole_dump_and_a_name_with_a_blank(tmp_path: Path) -> None:
    write(tmp_path, "postgres/postgres_1.sql.gz", dump())
    write(tmp_path, "postgres/postgres_2 b.sql.gz", gzip.compress(DUMP * 3), NOW + 60)
    first, second = ask(tmp_path).of("postgres")
    assert (first.name, first.written, first.valid, second.valid) == (
        "postgres/postgres_2 b.sql.gz",
        NOW + 60,
        True,
        True,
    )


@pytest.mark.parametrize(
    ("data", "flaw"),
    [
        (gzip.compress(b""), "unfinished"),  # a failed pg_dumpall leaves a valid gzip file without content
        (gzip.compress(HEAD + BODY), "unfinished"),  # cut at the end of a line
        (gzip.compress(HEAD + BODY + PART), "unfinished"),  # the last database is missing
        (dump()[:-20], "broken"),  # a cut file
        (b"", "broken"),
        (gzip.compress(b"PGDMP\x01\x0e"), "cut"),  # pg_dump -Fc
    ],
    ids=["nothing", "cut at a line", "the last is missing", "cut", "empty", "custom"],
)  # the header of a packed file contains the time
def test_an_unfinished_dump_is_not_whole(tmp_path: Path, data: bytes, flaw: str) -> None:
    write(tmp_path, "postgres/postgres_1.sql.gz", data)
    assert flaws(tmp_path, "postgres") == (flaw,) or (data == b"" and flaws(tmp_path, "postgres"))


def tarred(*names: str) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name in names:
            tar.addfile(tarfile.TarInfo(name))
    return packed.getvalue()


ARCHIVES = [file.read_bytes() for file in sorted(Path(__file__).with_name("dumps").glob("*.dump"))]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("dump", ARCHIVES[0]),
        ("dump", ARCHIVES[1]),
        ("dump.gz", gzip.compress(ARCHIVES[0])),
        ("tar", tarred("toc.dat", "2.dat", "restore.sql")),
    ],
    ids=["15", "17", "packed", "tar"],
)
def test_a_whole_archive_of_pg_dump_is_valid(tmp_path: Path, name: str, data: bytes) -> None:
    write(tmp_path, f"postgres/postgres_1.{name}", data)
    assert ask(tmp_path, BACKUPS_POSTGRES="postgres/*").of("postgres")[0].valid


def test_an_archive_that_is_cut_anywhere_is_not_whole() -> None:
    """By the question's own program, in one shell: as much as a table's last byte is missing."""
    text = FACTS["backups"].ask
    program = text[text.index("archive() {") : text.index("\npostgres() {")]
    data = ARCHIVES[0]
    loop = 'lesser() { "$@"; }\n' + program + "\nfor size; do head -c $size /dev/fd/3 3<&0 | archive; done"
    done = subprocess.run(
        [
            "bash",
            "-c",
            'cat >"$0"; ' + loop.replace("/dev/fd/3 3<&0", '"$0"'),
            f"/dev/shm/phase0-{os.getpid()}",
            *map(str, range(9, len(data) + 1, 300)),
            str(len(data)),
        ],
        input=data,
        capture_output=True,
        check=True,
        timeout=120,
    )
    Path(f"/dev/shm/phase0-{os.getpid()}").unlink()
    found = [word for word in done.stdout.split() if word.startswith(b"whole")]
    assert found == [b"whole=0"] * (len(found) - 1) + [b"whole=1"]


def test_dumps_of_one_database_each_are_judged_together() -> None:
    def dump_of(name: str, hours: float, size: int, end: str = "end=database status=0") -> str:
        return f"file {int(NOW - hours * 3600)} {size} postgres head= {end} | postgres/{name}"

    rows = (
        dump_of("crm_2026-11-23_0230.sql.gz", 1, 90),
        dump_of("shop_2026-11-23_0200.sql.gz", 1.5, 40, "status=0"),
        dump_of("old-20261115.sql", 200, 9, "status=1"),
        dump_of("crm_2026-11-22_0230.sql.gz", 25, 91),
        dump_of("shop_2026-11-22_0200.sql.gz", 25.5, 100, "status=0"),
    )
    seen = backups("\n".join((f"now {NOW}", "zone UTC", "settings", "free 9", *rows, "")))
    assert [file.name[9:13] for file in seen.current("postgres")] == ["crm_", "shop"]
    assert [file.flaws for file in seen.current("postgres")] == [(), ("unfinished",)]
    assert (seen.newest("postgres").shrunk, seen.newest("postgres").name[9:13], seen.newest_set) == (True, "shop", 130)
    everything = rows[0].replace("end=database", "end=database end=cluster")
    whole = backups("\n".join((f"now {NOW}", "zone UTC", "settings", "free 9", everything, *rows[1:], "")))
    assert len(whole.current("postgres")) == 1


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("pg/shop_20261130_020000.sql.gz", "pg/shop_20261129_020001.sql.gz", True),
        ("2026-11-30/shop.sql.gz", "2026-11-29/shop.sql.gz", True),
        ("2026-11-30/shop.sql.gz", "2026-11-30/crm.sql.gz", False),
        ("shop1-2026.11.30-02h.dump", "shop2-2026.11.30-02h.dump", False),
        ("shop-Mon.sql.zst", "shop-Tuesday.sql.zst", True),
        ("sunrise.sql", "monrise.sql", False),
        ("shop-30-11-2026.sql", "shop-29-11-2026.sql", True),
        ("shop.1796078144.sql", "shop.1795991744.sql", True),
    ],
)
def test_files_of_one_series_differ_in_their_dates(one: str, other: str, alike: bool) -> None:
    """The drill tells series in the same way, by sed."""
    assert (Backup("postgres", one, 1, 1, {}).series == Backup("postgres", other, 1, 1, {}).series) == alike
    script = (Path(fixtures.drills.__file__).parent / "postgres_restore.sh").read_text(encoding="utf-8")
    told = script[script.index("series() {") : script.index("current() {")]
    done = subprocess.run(
        ["sh", "-c", told + "series"], input=f"{one}\n{other}\n", capture_output=True, text=True, check=True, timeout=30
    )
    assert (len({*done.stdout.splitlines()}) == 1) == alike


@pytest.mark.parametrize(
    ("files", "code", "values"),
    [
        ({"postgres_1": b"PGDMP\x01\x63" + b"\0" * 99}, "backup-archive", {"form": "-Fc"}),  # of a version to come
        ({"postgres_1.sql": gzip.compress(b"x")}, "backup-form", {"form": "gzip"}),
        ({"postgres_1.zip": b"PK\x03\x04xx"}, "backup-form", {"form": "zip"}),
        ({"postgres_1.tar": tarred("shop.sql")}, "backup-form", {"form": "tar"}),
        ({"postgres_1/toc.dat": b"x", "postgres_1/3.dat.gz": b"x"}, "backup-archive", {"form": "-Fd"}),
        ({"postgres_1/toc.dat.gz": b"x"}, "backup-archive", {"form": "-Fd"}),
        ({"postgres_1/backup_manifest": b"x", "postgres_1/base.tar.gz": b"x"}, "backup-base", {}),
        ({"postgres_1/PG_VERSION": b"16", "postgres_1/base/1/2": b"x"}, "backup-base", {}),
        ({"postgres_1/app.sql.gz": dump(), "postgres_1/globals.sql": DUMP}, "backup-folder", {"count": 2}),
    ],
)
def test_a_form_that_is_not_understood_is_named(
    tmp_path: Path, files: dict[str, bytes], code: str, values: dict[str, object]
) -> None:
    """The form can be read in full only by PostgreSQL's own programs: it is neither broken nor sound."""
    for name, data in files.items():
        write(tmp_path, f"postgres/{name}", data)
    seen = ask(tmp_path, BACKUPS_POSTGRES="postgres/*")
    with pytest.raises(Unknown, match=code) as raised:
        seen.newest("postgres")
    name = next(iter(files)).partition("/")[0]
    assert dict(raised.value.values) == {"name": f"postgres/{name}", **values}


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (gzip.compress(b"PGDMP\x01\x0e" * 99)[:-9], "postgres_1.gz"),
        (tarred("toc.dat", "2.dat"), "postgres_1.tar"),
        (ARCHIVES[0][:-900], "postgres_1.dump"),
    ],
    ids=["gzip", "tar", "custom"],  # what is packed holds the moment, and workers must agree on the names
)
def test_a_cut_archive_is_broken_whatever_its_form(tmp_path: Path, data: bytes, name: str) -> None:
    write(tmp_path, f"postgres/{name}", data)
    assert ask(tmp_path, BACKUPS_POSTGRES="postgres/*").of("postgres")[0].flaws[0] in ("broken", "cut")


@pytest.mark.parametrize(
    ("found", "code"), [("head= status=127", "backup-packed"), ("late", "backup-late"), ("sealed", "backup-sealed")]
)
def test_it_is_told_why_a_backup_was_not_looked_into(found: str, code: str) -> None:
    seen = backups(f"now {NOW}\nzone UTC\nsettings\nfree 9\nfile {NOW} 9 postgres {found} | a.sql.zst\n")
    with pytest.raises(Unknown, match=code):
        seen.newest("postgres")


@pytest.mark.parametrize(
    ("kind", "name"), [("postgres", "postgres/postgres_1.sql.gz.age"), ("configs", "configs/k8s-1.tar.gpg")]
)
def test_what_is_sealed_is_not_known_to_be_broken(tmp_path: Path, kind: str, name: str) -> None:
    write(tmp_path, name, os.urandom(200))
    seen = ask(tmp_path, BACKUPS_POSTGRES="postgres/*")
    assert not seen.of(kind)[0].looked
    with pytest.raises(Unknown):
        seen.newest(kind)


def test_a_dump_of_one_database_has_its_own_trailer(tmp_path: Path) -> None:
    write(tmp_path, "postgres/postgres_1.sql.gz", gzip.compress(b"--\n-- PostgreSQL database dump\n--\n" + PART))
    assert flaws(tmp_path, "postgres") == ()


@pytest.mark.parametrize("around", [400, 1400])
@pytest.mark.parametrize(("end", "whole"), [(PART + TRAILER, True), (b"", False)])
def test_a_dump_is_judged_alike_at_any_length(tmp_path: Path, around: int, end: bytes, whole: bool) -> None:
    """The fact reads the first 400 and the last 1000 bytes; a line across the edge must still be read as one line."""
    for size in range(around - 30, around + 30, 2):
        filler = b"x" * (size - len(HEAD + end) - 1) + b"\n"
        write(tmp_path, f"postgres/postgres_{size}.sql.gz", gzip.compress(HEAD + filler + end))
    seen = ask(tmp_path).of("postgres")
    assert {(one.valid, one.flaws) for one in seen} == {(whole, () if whole else ("unfinished",))}
    assert len(seen) == 30


def test_an_end_that_others_were_written_behind_is_none(tmp_path: Path) -> None:
    """A second dump, cut short, is appended to a first one."""
    write(tmp_path, "postgres/postgres_1.sql.gz", gzip.compress(DUMP + HEAD + b"x" * 2000 + b"\n"))
    assert flaws(tmp_path, "postgres") == ("unfinished",)


def test_a_file_that_differs_from_its_checksum_is_told(tmp_path: Path) -> None:
    write(tmp_path, "postgres/postgres_1.sql.gz", dump())
    write(tmp_path, "postgres/postgres_1.sql.gz.sha256", b"0" * 64 + b"  postgres_1.sql.gz\n")
    assert flaws(tmp_path, "postgres") == ("sums",)


def test_one_that_is_half_as_large_is_told(tmp_path: Path) -> None:
    for number in range(3):
        write(tmp_path, f"postgres/postgres_{number}.sql.gz", gzip.compress(os.urandom(2000) + DUMP), NOW - 60 - number)
    write(tmp_path, "postgres/postgres_9.sql.gz", dump())
    assert ask(tmp_path).newest("postgres").shrunk


def test_a_snapshot_of_redis_has_its_own_date_and_checksum(tmp_path: Path) -> None:
    write(tmp_path, "redis/redis_1.rdb", rdb(NOW - 100))
    (snapshot,) = ask(tmp_path).of("redis")
    assert (snapshot.made, snapshot.valid) == (NOW - 100, True)


@pytest.mark.parametrize(
    ("data", "flaw"),
    [
        (rdb(NOW)[:-12], "cut"),
        (rdb(NOW)[:12], "cut"),
        (b"NOAUTH Authentication required.\n", "foreign"),
        (b"", "foreign"),
        (rdb(NOW).replace(b"\x01k\x01v", b"\x01k\x01w"), "checksum"),
    ],
)
def test_a_snapshot_that_is_none(tmp_path: Path, data: bytes, flaw: str) -> None:
    write(tmp_path, "redis/redis_1.rdb", data)
    assert flaws(tmp_path, "redis") == (flaw,)


def test_redis_may_leave_its_checksum_out(tmp_path: Path) -> None:
    write(tmp_path, "redis/redis_1.rdb", rdb(NOW)[:-8] + b"\0" * 8)
    assert flaws(tmp_path, "redis") == ()


def test_yesterday_s_snapshot_copied_again_is_stale(tmp_path: Path) -> None:
    write(tmp_path, "redis/redis_1.rdb", rdb(NOW - DAY), NOW - DAY)
    write(tmp_path, "redis/redis_2.rdb", rdb(NOW - DAY), NOW)
    seen = ask(tmp_path)
    assert [other.name for other in seen.twins("redis")] == ["redis/redis_1.rdb"]
    assert seen.newest("redis").hours == pytest.approx((seen.at - NOW + DAY) / 3600)


def test_manifests_of_every_kind_are_enough_and_a_token_is_only_counted(tmp_path: Path) -> None:
    write(tmp_path, "configs/k8s-1/resources.yaml", manifests())
    write(tmp_path, "configs/k8s-1/token", b"K10abc::server:hush")
    seen = cluster_backup(ask(tmp_path), NONE)
    assert (seen.stored, seen.objects, seen.lacking) == (False, 12, ())
    assert "hush" not in str(ask(tmp_path))


def test_the_plan_s_export_lacks_what_a_restore_begins_with(tmp_path: Path) -> None:
    write(
        tmp_path, "configs/k8s-resources_1.yaml.gz", gzip.compress(manifests("Namespace", "Role", "PersistentVolume"))
    )
    seen = ask(tmp_path)
    assert seen.of("configs")[0].flaws == ("poor",)
    assert cluster_backup(seen, ApiGroups(("apps", "helm.cattle.io"))).lacking == (
        "Namespace",
        "Role",
        "PersistentVolume",
        "CustomResourceDefinition",
    )
    assert cluster_backup(seen, Unknown("cluster-forbidden")).lacking == ("Namespace", "Role", "PersistentVolume")


@pytest.mark.parametrize("cut", [60, 80, 200])
def test_a_list_that_does_not_end_is_broken(tmp_path: Path, cut: int) -> None:
    write(tmp_path, "configs/k8s-1.yaml", manifests()[:-cut])
    assert flaws(tmp_path, "configs") == ("broken",)


def test_json_is_read_too(tmp_path: Path) -> None:
    rows = ", ".join(f'{{"kind": "{kind}"}}' for kind in ("Namespace", "Secret"))
    write(tmp_path, "configs/k8s-1.json", f'{{"items": [{rows}], "kind": "List"}}\n'.encode())
    assert cluster_backup(ask(tmp_path), NONE).objects == 2
    write(tmp_path, "configs/k8s-1.json", b'{"items": [{"kind": "Namespace"}, {"ki\n')
    assert flaws(tmp_path, "configs") == ("broken",)


@pytest.mark.parametrize("token", [True, False])
def test_a_datastore_is_worth_its_token(tmp_path: Path, token: bool) -> None:
    sqlite(tmp_path / "configs/k8s-1/state.db")
    if token:
        write(tmp_path, "configs/k8s-1/token", b"K10abc")
    seen = ask(tmp_path).of("configs")[0]
    assert (seen.valid, seen.content["store"]) == (token, ("sqlite",))


@pytest.mark.parametrize(("data", "store"), [(etcd(), "etcd"), (etcd()[:-600], "broken")])
def test_a_snapshot_of_etcd_carries_its_checksum(tmp_path: Path, data: bytes, store: str) -> None:
    write(tmp_path, "configs/k8s-1/snapshot", data)
    assert ask(tmp_path).of("configs")[0].content["store"] == (store,)


def test_a_cut_sqlite_file_is_broken(tmp_path: Path) -> None:
    sqlite(tmp_path / "configs/k8s-1/state.db")
    file = tmp_path / "configs/k8s-1/state.db"
    file.write_bytes(file.read_bytes()[:-4096])
    assert flaws(tmp_path, "configs") == ("store",)


def test_partial_files_and_checksums_are_no_backups(tmp_path: Path) -> None:
    write(tmp_path, "postgres/postgres_1.sql.gz.partial", b"x")
    write(tmp_path, "configs/k8s-1.partial/resources.yaml", b"x")
    write(tmp_path, "configs/k8s-1.sha256", b"x")
    assert ask(tmp_path, BACKUPS_POSTGRES="postgres/*").files == ()


def one(kind: str, days: float, flaw: str = "") -> Backup:
    """Return a backup made that many days ago at noon, UTC; valid unless `said` differs."""
    found = {
        "postgres": {"head": ("x",), "end": ("database",), "status": ("0",)},
        "redis": {"magic": ("524544495330303130",), "tail": ("ff" + "00" * 8,)},
        "configs": {"store": ("etcd",), "join": ("9",), "whole": ("1",)},
    }[kind]
    return Backup(kind, f"{kind}-{days}", int(NOON - days * DAY), 1, {flaw: ("",)} if flaw else found)


NOON = 1_795_435_200  # 2026-11-23 12:00 UTC


def week(days: int = 9, **spoilt: tuple[int, str]) -> Backups:
    files = [
        one(kind, day, flaw if day == spoilt_day else "")
        for kind in ("postgres", "redis", "configs")
        for day in range(days)
        for spoilt_day, flaw in [spoilt.get(kind, (-1, ""))]
    ]
    return Backups(NOON + 60, "Etc/UTC", 10**9, (), tuple(files))


def test_a_week_of_full_days() -> None:
    seen, rotation = backup_days(week()), kept(week(), 7)
    assert (seen.last, seen.complete, seen.gaps) == (3, 7, ())
    assert (rotation.fewest, rotation.oldest, rotation.young, rotation.lingering) == (9, 8, False, False)


def test_only_valid_ones_count() -> None:
    seen = backup_days(week(postgres=(1, "broken")))
    assert (seen.last, seen.gaps) == (2, (Dated(date(2026, 11, 22), "postgres"),))


def test_an_unseen_one_is_not_missing() -> None:
    with pytest.raises(Unknown):
        backup_days(week(redis=(3, "late")))
    with pytest.raises(Unknown):
        kept(week(7, redis=(3, "late")), 7)


def test_a_young_schedule_waits_for_its_week() -> None:
    seen, rotation = backup_days(week(1)), kept(week(1), 7)
    assert (seen.last, seen.days, seen.until) == (3, (), date(2026, 11, 30))
    assert (rotation.fewest, rotation.young, rotation.until) == (1, True, date(2026, 11, 29))


def test_the_day_a_schedule_began_need_not_be_whole() -> None:
    files = (one("postgres", 2), *week(2).files)
    assert backup_days(msgspec.structs.replace(week(), files=files)).gaps == ()


def test_what_rotation_leaves_behind_is_told() -> None:
    files = (*week().files, one("redis", 30))
    assert kept(msgspec.structs.replace(week(), files=files), 7).lingering


def test_a_tighter_target_asks_for_more_days() -> None:
    rotation = kept(week(), 14)
    assert (rotation.fewest, rotation.young, rotation.until) == (9, True, date(2026, 11, 28))
    month = msgspec.structs.replace(week(14), files=(*week(14).files, one("redis", 16)))
    assert (kept(month, 7).lingering, kept(month, 14).lingering) == (True, False)


def test_a_missing_kind_is_kept_for_no_day() -> None:
    files = tuple(file for file in week().files if file.kind != "redis")
    seen = kept(msgspec.structs.replace(week(), files=files), 7)
    assert (seen.fewest, seen.young) == (0, False)


def test_days_are_the_host_s() -> None:
    seen = msgspec.structs.replace(week(1), at=NOON + 12 * 3600 - 60, zone="Pacific/Auckland")
    assert seen.today == date(2026, 11, 24)


def test_groups_nobody_built_in() -> None:
    assert api_groups(
        '{"groups": [{"name": "apps"}, {"name": "metrics.k8s.io"}, {"name": "helm.cattle.io"}]}'
    ).custom == ("helm.cattle.io",)


def test_ages_are_in_hours_and_room_in_sets() -> None:
    seen = backups(BACKUPS)
    assert seen.newest("postgres").hours == pytest.approx(1134 / 3600)
    assert seen.room == pytest.approx(8139063296 / (40971 + 369825 + 229894))


LISTED = {
    "a tag of BSD": "SHA256 ({path}) = {sum}",
    "blanks in front": "  {sum}  {path}",
    "the way of openssl": "SHA256({path})= {sum}",
    "escaped": "\\\\{sum}  {path}",
    "a tag that climbs": "SHA256 (a/../../../x) = {sum}",
    "climbing": "{sum}  a/../../../x",
    "a link": "{sum}  link",
    "a pipe": "{sum}  pipe",
}


@attack("T16", "A list of checksums leads to nothing but files of its own folder")
@pytest.mark.parametrize("kind", LISTED)
def test_a_list_of_checksums_names_no_other_file(tmp_path: Path, kind: str) -> None:
    """A list names a file elsewhere by its right checksum, in each way sha256sum understands, by a link, or a pipe."""
    secret = write(tmp_path, "x", b"secret")
    folder = tmp_path / "backups" / "configs" / "k8s-1"
    write(folder, "a/all.yaml", manifests())
    line = LISTED[kind].format(path=secret, sum=hashlib.sha256(b"secret").hexdigest())
    write(folder, "SHA256SUMS", f"{line}\n".encode())
    if kind == "a link":
        (folder / "link").symlink_to(secret)
    if kind == "a pipe":
        os.mkfifo(folder / "pipe")
    assert "sums" in flaws(tmp_path / "backups", "configs")


@pytest.mark.parametrize(
    "line", ["{}  all.yaml", "{} *all.yaml", "SHA256 (all.yaml) = {}", "# made by hand\n{}  ./all.yaml"]
)
def test_an_honest_list_of_checksums_holds(tmp_path: Path, line: str) -> None:
    file = write(tmp_path, "configs/k8s-1/all.yaml", manifests())
    written = line.format(hashlib.sha256(file.read_bytes()).hexdigest())
    write(tmp_path, "configs/k8s-1/SHA256SUMS", f"{written}\n".encode())
    (tmp_path / "configs/k8s-1/latest").symlink_to("all.yaml")
    assert "sums" not in flaws(tmp_path, "configs")


@attack("T16", "A name in the folder of the backups is a name, and no option of what looks at it")
@pytest.mark.parametrize("name", ["-delete", "--"])
def test_a_folder_whose_name_is_an_option_is_a_backup(name: str, tmp_path: Path) -> None:
    """Whoever writes backups calls one as a command of find is called, and the target's pattern stands for any name."""
    for folder in (name, "honest"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "one.yaml").write_text("kind: List\n")
    seen = ask(tmp_path, BACKUPS_CONFIGS="*").of("configs")
    assert {Path(one.name).name for one in seen} == {name, "honest"}
    assert len(list(tmp_path.rglob("one.yaml"))) == 2


@attack("T16", "A backup that is no file costs the others nothing")
def test_a_pipe_is_no_backup(tmp_path: Path) -> None:
    """A pipe and a device have the names of backups, and are the newest."""
    write(tmp_path, "postgres/postgres_1.sql.gz", dump())
    os.mkfifo(tmp_path / "postgres" / "postgres_2.sql.gz")
    (tmp_path / "postgres" / "postgres_3.sql.gz").symlink_to("/dev/zero")
    assert [file.name for file in ask(tmp_path).of("postgres")] == ["postgres/postgres_1.sql.gz"]


@attack("T5", "What another account can make is not believed.")
@pytest.mark.parametrize("mark", "\v\f\x1c\x1d\x1e\x85\u2028\u2029\r")
def test_a_name_makes_no_row_of_its_own(mark: str) -> None:
    """Whoever writes dumps gives one a name that ends the row for Python, and a backup of Redis stands behind it."""
    forged = f"file {NOW} 9 redis magic=524544495330303130 made=c2 tail=ff sums=ok | redis/redis_9.rdb"
    name = f"postgres/postgres_1{mark}{forged}.sql.gz"
    answered = f"now {NOW}\nzone UTC\nsettings\nfree 9\nfile {NOW} 9 postgres head= status=0 | {name}\n"
    answer = Answer(answered + ENDING, "", 0, "x", datetime.now(UTC))
    assert len(FACTS["backups"].read(answer).files) == 1


READERS = ("gzip", "xz", "bzip2", "tar", "perl", "awk")


@pytest.fixture
def shims() -> Iterator[Path]:
    """A folder in which any account may look and write, with programs that note as whom and within what they run."""
    folder = Path(tempfile.mkdtemp(dir="/var/tmp"))
    folder.chmod(0o777)
    for name in filter(shutil.which, READERS):
        note = f'echo "{name} $(id -u) $(ulimit -v) $(ulimit -t)" >>{folder}/notes; exec {shutil.which(name)} "$@"'
        (folder / name).write_text(f"#!/bin/sh\numask 0\n{note}\n")
        (folder / name).chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has rights to leave behind")
@attack("T16", "What unpacks or parses a backup has no rights, and bounded time and memory")
def test_no_program_reads_a_backup_as_root(tmp_path: Path, shims: Path) -> None:
    """Backups of each form are looked into by programs that note who they are and what they may take."""
    folder = tmp_path / "backups"
    tmp_path.chmod(0o700)
    write(folder, "postgres/postgres_1.sql.gz", dump())
    write(folder, "redis/redis_1.rdb", rdb(NOW))
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as opened:
        opened.add(write(tmp_path, "all.yaml", manifests()), "all.yaml")
    for name, program, pack in (
        ("gz", "gzip", gzip.compress),
        ("xz", "xz", lzma.compress),
        ("bz2", "bzip2", bz2.compress),
    ):
        if shutil.which(program) is None:
            continue
        write(folder, f"configs/k8s-1/all.yaml.{name}", pack(manifests()))
        write(folder, f"configs/k8s-1/all.tar.{name}", pack(archive.getvalue()))
    seen = ask(folder, PATH=f"{shims}:{os.environ['PATH']}")
    assert all(file.valid for file in seen.files), seen.files
    assert {file.kind for file in seen.files} == {"postgres", "redis", "configs"}
    notes = [line.split() for line in (shims / "notes").read_text().splitlines()]
    assert {name for name, *_ in notes} == {*filter(shutil.which, READERS)}
    assert {tuple(bounds) for _, user, *bounds in notes if user != "0"} == {("1048576", "60")}
    assert [name for name, user, *_ in notes if user == "0"] == []


@attack("T16", "A list of checksums leads to nothing but files of its own folder")
def test_a_checksum_that_does_not_end_is_none(tmp_path: Path) -> None:
    """The file of a checksum, or the list of a folder's, is a terabyte long, without a line in it."""
    (write(tmp_path, "redis/redis_1.rdb", rdb(NOW))).with_name("redis_1.rdb.sha256").touch()
    os.truncate(tmp_path / "redis/redis_1.rdb.sha256", 2**40)
    write(tmp_path, "configs/k8s-1/all.yaml", manifests())
    write(tmp_path, "configs/k8s-1/SHA256SUMS", b"")
    os.truncate(tmp_path / "configs/k8s-1/SHA256SUMS", 2**40)
    assert "sums" in flaws(tmp_path, "redis")
    assert "sums" in flaws(tmp_path, "configs")


@attack("T16", "A list of checksums leads to nothing but files of its own folder")
def test_a_name_in_a_copy_of_the_cluster_leads_nowhere(tmp_path: Path) -> None:
    """A copy holds an empty file whose path, taken for two rows, names whole manifests elsewhere."""
    elsewhere = write(tmp_path, "all.yaml", manifests())
    write(tmp_path / "backups", f"configs/k8s-1/x\n{elsewhere}", b"")
    assert ask(tmp_path / "backups").of("configs")[0].flaws


def keyed(key: str) -> bytes:
    """Return a packed dump with the word that newer versions of pg_dump make anew for each."""
    return gzip.compress(HEAD + f"\n\\restrict {key * 21}\n".encode() + BODY + PART + TRAILER)


@pytest.mark.parametrize(("today", "twins"), [("abc", 1), ("xyz", 0)])
def test_yesterday_s_dump_copied_again_is_stale(tmp_path: Path, today: str, twins: int) -> None:
    write(tmp_path, "postgres/postgres_1.sql.gz", keyed("abc"), NOW - DAY)
    write(tmp_path, "postgres/postgres_2.sql.gz", keyed(today), NOW)
    assert len(ask(tmp_path).twins("postgres")) == twins


def test_dumps_of_older_versions_that_are_the_same_may_be_two(tmp_path: Path) -> None:
    for day in (0, 1):
        write(tmp_path, f"postgres/postgres_{day}.sql.gz", dump(), NOW - day * DAY)
    assert ask(tmp_path).twins("postgres") == ()


@pytest.mark.parametrize(
    "data",
    [b"*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n", rdb(NOW) + b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n"],
)
def test_a_log_of_redis_commands_is_no_snapshot_and_may_be_sound(tmp_path: Path, data: bytes) -> None:
    write(tmp_path, "redis/redis_1.rdb", data)
    (file,) = ask(tmp_path).of("redis")
    assert (file.looked, file.unseen.code, file.unseen.values["form"]) == (False, "backup-form", "AOF")


def test_what_no_program_here_unpacks_is_unknown(tmp_path: Path) -> None:
    for name in ("redis/redis_1.rdb.lz4", "configs/k8s-1.yaml.lz4"):
        write(tmp_path, name, b"\x04\x22\x4d\x18" * 9)
    seen = ask(tmp_path, BACKUPS_REDIS="redis/*.lz4", PATH=bare(tmp_path))
    assert [(file.looked, file.unseen.code) for file in seen.files] == [(False, "backup-packed")] * 2


def bare(tmp_path: Path) -> str:
    """Return a PATH of every program of this machine but lz4."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for place in os.environ["PATH"].split(":"):
        for program in Path(place).iterdir() if Path(place).is_dir() else ():
            if program.name != "lz4" and not (folder / program.name).exists():
                (folder / program.name).symlink_to(program)
    return str(folder)


def test_a_backup_that_is_being_written_is_unknown(tmp_path: Path) -> None:
    file = tmp_path / "postgres/postgres_1.sql.gz"
    file.parent.mkdir()
    with file.open("wb") as open_file:
        open_file.write(dump()[:50])
        open_file.flush()
        (seen,) = ask(tmp_path).of("postgres")
        assert (seen.looked, seen.unseen.code) == (False, "backup-writing")
    with file.open("rb"):
        assert flaws(tmp_path, "postgres") == ("broken",)


@pytest.mark.parametrize("barred", ["read-only", "inodes"])
def test_where_no_file_can_be_made_there_is_no_room(barred: str) -> None:
    assert backups(BACKUPS).room > 3
    assert backups(f"{BACKUPS}barred {barred}\n").room == 0
