"""MON-01, MON-03 to MON-05: the schedule of the disk check, its messages, and its metric."""

import os
import re
import shutil
import socket
import subprocess

import msgspec
import pytest

from fixtures.ask.facts import FACTS
from fixtures.drills.disk_check import disk_check
from fixtures.host.monitoring.check_jobs import CheckJobs, check_jobs
from fixtures.host.monitoring.disk_metrics import disk_metrics
from fixtures.host.schedules.cron_past import cron_past
from fixtures.host.schedules.schedules import schedules
from testing.disk_answers import CRON_PAST, DISK_CHECK, DISK_METRICS
from testing.host_answers import SCHEDULES

SCRIPT = "/usr/local/bin/check-disk-space.sh"
LINE = f"| */10 * * * * root {SCRIPT}\n"
FOUND = f"found {SCRIPT} {SCRIPT}\n"


def judged(
    *lines: str, file: str = "/etc/cron.d/disk", found: str = FOUND, past: str = "now 1\n", traces: str = ""
) -> CheckJobs:
    """Return the schedules of a sound host with a table of these lines."""
    table = f"table 644 root whole {file}\n" + "".join(lines) + "\n=== timers"
    text = SCHEDULES.replace("=== timers", table, 1).replace("found date", f"{found}found date") + traces
    return check_jobs(schedules(text), cron_past(past), SCRIPT)


def test_a_file_of_cron_starts_it() -> None:
    seen = judged(LINE)
    assert (seen.minutes, seen.sources, seen.lost) == (10, ("/etc/cron.d/disk",), ())


@pytest.mark.parametrize(
    ("line", "minutes"),
    [
        ("| 0 * * * * root check-disk-space.sh\n", None),  # in no folder of cron's PATH
        ("| 0 6 * * * root /usr/local/bin/check-disk-space.sh\n", 1440),
        ("| 17 * * * * root nice -n 10 /usr/local/bin/check-disk-space.sh >/dev/null\n", 60),
    ],
)
def test_how_often(line: str, minutes: float | None) -> None:
    assert judged(line).minutes == minutes


@pytest.mark.parametrize(
    ("command", "starts"),
    [
        (f"chmod 755 {SCRIPT}", False),
        (f"test -x {SCRIPT} || logger -t disk {SCRIPT} is gone", False),
        (f"true # {SCRIPT}", False),
        (f"echo {SCRIPT} >> /var/log/disk.log", False),
        (f"[ -x {SCRIPT} ] && {SCRIPT}", True),
        (f"test -x {SCRIPT} && bash {SCRIPT}", True),
        (f'logger -t disk "$({SCRIPT})"', True),
        (f"echo {SCRIPT} | sh", True),
        (f"CHECK={SCRIPT}; $CHECK", True),
    ],
)
def test_a_line_that_names_the_check_need_not_start_it(command: str, starts: bool) -> None:
    assert bool(judged(f"| */10 * * * * root {command}\n").jobs) is starts


def test_a_check_that_is_not_there_is_started_by_nobody() -> None:
    assert judged(LINE, found="").jobs == ()


def test_twice_is_two() -> None:
    assert len(judged(LINE, LINE).sound) == 2


def test_a_file_cron_ignores_is_idle() -> None:
    assert judged(LINE, file="/etc/cron.d/disk.conf").idle == ("/etc/cron.d/disk.conf (name)",)


CRONTAB = "| 0 * * * * /usr/local/bin/check-disk-space.sh\n"
OTHER = CRON_PAST.replace("backup-postgres", "backup-redis")


def test_what_the_crontab_started_and_starts_no_more_is_lost() -> None:
    assert judged(CRONTAB, file="/var/spool/cron/crontabs/root", past=OTHER).lost == ("/usr/local/bin/backup-redis.sh",)


def test_what_another_table_starts_by_now_is_not_lost() -> None:
    assert judged(CRONTAB, file="/var/spool/cron/crontabs/root", past=CRON_PAST).lost == ()


def test_a_file_of_its_own_replaces_no_table() -> None:
    assert judged(LINE, past=OTHER).lost == ()


AT = 1795450734  # Monday 23 November 2026, 16:18:54 UTC, in the table's zone 17:18:54
HOUR = 3600
DISK = "/etc/cron.d/disk"


def traced(*rows: str, line: str = LINE, began: int = AT - 24 * HOUR, dated: int = AT - 48 * HOUR) -> CheckJobs:
    """Return the same with the start of cron, the date of the table, and what the journal of cron tells."""
    more = f"=== traces\ndaemon cron\nbooted {began}\nbegan {began}\ndated {dated} {dated} 1 {DISK}\n"
    return judged(line, past="\n".join([f"now {AT}", *rows]), traces=more)


SINCE = f"since {AT - 24 * HOUR}"
OTHERS = f"ran {AT - 60} root /usr/bin/true"


def test_a_check_that_cron_started_when_it_was_due_runs() -> None:
    assert traced(SINCE, f"ran {AT - 520} root {SCRIPT}").minutes == 10


def test_a_check_that_was_due_and_never_started_is_idle() -> None:
    (idle,) = traced(SINCE, OTHERS).idle
    assert re.fullmatch(rf"{DISK} \(due 2026-11-23 [\d:]+, never started\)", idle)


def test_a_check_that_stopped_being_started_is_idle() -> None:
    assert traced(SINCE, f"ran {AT - 5 * HOUR} root {SCRIPT}").sound == ()


@pytest.mark.parametrize(("began", "dated"), [(AT - 600, AT - 48 * HOUR), (AT - 24 * HOUR, AT - 600)])
def test_a_check_that_was_not_due_yet_is_not_idle(began: int, dated: int) -> None:
    assert traced(SINCE, OTHERS, began=began, dated=dated).minutes == 10


def test_a_journal_that_begins_later_tells_nothing_against_it() -> None:
    assert traced(f"since {AT - 600}", OTHERS).minutes == 10


@pytest.mark.parametrize("rows", [(), (SINCE,)])
def test_a_cron_that_logs_no_start_leaves_it_untold(rows: tuple[str, ...]) -> None:
    seen = traced(*rows)
    assert (seen.minutes, seen.untold) == (10, (DISK,))


def test_what_cron_refuses_is_idle_in_its_own_words() -> None:
    words = "(*system*disk) ERROR (Syntax error, this crontab file will be ignored)"
    assert traced(SINCE, OTHERS, f"told {AT - 60} {words}", dated=AT - 120).idle == (f"{DISK} ({words})",)


def test_one_line_of_a_table_that_runs_is_not_the_fault_of_another() -> None:
    seen = traced(SINCE, f"ran {AT - 520} root {SCRIPT}", line=f"{LINE}| */5 * * * * root nice {SCRIPT}\n")
    assert [job.command for job in seen.sound] == [SCRIPT]


def test_a_user_named_twice_is_taken_for_the_command() -> None:
    assert judged(f"| */10 * * * * root root {SCRIPT}\n").idle == (f"{DISK} (root: not found)",)


TIMER = """=== timers
Id=disk.timer
Unit=disk.service
ActiveState=active
TimersMonotonic={ OnUnitActiveUSec=10min ; next_elapse=1h }
LastTriggerUSec=Mon 2026-11-23 16:10:00 UTC
FragmentPath=/etc/systemd/system/disk.timer

=== services
Id=disk.service
ExecStart={ path=/usr/local/bin/check-disk-space.sh ; argv[]=/usr/local/bin/check-disk-space.sh ; ignore_errors=no ; }
Result=RESULT

=== calendar
=== commands
"""


def by_timer(result: str, dated: int) -> CheckJobs:
    head = SCHEDULES.partition("=== timers")[0]
    tail = SCHEDULES.partition("=== commands\n")[2].replace("found date", f"{FOUND}found date")
    unit = "/etc/systemd/system/disk.timer"
    text = f"{head}{TIMER.replace('RESULT', result)}{tail}=== traces\ndated {dated} {dated} 1 {unit}\n"
    return check_jobs(schedules(text), cron_past("now 1\n"), SCRIPT)


def test_a_timer_whose_service_failed_is_idle() -> None:
    assert by_timer("success", AT - 48 * HOUR).minutes == 10
    assert by_timer("exit-code", AT - 48 * HOUR).idle == ("disk.timer (Result=exit-code)",)


def test_what_a_unit_did_before_it_was_written_anew_is_not_held_against_it() -> None:
    assert by_timer("exit-code", AT - 60).minutes == 10


def test_outside_is_neither_this_host_nor_its_loopback() -> None:
    seen = disk_check(DISK_CHECK)
    assert (seen.receivers, seen.heartbeats) == (
        ("https://hooks.example.org", "mailto:ops@example.org"),
        ("https://beat.example.org",),
    )
    inside = msgspec.structs.replace(
        seen, called=("http://10.0.0.5:80", "https://edge", "mailto:root@localhost", "http://[::1]:9")
    )
    assert inside.receivers == ()


def test_a_metric_is_as_old_as_its_file() -> None:
    assert disk_metrics(DISK_METRICS).age == 600
    assert disk_metrics("now 10\n").hours is None
    with pytest.raises(ValueError, match="set back"):
        disk_metrics("now 10\nfile 90000 node_filesystem_avail_bytes /var/lib/x/a.prom\n")
    live = disk_metrics(DISK_METRICS.replace("url ", "url node_filesystem_avail_bytes,"))
    assert (live.age, live.names) == (0, ("node_filesystem_avail_bytes",))


@pytest.mark.skipif(not shutil.which("curl") and not shutil.which("wget"), reason="no program that fetches")
@pytest.mark.parametrize(("answers", "status"), [(False, 1), (True, 0)])
def test_a_port_that_takes_the_call_and_says_nothing_is_no_missing_metric(answers: bool, status: int) -> None:
    """The question fails, instead of saying that nobody reads the metric; a refusal is an answer."""
    listening = "listening() { :; }\n"
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        if not answers:
            silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/metrics"
        ask = (
            FACTS["disk_metrics"]
            .ask.replace("fetched() {", f"{listening}fetched() {{")
            .replace("--max-time 4", "--max-time 1")
        )
        given = {"MONITORING_METRICS_URL": url, "MONITORING_TEXTFILE_DIRECTORY": "/nonexistent"}
        done = subprocess.run(["sh", "-c", ask], env=os.environ | given, capture_output=True, text=True, check=False)
    assert (done.returncode, "url" in done.stdout) == (status, False)
