"""LOG-01, LOG-03, LOG-06: what bounds the kernel's log, and what /var/log takes."""

import pytest

from fixtures.host.kernel_log import Bound, KernelLog, LogFile, bound, kernel_log
from fixtures.host.log_usage import log_usage
from fixtures.host.logrotate import LATE, LogrotateRuns, logrotate_runs
from fixtures.host.rotation import Stanza, rotation
from testing.host_answers import KERNEL_LOG, LOG_USAGE, LOGROTATE_RUNS, ROTATION

AT, DAY, MB = 1_795_450_000, 86_400, 10**6
NAME = "/var/log/kern.log"
STOCK = Stanza((NAME,), 7 * DAY, None, None, 0, 4, compressed=True)
PLAN = Stanza((NAME,), DAY, None, 500 * MB, 0, 3, compressed=True)


def growing(a_day: int, every: int = DAY, count: int = 3) -> KernelLog:
    """A log that was rotated at the given interval and grew evenly."""
    files = [LogFile(f"kern.log.{number}" if number else "kern.log", a_day * every // DAY, AT - number * every, 0)
             for number in range(count)]
    return KernelLog(AT, tuple(files))


def test_logrotate_resolves_what_wins() -> None:
    stanza = rotation(ROTATION).of(NAME)
    assert stanza is not None
    assert (stanza.seconds, stanza.max_size, stanza.kept, stanza.compressed) == (DAY, 209715200, 7, True)
    assert stanza.directives == ("daily", "maxsize 200M", "rotate 7", "compress")


def test_a_minimum_size_is_not_a_size_bound() -> None:
    stanza = rotation(ROTATION).of("/var/log/wtmp")
    assert stanza is not None
    assert (stanza.size, stanza.min_size, stanza.compressed) == (None, 1048576, False)


def test_errors_of_a_duplicate_are_told_once() -> None:
    said = "error: rsyslog:1 duplicate log entry for /var/log/kern.log\nerror: found error in file rsyslog, skipping\n"
    assert rotation(said + ROTATION).errors == (
        "rsyslog:1 duplicate log entry for /var/log/kern.log", "found error in file rsyslog, skipping")


@pytest.mark.parametrize(("line", "seconds", "kept", "size"), [
    (" weekly (4 rotations)\nempty log files are not rotated, old logs are removed", 7 * DAY, 4, None),
    (" 104857600 bytes (2 rotations)\nold logs are removed", None, 2, 104857600),
    (" hourly (no old logs will be kept)\nold logs are removed", 3600, 0, None),
    (" after 3 days empty log files are not rotated, (9 rotations), old logs are removed", 3 * DAY, 9, None),
    (" weekly empty log files are not rotated, old logs are kept forever", 7 * DAY, None, None),
])
def test_bounds_as_several_versions_print_them(
        line: str, seconds: int | None, kept: int | None, size: int | None) -> None:
    stanza = rotation(f"reading config file x\n\nrotating pattern: {NAME} {line}\nconsidering log {NAME}\n").of(NAME)
    assert stanza is not None
    assert (stanza.seconds, stanza.kept, stanza.size) == (seconds, kept, size)



def test_a_sound_weekly_rotation_of_a_small_log_is_bounded() -> None:
    seen = bound(growing(60 * MB // 7, 7 * DAY), STOCK, DAY)
    assert seen.bounded
    assert seen.worst_gb < 2


def test_the_stock_rotation_does_not_bound_a_log_of_twelve_gigabytes() -> None:
    assert bound(KernelLog(AT, (LogFile("kern.log", 12_000 * MB, AT, AT - 3 * DAY),)), STOCK, DAY).worst_gb > 2


def test_a_size_only_bites_as_often_as_logrotate_runs() -> None:
    log = growing(6_000 * MB, 3600)
    assert bound(log, PLAN, DAY).worst_gb > 2
    assert bound(log, PLAN, 3600).worst_gb < 2


@pytest.mark.parametrize(("stanza", "every"), [(None, 3600.0), (STOCK, None), (
    Stanza((NAME,), DAY, None, None, 0, None), 3600.0)])
def test_nothing_that_limits_it_is_no_bound(stanza: Stanza | None, every: float | None) -> None:
    log = growing(300 * MB)
    assert bound(log, stanza, every).worst_gb > 2


def test_no_kernel_log_comes_to_nothing() -> None:
    assert bound(KernelLog(AT, ()), None, None) == Bound((), 0.0, None, 0.0, bounded=True)


def test_the_birth_of_a_compressed_copy_says_nothing_of_its_beginning() -> None:
    assert kernel_log(KERNEL_LOG).growth < 30 * MB


def test_deleted_files_count_once_and_only_on_the_log_s_own_disk() -> None:
    usage = log_usage(LOG_USAGE)
    assert (usage.deleted, usage.holders, usage.total) == (5120, ("/var/log/kern.log.1",), 17596416 + 5120)
    assert usage.other == 17596416 - 61440 - 16789504


def test_logrotate_s_last_run() -> None:
    runs = logrotate_runs(LOGROTATE_RUNS)
    assert (runs.age, runs.result, runs.overdue(3600), runs.first(3600)) == (1134, "success", False, None)


@pytest.mark.parametrize(("last", "since", "overdue", "waits"), [
    (AT - DAY - LATE - 1, 0, True, False), (AT - DAY, 0, False, False), (0, AT - 60, False, True),
    (0, AT - 9 * DAY, True, False)])
def test_logrotate_is_overdue_only_after_its_period(last: int, since: int, overdue: bool, waits: bool) -> None:
    runs = LogrotateRuns(AT, last, since, "success")
    assert (runs.overdue(DAY), runs.first(DAY) is not None) == (overdue, waits)
