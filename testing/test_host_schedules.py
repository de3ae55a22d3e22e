"""BKP-01: what is started by a schedule, and whether it finds the programs that it calls."""

from datetime import UTC, datetime, timedelta

import pytest

from fixtures.host.backups.backup_jobs import BackupSchedules, backup_schedules, blind, unread_backups, users
from fixtures.host.schedules.commands import called, complete, may_call, path_of
from fixtures.host.schedules.schedules import schedules
from fixtures.host.schedules.timers import timers
from gate.sentence import Dated
from testing.host_answers import SCHEDULES

LINE = "| 0 2 * * * root /usr/local/bin/backup-postgres.sh >> /var/log/backup.log 2>&1"


def judged(old: str = "", new: str = "") -> BackupSchedules:
    """Return the backup schedules of the sound host with one text replaced."""
    assert old in SCHEDULES
    return backup_schedules(schedules(SCHEDULES.replace(old, new)), "postgres")


def test_a_sound_schedule_counts_and_tells_its_next_run_in_the_host_s_time() -> None:
    assert judged().runs == (Dated(datetime(2026, 11, 24, 1, 0, tzinfo=UTC), "/etc/cron.d/twisterlab"),)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (LINE, "| #0 2 * * * root /usr/local/bin/backup-postgres.sh"),  # commented out
        (LINE, "| 0 2 * * 1 root /usr/local/bin/backup-postgres.sh"),  # once a week
        (LINE, "| 0 2 31 2 * root /usr/local/bin/backup-postgres.sh"),  # never
        (LINE, "| @reboot root /usr/local/bin/backup-postgres.sh"),
        (LINE, "| 0 2 * * * root /usr/local/bin/backup-postgres.sh > $(date +%F)"),  # cron cuts the line at the %
        (LINE, "| 0 2 * * * root /usr/local/bin/backup-pg.sh"),  # no such script
        (LINE, "| 0 2 * * * root root /usr/local/bin/backup-postgres.sh"),  # the user twice
        ("| PATH=/usr/local/bin:/usr/bin:/bin\n", ""),  # kubectl is in /usr/local/bin
        ("cron active\n", ""),
        ("/etc/cron.d/twisterlab", "/etc/cron.d/twisterlab.conf"),  # cron ignores dots
        ("644 root whole /etc/cron.d", "666 root whole /etc/cron.d"),
        ("644 root whole /etc/cron.d", "644 twister whole /etc/cron.d"),
        ("644 root whole /etc/cron.d", "644 root cut /etc/cron.d"),
        ("found gzip /usr/bin/gzip\n", ""),
    ],
)
def test_a_schedule_that_cannot_work_does_not_count(old: str, new: str) -> None:
    assert judged(old, new).sound == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (LINE, "| @daily root /usr/local/bin/backup-postgres.sh"),
        (LINE, "| @daily root exec /usr/local/bin/backup-postgres.sh"),
        (LINE, "| @daily root run-parts --report /usr/local/bin"),
        (LINE, "| 0 */6 * * * root nice -n 10 flock -n /run/x /usr/local/bin/backup-postgres.sh"),
        (LINE, "| 0 2 * * * root /usr/local/bin/backup-postgres.sh > x.$(date +\\%F)"),
        (LINE, "| 0 2 * * * root kubectl exec postgres-0 -- pg_dumpall | gzip > /var/backups/x.gz"),
        ("644 root whole /etc/cron.d/twisterlab\n", "644 root whole /etc/cron.d/twister-lab\n"),
    ],
)
def test_a_sound_alternative_counts(old: str, new: str) -> None:
    added = "found run-parts /usr/bin/run-parts\nfound nice /usr/bin/nice\nfound flock /usr/bin/flock\n"
    text = SCHEDULES.replace("found test", f"{added}found test").replace(old, new)
    assert len(backup_schedules(schedules(text), "postgres").sound) == 1


def test_a_script_may_set_its_own_path() -> None:
    text = SCHEDULES.replace("| PATH=/usr/local/bin:/usr/bin:/bin\n", "").replace(
        "| set -euo pipefail", "| export PATH=/usr/local/bin:$PATH"
    )
    assert len(backup_schedules(schedules(text), "postgres").sound) == 1


def test_what_is_missing_from_the_path_is_named_with_its_place() -> None:
    (job,) = judged("| PATH=/usr/local/bin:/usr/bin:/bin\n").jobs
    assert [(miss.word, miss.path, miss.at) for miss in job.unresolved] == [
        ("kubectl", "/usr/bin:/bin", "/usr/local/bin/kubectl")
    ]


def test_the_same_backup_twice_is_told() -> None:
    twice = judged(LINE, f"{LINE}\n{LINE}")
    assert (len(twice.sound), len(twice.twins)) == (2, 1)


def test_a_timer_of_systemd_is_a_schedule() -> None:
    text = SCHEDULES.replace(LINE, "|").replace(
        "argv[]=/usr/sbin/logrotate", "argv[]=/usr/local/bin/backup-postgres.sh"
    )
    (job,) = backup_schedules(schedules(text), "postgres").sound
    assert (job.job.source, job.job.longest) == ("logrotate.timer", timedelta(hours=1))


def test_a_file_in_cron_daily_runs_when_the_crontab_says() -> None:
    script = SCHEDULES[SCHEDULES.index("| #!/bin/bash") :]
    daily = f"table 755 root whole /etc/cron.daily/pg\n{script}\n=== timers"
    text = SCHEDULES.replace(LINE, "|").replace("=== timers", daily, 1)
    assert backup_schedules(schedules(text), "postgres").runs == (
        Dated(datetime(2026, 11, 24, 5, 25, tzinfo=UTC), "/etc/cron.daily/pg"),
    )


@pytest.mark.parametrize(
    ("old", "new", "seconds"),
    [
        ("", "", 3600.0),
        ("ActiveState=active", "ActiveState=inactive", None),  # the script in cron.daily leaves the work to systemd
        ("| if [ -d /run/systemd/system ]; then exit 0; fi\n", "", 3600.0),
    ],
)
def test_how_often_logrotate_runs(old: str, new: str, seconds: float | None) -> None:
    assert schedules(SCHEDULES.replace(old, new)).logrotate_period() == seconds


def test_a_line_of_cron_may_run_logrotate() -> None:
    text = SCHEDULES.replace("ActiveState=active", "ActiveState=inactive").replace(
        LINE, "| 17 * * * * root /usr/sbin/logrotate /etc/logrotate.conf"
    )
    assert schedules(text).logrotate_period() == 3600.0


def test_a_logrotate_that_only_says_what_it_would_do_rotates_nothing() -> None:
    text = SCHEDULES.replace("ActiveState=active", "ActiveState=inactive").replace(
        LINE, "| 17 * * * * root /usr/sbin/logrotate -vd /etc/logrotate.conf"
    )
    assert schedules(text).logrotate_period() is None


def test_the_commands_of_a_script() -> None:
    text = """
set -e
report() { logger -t x "$1"; }
POD=$(kubectl get pods -o name | head -1)   # comment with rm
if ! timeout 60 pg_isready; then report "no 'database'"; exit 1; fi
cat <<END | sort
not commands at all
END
FOO=bar nice -n 5 gzip < a > b && { zstd c; }
"""
    assert called(text) == {"logger", "kubectl", "head", "timeout", "pg_isready", "cat", "sort", "nice", "gzip", "zstd"}


@pytest.mark.parametrize(
    ("text", "commands"),
    [
        ("command -v pigz >/dev/null && zip=pigz || zip=gzip\ntar c / | $zip", {"tar"}),
        ("case ${COMPRESS:-gzip} in gzip) ls ;; a|b) cat ;; zstd) zstd x ;; esac", {"ls", "cat", "zstd"}),
        ("y=( kubectl docker )\n(( size > limit ))\n[[ $x =~ (gpg|age) ]] && id", {"id"}),
        ("sudo -u postgres pg_dump x | nice -n 19 ionice -c3 gzip", {"sudo", "pg_dump", "nice", "ionice", "gzip"}),
        ("sudo -u postgres -- timeout -k 5 1h pg_dump", {"sudo", "timeout", "pg_dump"}),
        ("env -u LANG A=1 chronic flock -n /run/x rsync -a x y", {"env", "chronic", "flock", "rsync"}),
        ("flock /run/x -c 'restic backup /x'", {"flock", "restic"}),
        ("bash -c 'borg create x && echo done'", {"bash", "borg"}),
        ("BIN=/usr/local/bin\n$BIN/dump.sh; ${BIN}/copy.sh", {"/usr/local/bin/dump.sh", "/usr/local/bin/copy.sh"}),
        ("cd /opt/backup && ./all.sh", {"/opt/backup/all.sh"}),
        ("function help { openssl x; }\nhelp", {"openssl"}),
        ("cat <<'E'\nkubectl get x\nE\n", {"cat"}),
        ('echo "$(date +%F) `id`"', {"date", "id"}),
        ("#kubectl get x", set()),
    ],
)
def test_a_word_is_a_command_where_the_grammar_says_so(text: str, commands: set[str]) -> None:
    assert called(text) == commands


@pytest.mark.parametrize(
    ("text", "given", "commands"),
    [
        ("for k in a b; do /x/dump-$k.sh; done", {}, {"/x/dump-a.sh", "/x/dump-b.sh"}),
        ("command -v pigz && zip=pigz || zip=gzip\n$zip x", {}, {"pigz", "gzip"}),
        ("/x/dump-$1.sh", {}, {"/x/dump-*.sh"}),
        ("$BIN/dump.sh", {"BIN": "/opt"}, {"/opt/dump.sh"}),
        ("$UNKNOWN", {}, set()),
    ],
)
def test_what_may_be_called_is_a_pattern_where_it_cannot_be_known(
    text: str, given: dict[str, str], commands: set[str]
) -> None:
    assert may_call(text, given) == commands


@pytest.mark.parametrize(("command", "whole"), [("a 'b' \"c $(d)\"", True), ("a > $(date +", False), ("a 'b", False)])
def test_a_command_that_was_cut_is_not_complete(command: str, whole: bool) -> None:
    assert complete(command) is whole


def test_the_last_path_of_a_script_wins() -> None:
    assert path_of('PATH=/a\nexport PATH="$PATH:/b"\n', "/usr/bin") == "/a:/b"


def test_spans_of_a_monotonic_timer() -> None:
    shown = "Id=x.timer\nActiveState=active\nTimersMonotonic={ OnUnitActiveUSec=1h 30min ; next_elapse=5min }\n"
    (timer,) = timers(shown, "", "")
    assert timer.span == 5400.0


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("redis", "kubectl exec $POD -- redis-cli SAVE"),
        ("redis", "kubectl exec $POD -- redis-cli -e BGSAVE"),
        ("configs", "kubectl get all,pvc --all-namespaces -o yaml > x"),
        ("configs", "k3s kubectl get $kinds -A -ojson"),
        ("configs", "k3s etcd-snapshot save"),
        ("configs", "sqlite3 $db/state.db '.backup x'"),
    ],
)
def test_what_backs_redis_and_the_cluster_up(kind: str, line: str) -> None:
    text = SCHEDULES.replace("| kubectl exec -n twisterlab postgres-0 -- pg_dumpall -U postgres | gzip", f"| {line} #")
    found = {each: len(backup_schedules(schedules(text), each).jobs) for each in ("postgres", "redis", "configs")}
    assert found == {"postgres": 0, "redis": 0, "configs": 0} | {kind: 1}


@pytest.mark.parametrize(
    "line", ["kubectl get pods -n x -o json", "kubectl get pod -A -o jsonpath={.x}", "redis-cli ping"]
)
def test_what_backs_nothing_up(line: str) -> None:
    text = SCHEDULES.replace("| kubectl exec -n twisterlab postgres-0 -- pg_dumpall -U postgres | gzip", f"| {line} #")
    assert not any(backup_schedules(schedules(text), each).jobs for each in ("postgres", "redis", "configs"))


def test_deleting_by_age_without_pipefail_is_blind() -> None:
    cleaning = SCHEDULES.rstrip() + '\n| find "$DIR" -name "*.gz" -mtime +7 -delete\n'
    assert blind(schedules(cleaning)) == ()
    assert blind(schedules(cleaning.replace("-euo pipefail", "-e"))) == ("/usr/local/bin/backup-postgres.sh",)
    assert blind(schedules(SCHEDULES.replace("-euo pipefail", "-e"))) == ()


def test_the_accounts_of_sound_jobs_are_trusted() -> None:
    assert users(schedules(SCHEDULES.replace("* * * root /usr/local", "* * * backup /usr/local"))) == {"root", "backup"}


FOREIGN = "foreign 600 mallory /var/spool/cron/crontabs/mallory\n=== timers"
UNREAD = "unread 755 mallory {file}\nfile /usr/local"


def test_a_table_that_another_account_writes_is_told_and_starts_nothing() -> None:
    seen = schedules(SCHEDULES.replace("=== timers", FOREIGN, 1))
    assert seen.foreign == ("/var/spool/cron/crontabs/mallory",)
    assert seen.jobs == schedules(SCHEDULES).jobs


@pytest.mark.parametrize(
    ("file", "kinds"),
    [
        ("/opt/backup.sh", ["postgres", "redis", "configs"]),
        ("/opt/pg_backup.sh", ["postgres"]),
        ("/opt/redis-dump.sh", ["redis"]),
        ("/home/twister/save-k3s.sh", ["configs"]),
        ("/opt/clean.sh", []),
    ],
)
def test_a_script_that_was_not_read_may_make_the_backups_its_name_tells(file: str, kinds: list[str]) -> None:
    seen = schedules(SCHEDULES.replace("file /usr/local", UNREAD.format(file=file), 1))
    assert [kind for kind in ("postgres", "redis", "configs") if unread_backups(seen, kind)] == kinds


def test_a_sound_job_that_calls_what_others_can_write_says_so() -> None:
    text = SCHEDULES.replace("| set -euo pipefail", "| set -euo pipefail\n| . /opt/part.sh", 1)
    text = text.replace("file /usr/local", UNREAD.format(file="/opt/part.sh"), 1)
    (job,) = backup_schedules(schedules(text), "postgres").sound
    assert job.unread == ("/opt/part.sh",)


ASKED = """Id=x.timer
ActiveState=active
SubState=waiting
UnitFileState=enabled
WantedBy=timers.target
TimersMonotonic={ OnUnitActiveUSec=1h ; next_elapse=0 }
NextElapseUSecRealtime=
NextElapseUSecMonotonic=2d 1h
"""


@pytest.mark.parametrize(
    ("old", "new", "defect"),
    [
        ("", "", ""),
        ("NextElapseUSecMonotonic=2d 1h", "NextElapseUSecMonotonic=infinity", "elapsed"),  # OnUnitActiveSec= alone
        ("SubState=waiting", "SubState=running", ""),
        ("UnitFileState=enabled\nWantedBy=timers.target", "UnitFileState=disabled\nWantedBy=", "disabled"),
        ("UnitFileState=enabled", "UnitFileState=disabled", ""),  # another unit starts it
        ("UnitFileState=enabled\nWantedBy=timers.target", "UnitFileState=static\nWantedBy=", ""),
    ],
)
def test_systemd_itself_says_whether_a_timer_elapses_again(old: str, new: str, defect: str) -> None:
    (timer,) = timers(ASKED.replace(old, new), "", "", datetime(2026, 11, 20, tzinfo=UTC))
    assert timer.defect == defect
    assert defect == "elapsed" or timer.next == datetime(2026, 11, 22, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rows", "result"),
    [
        ("ConditionResult=yes\nConditionTimestampMonotonic=9", "success"),
        ("ConditionResult=no\nConditionTimestampMonotonic=9", "condition"),
        ("ConditionResult=yes\nAssertResult=no\nConditionTimestampMonotonic=9", "condition"),
        ("ConditionResult=no\nConditionTimestampMonotonic=0", "success"),  # it was never asked to start
        ("", "success"),
    ],
)
def test_a_service_that_a_condition_skips_has_not_run(rows: str, result: str) -> None:
    (timer,) = timers(f"{ASKED}Unit=x.service\n", f"Id=x.service\nResult=success\n{rows}\n", "")
    assert timer.result == result


def test_a_run_that_is_put_off_at_random_is_not_due_before() -> None:
    put_off = SCHEDULES.replace("Id=logrotate.timer", "RandomizedDelayUSec=6h\nId=logrotate.timer")
    due, later = (
        next(job.due for job in schedules(text).jobs if job.by_systemd and job.due) for text in (SCHEDULES, put_off)
    )
    assert due - later == timedelta(hours=6)


def test_a_timer_of_spans_is_due_too() -> None:
    spans = SCHEDULES.replace(
        "TimersCalendar={ OnCalendar=*-*-* *:00:00 ; next_elapse=Mon 2026-11-23 17:00:00 CET }",
        "TimersMonotonic={ OnUnitActiveUSec=30min ; next_elapse=0 }",
    )
    seen = schedules(spans)
    assert [seen.at - job.due for job in seen.jobs if job.by_systemd and job.due] == [timedelta(minutes=90)]


def test_a_cron_that_no_boot_starts_again_starts_nothing_for_long() -> None:
    seen = schedules(f"{SCHEDULES}=== traces\nunlasting\n")
    assert {job.defect for job in seen.jobs if not job.by_systemd} == {"disabled"}
