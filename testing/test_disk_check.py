"""MON-01, MON-03 to MON-05: the schedule of the disk check, its messages, and its metric."""

import msgspec
import pytest

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


def judged(*lines: str, file: str = "/etc/cron.d/disk", found: str = FOUND, past: str = "now 1\n") -> CheckJobs:
    """Return the schedules of a sound host with a table of these lines."""
    table = f"table 644 root whole {file}\n" + "".join(lines) + "\n=== timers"
    text = SCHEDULES.replace("=== timers", table, 1).replace("found date", f"{found}found date")
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
    live = disk_metrics(DISK_METRICS.replace("url ", "url node_filesystem_avail_bytes,"))
    assert (live.age, live.names) == (0, ("node_filesystem_avail_bytes",))
