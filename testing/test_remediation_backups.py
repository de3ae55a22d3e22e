"""The plans of postgres_backup, redis_backup and cluster_backup for servers in different states.

The tests are pure: they pass facts, and check the steps.
"""

import hashlib
import shlex
from collections.abc import Mapping

import msgspec
import pytest

from fixtures.host.backups.backup_access import AccessEntry, BackupAccess
from fixtures.host.backups.backup_setup import BackupSetup, backup_setup
from fixtures.host.backups.backups import Backup, Backups
from fixtures.host.schedules.schedules import Schedules, schedules
from fixtures.host.system.files import HostFile
from remediations._backups import FILES, LIBRARY, SETTINGS, TABLE, Seen, install_backup, table
from remediations._known import KNOWN, digest
from remediations.transaction.plan import Plan, draw_plan
from remediations.transaction.risk import Risk
from remediations.transaction.step import InstallFile, RunCommand
from testing.bounds import PLAN, bounds
from testing.host_answers import SCHEDULES
from testing.threats import attack

SCRIPT = "/usr/local/bin/backup-twisterlab-postgres.sh"
SETTING = {
    "directory": "/var/backups/it's",
    "postgres_files": "postgres/postgres_*.sql.gz",
    "redis_files": "redis/redis_*.rdb",
    "configs_files": "configs/k8s-*",
    "postgres_pod": "$(reboot)",
}
EMPTY_CRON = SCHEDULES.replace("* * root /usr", "* * nobody /no")
NOW = 1_795_450_734
EMPTY = Seen(
    BackupSetup({}, SETTING, "active"), schedules(EMPTY_CRON), Backups(NOW, "Etc/UTC", 10**9, (), ()), BackupAccess(())
)
FRESH = Backup("postgres", "x", NOW - 60, 9, {"head": ("x",), "end": ("database",), "status": ("0",)})


def planned(
    seen: Seen, kind: str = "postgres", remedy: str = "postgres_backup", thresholds: Mapping[str, str] = PLAN
) -> Plan:
    return draw_plan(remedy, ("BKP-01",), install_backup(kind, remedy, seen, bounds(thresholds)))


def calling(line: str, where: str = "/var/spool/cron/crontabs/root") -> Schedules:
    """Return the host's schedules with one more crontab, and the script that it calls."""
    added = f"table 600 root whole {where}\n| {line}\n\n=== timers"
    text = EMPTY_CRON.replace("=== timers", added, 1)
    return schedules(f"{text}found {SCRIPT} {SCRIPT}\nfile {SCRIPT}\n| pg_dumpall\n")


def after(seen: Seen) -> Seen:
    """Return the server with the plan's files in place, a fresh backup and its schedule."""
    steps = [step for step in planned(seen).steps if isinstance(step, InstallFile)]
    files = {
        step.path: HostFile(
            step.path, step.mode, step.owner, hashlib.sha256(step.content.encode()).hexdigest(), step.content
        )
        for step in steps
    }
    return msgspec.structs.replace(
        seen,
        setup=msgspec.structs.replace(seen.setup, files=files),
        backups=msgspec.structs.replace(seen.backups, files=(FRESH,)),
    )


def test_a_bare_server_gets_files_a_first_run_and_only_then_the_schedule() -> None:
    steps = planned(EMPTY).steps
    assert [type(step) for step in steps] == [InstallFile, InstallFile, InstallFile, RunCommand, InstallFile]
    assert [step.path for step in steps if isinstance(step, InstallFile)] == [LIBRARY, SETTINGS, SCRIPT, TABLE]
    assert [step.mode for step in steps if isinstance(step, InstallFile)] == ["0644", "0644", "0755", "0644"]


def test_a_second_look_plans_no_step() -> None:
    assert planned(after(EMPTY)).steps == ()


def test_settings_of_the_target_are_words_to_the_shell_and_nothing_else() -> None:
    (settings,) = [
        step.content for step in planned(EMPTY).steps if isinstance(step, InstallFile) and step.path == SETTINGS
    ]
    read = dict(word.split("=", 1) for word in shlex.split(settings, comments=True))
    assert read == SETTING


def having(path: str, content: str) -> Seen:
    file = HostFile(path, "0644", "root:root", hashlib.sha256(content.encode()).hexdigest(), content)
    return msgspec.structs.replace(EMPTY, setup=msgspec.structs.replace(EMPTY.setup, files={path: file}))


def test_what_the_site_has_added_to_the_settings_stays_and_the_target_rules_the_rest() -> None:
    seen = having(SETTINGS, "# Where the backups of x\ndirectory=/old\nencrypt_to='age1x'\ndays=30\n# why thirty\n")
    steps = {
        step.path: step
        for step in planned(seen, thresholds={"BKP-08": "≥ 14 days"}).steps
        if isinstance(step, InstallFile)
    }
    rows = steps[SETTINGS].content.splitlines()
    assert rows[-3:] == ["encrypt_to='age1x'", "days=30", "# why thirty"]
    assert (rows.count("days=15"), "directory=/old" in rows, steps[SETTINGS].foreign) == (0, False, False)


PLANS_OWN = """\
#!/bin/bash
set -e
BACKUP_DIR="/var/backups/twisterlab/postgres"
DATE=$(date +%Y-%m-%d_%H-%M-%S)
"""


@pytest.mark.parametrize(
    ("path", "content", "risk"),
    [
        (SCRIPT, "#!/bin/sh\npg_dump ours | rclone rcat far:\n", Risk.DISRUPTIVE),
        (SCRIPT, PLANS_OWN, Risk.DISRUPTIVE),
        (LIBRARY, "rm -rf /\n", Risk.DISRUPTIVE),
        (SCRIPT, (FILES / "postgres_backup" / SCRIPT[1:]).read_text() + "rclone copy x far:\n", Risk.DISRUPTIVE),
        (SCRIPT, "# with a word\n" + (FILES / "postgres_backup" / SCRIPT[1:]).read_text(), Risk.SAFE),
        (TABLE, "1 1 * * * root /usr/local/bin/mine\n", Risk.SAFE),
    ],
)
def test_a_script_that_nobody_knows_is_replaced_only_with_disruptive(path: str, content: str, risk: Risk) -> None:
    assert planned(having(path, content)).risk is risk


def test_every_file_that_is_installed_is_known_to_the_next_version() -> None:
    for path in FILES.rglob("*"):
        if path.is_file() and {"etc", "usr"} & set(path.relative_to(FILES).parts):
            text = path.read_text(encoding="utf-8")
            place = path.as_posix().split("/files/")[1].split("/", 1)[1]
            line = f"{digest(text)} /{place} ours"
            assert line in KNOWN.read_text(encoding="utf-8").splitlines(), f"add to {KNOWN}: {line}"


def test_the_table_keeps_other_lines_and_has_ours_once() -> None:
    one = table("MAILTO=x\n5 5 * * * root /usr/local/bin/other\n", SCRIPT)
    assert one.splitlines()[:2] == ["MAILTO=x", "5 5 * * * root /usr/local/bin/other"]
    assert one.count(SCRIPT) == 1
    assert table(one, SCRIPT) == one
    redis = table(one, SCRIPT.replace("postgres", "redis"))
    assert (redis.count("PATH="), redis.count("backup-twisterlab-")) == (1, 2)


def test_three_remedies_one_after_the_other_make_the_whole_table() -> None:
    text = ""
    for kind in ("postgres", "redis", "configs"):
        text = table(text, SCRIPT.replace("postgres", kind))
    assert [line.split()[:3] for line in text.splitlines() if "root" in line] == [
        ["0", "2", "*"],
        ["15", "2", "*"],
        ["30", "2", "*"],
    ]
    assert "PATH=/usr/local/sbin" in text.splitlines()[2]


def test_the_plan_s_own_line_in_root_s_crontab_is_not_doubled() -> None:
    seen = msgspec.structs.replace(EMPTY, schedules=calling(f"0 2 * * * {SCRIPT} >> /var/log/x 2>&1"))
    assert TABLE not in [step.path for step in planned(seen).steps if isinstance(step, InstallFile)]
    assert SCRIPT in [step.path for step in planned(seen).steps if isinstance(step, InstallFile)]


def test_somebody_else_s_sound_backup_is_left_alone() -> None:
    plan = planned(msgspec.structs.replace(EMPTY, schedules=schedules(SCHEDULES)))
    assert plan.steps == ()
    assert "/etc/cron.d/twisterlab makes this backup already" in plan.notes[0].sentence.what.en


@pytest.mark.parametrize(
    ("kind", "pattern"),
    [
        ("postgres", "postgres/*/*.sql.gz"),
        ("postgres", "postgres/all.sql.gz"),
        ("postgres", "postgres/pg_*.sql"),
        ("redis", "redis/*.rdb.gz"),
        ("configs", "configs/*/x-*"),
    ],
)
def test_names_the_scripts_cannot_write_are_said(kind: str, pattern: str) -> None:
    setup = msgspec.structs.replace(EMPTY.setup, settings={**SETTING, f"{kind}_files": pattern})
    plan = planned(msgspec.structs.replace(EMPTY, setup=setup), kind)
    assert plan.steps == ()
    assert pattern in plan.notes[0].sentence.what.fr


def test_without_cron_a_timer_starts_it_and_a_stopped_cron_is_started() -> None:
    absent = msgspec.structs.replace(EMPTY, setup=msgspec.structs.replace(EMPTY.setup, cron="absent"))
    stopped = msgspec.structs.replace(EMPTY, setup=msgspec.structs.replace(EMPTY.setup, cron="inactive"))
    files = [step for step in planned(absent).steps if isinstance(step, InstallFile)][-2:]
    assert [step.path.rpartition("/")[2] for step in files] == [
        "twisterlab-backup-postgres.service",
        "twisterlab-backup-postgres.timer",
    ]
    assert ("OnCalendar=*-*-* 02:00\n" in files[1].content, f"ExecStart={SCRIPT}\n" in files[0].content) == (True, True)
    assert "disable --now" in files[1].activate, "taken back, nothing starts it any more"
    assert planned(after(absent)).steps == (), "a second look plans nothing"
    assert "systemctl enable --now cron" in [
        step.command for step in planned(stopped).steps if isinstance(step, RunCommand)
    ]


def test_an_open_folder_is_closed_and_the_undo_opens_it_again() -> None:
    entries = (
        AccessEntry(False, 0o755, "root", "root", "d", "d", "/"),
        AccessEntry(True, 0o755, "twister", "twister", "d", "d", "/it's"),
        AccessEntry(True, 0o644, "root", "root", "f", "f", "/it's/a b"),
    )
    (step, *_) = planned(msgspec.structs.replace(EMPTY, access=BackupAccess(entries))).steps
    assert isinstance(step, RunCommand)
    assert step.command.startswith("chown -Rh root:root '/it'\"'\"'s'\n")
    assert "chown -h twister:twister '/it'\"'\"'s'; chmod 755 '/it'\"'\"'s'\n" in step.undo
    assert "chmod 644 '/it'\"'\"'s/a b'" in step.undo


@attack("T2", "A step, and what takes it back, change no file that another account has put in the place of one")
def test_taking_back_opens_no_folder_before_what_is_in_it() -> None:
    """Whoever owned the backups waits until the undo gives a folder back, and puts a link to root's files in it."""
    paths = ("/b", "/b/etc", "/b/etc/shadow", "/b/etc.d", "/b/x y", "/b/x y/z")
    entries = tuple(AccessEntry(True, 0o777, "twister", "twister", "d", "d", path) for path in paths)
    (step, *_) = planned(msgspec.structs.replace(EMPTY, access=BackupAccess(entries))).steps
    assert isinstance(step, RunCommand)
    opened = [shlex.split(line)[-1] for line in step.undo.splitlines()]
    assert sorted(opened) == sorted(paths)
    for at, path in enumerate(opened):
        assert not any(later.startswith(f"{path}/") for later in opened[at:])


@attack("T2", "A step, and what takes it back, change no file that another account has put in the place of one")
def test_a_folder_that_others_can_exchange_is_not_closed() -> None:
    """The backups lie in the folder of a user, who puts a link to /etc in their place when root gives them to itself."""
    entries = (
        AccessEntry(False, 0o755, "root", "root", "d", "d", "/home"),
        AccessEntry(False, 0o755, "mallory", "mallory", "d", "d", "/home/mallory"),
        AccessEntry(True, 0o755, "root", "root", "d", "d", "/home/mallory/b"),
        AccessEntry(True, 0o644, "root", "root", "f", "f", "/home/mallory/b/shadow"),
    )
    plan = planned(msgspec.structs.replace(EMPTY, access=BackupAccess(entries)))
    assert "/home/mallory" in plan.notes[0].sentence.what.en
    assert not any("chmod -R" in step.command for step in plan.steps if isinstance(step, RunCommand))


def test_a_copy_is_closed_and_keeps_its_owners() -> None:
    entries = (
        AccessEntry(True, 0o700, "root", "root", "d", "d", "/b"),
        AccessEntry(True, 0o755, "nobody", "nogroup", "d", "d", "/c", copy=True),
        AccessEntry(True, 0o644, "nobody", "nogroup", "f", "f", "/c/a", copy=True),
    )
    (step, *_) = planned(msgspec.structs.replace(EMPTY, access=BackupAccess(entries))).steps
    assert isinstance(step, RunCommand)
    assert step.command == "chmod -R go= /c"
    assert "/b" not in step.undo


def test_a_link_somebody_laid_is_not_followed() -> None:
    entries = (
        AccessEntry(True, 0o755, "twister", "twister", "d", "d", "/b"),
        AccessEntry(True, 0o777, "twister", "twister", "l", "d", "/b/p"),
    )
    plan = planned(msgspec.structs.replace(EMPTY, access=BackupAccess(entries)))
    assert not any("chown" in step.command for step in plan.steps if isinstance(step, RunCommand))
    assert "/b/p" in plan.notes[0].sentence.what.en


def test_the_fact_is_understood_and_half_of_it_is_none() -> None:
    answer = "set\tdirectory\t/b\nset\tconfigs_files\tc-*\ncron\tinactive\ncron\tabsent\n"
    assert backup_setup(answer).cron == "absent"
    with pytest.raises(ValueError, match="not whole"):
        backup_setup("set\tdirectory\t/b\n")


def test_a_tighter_target_keeps_more_days_and_wants_a_younger_backup() -> None:
    thresholds = {"BKP-08": "≥ 14 days", "BKP-04": "< 12 h"}
    old = msgspec.structs.replace(FRESH, written=NOW - 20 * 3600)
    seen = msgspec.structs.replace(EMPTY, backups=msgspec.structs.replace(EMPTY.backups, files=(old,)))
    tight = planned(seen, thresholds=thresholds)
    settings = {step.path: step.content for step in tight.steps if isinstance(step, InstallFile)}[SETTINGS]
    assert "days=15\n" in settings
    assert [step.shown for step in tight.steps if isinstance(step, RunCommand)] == [SCRIPT]
    loose = planned(seen)
    assert not any(isinstance(step, RunCommand) for step in loose.steps)
    assert "days=" not in {step.path: step.content for step in loose.steps if isinstance(step, InstallFile)}[SETTINGS]
