"""LOG-01 to LOG-04, LOG-06: the limits of the logs, and the size of /var/log."""

import pytest

from fixtures.host.logs.log_bounds import bound, other_bounds
from fixtures.host.logs.log_files import Log, LogFile, LogFiles, log_files
from fixtures.host.logs.log_usage import log_usage
from fixtures.host.logs.logrotate import LATE, LogrotateRuns, logrotate_runs
from fixtures.host.logs.next_run import next_run
from fixtures.host.logs.rotation import Rotation, Stanza, rotation
from testing.host_answers import LOG_FILES, LOG_USAGE, LOGROTATE_RUNS, ROTATION

# Written from logrotate's documentation and source, not recorded: 3.19 of Ubuntu 22.04 (the long list, `su root adm`)
# and 3.21 of Ubuntu 24.04 (the short one).
LISTS = {
    "3.19": (
        "syslog",
        "mail.info",
        "mail.err",
        "mail.log",
        "daemon.log",
        "kern.log",
        "auth.log",
        "user.log",
        "messages",
    ),
    "3.21": ("syslog", "mail.log", "kern.log", "auth.log", "user.log", "cron.log"),
}
STANZA_3_19, STANZA_3_21 = (
    "warning: logrotate in debug mode does nothing except printing debug messages!  Consider using verbose mode (-v)\n\n"
    "reading config file /etc/logrotate.conf\nincluding /etc/logrotate.d\nreading config file rsyslog\n"
    "Reading state from file: /var/lib/logrotate/status\nAllocating hash table for state file, size 64 entries\n"
    f"Creating new state\n\nHandling 1 logs\n\nrotating pattern: {names}\n weekly (4 rotations)\n"
    "empty log files are not rotated, old logs are removed\nswitching euid from 0 to 0 and egid from 0 to 4 (pid 812)\n"
    + "".join(
        f"considering log {name}\n  Now: 2026-11-23 16:40\n  Last rotated at 2026-11-22 00:00\n"
        f"  log does not need rotating (log has been rotated at 2026-11-22 00:00, which is less than a week ago)\n"
        for name in names.split("\n")
    )
    + "switching euid from 0 to 0 and egid from 4 to 0 (pid 812)\n\n=== forced\n"
    + f"rotating pattern: {names}\n forced from command line (4 rotations)\n"
    + "".join(
        f"rotating log {name}, log->rotateCount is 4\ndateext suffix '-20261123'\n"
        f"renaming {name}.2.gz to {name}.3.gz (rotatecount 4, logstart 1, i 2), \n"
        for name in names.split("\n")
    )
    for names in ("\n".join(f"/var/log/{name}" for name in names) for names in LISTS.values())
)

AT, DAY, MB = 1_795_450_000, 86_400, 10**6
NAME = "/var/log/kern.log"
STOCK = Stanza((NAME,), 7 * DAY, None, None, 0, 4, compressed=True)
PLAN = Stanza((NAME,), DAY, None, 500 * MB, 0, 3, compressed=True)


def growing(a_day: int, every: int = DAY, count: int = 3, name: str = NAME) -> Log:
    """Return a log that was rotated every `every` seconds and grew evenly."""
    files = [
        LogFile(f"{name}.{number}" if number else name, a_day * every // DAY, AT - number * every)
        for number in range(count - 1, -1, -1)
    ]
    return Log(name, AT, tuple(files))


def of(*logs: Log) -> LogFiles:
    return LogFiles(AT, {log.path: log for log in logs})


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
    errors = (
        "error: rsyslog:1 duplicate log entry for /var/log/kern.log\nerror: found error in file rsyslog, skipping\n"
    )
    assert rotation(errors + ROTATION).errors == (
        "rsyslog:1 duplicate log entry for /var/log/kern.log",
        "found error in file rsyslog, skipping",
    )


@pytest.mark.parametrize(
    ("line", "seconds", "kept", "size"),
    [
        (" weekly (4 rotations)\nempty log files are not rotated, old logs are removed", 7 * DAY, 4, None),
        (" 104857600 bytes (2 rotations)\nold logs are removed", None, 2, 104857600),
        (" hourly (no old logs will be kept)\nold logs are removed", 3600, 0, None),
        (" after 3 days empty log files are not rotated, (9 rotations), old logs are removed", 3 * DAY, 9, None),
        (" weekly empty log files are not rotated, old logs are kept forever", 7 * DAY, None, None),
    ],
)
def test_bounds_as_several_versions_print_them(
    line: str, seconds: int | None, kept: int | None, size: int | None
) -> None:
    stanza = rotation(f"reading config file x\n\nrotating pattern: {NAME} {line}\nconsidering log {NAME}\n").of(NAME)
    assert stanza is not None
    assert (stanza.seconds, stanza.kept, stanza.size) == (seconds, kept, size)


def test_a_sound_weekly_rotation_of_a_small_log_is_bounded() -> None:
    seen = bound(growing(60 * MB // 7, 7 * DAY), STOCK, DAY)
    assert seen.bounded
    assert seen.worst_gb < 2


def test_the_stock_rotation_does_not_bound_a_log_of_twelve_gigabytes() -> None:
    assert bound(Log(NAME, AT, (LogFile(NAME, 12_000 * MB, AT, AT - 3 * DAY),)), STOCK, DAY).worst_gb > 2


def test_a_size_only_bites_as_often_as_logrotate_runs() -> None:
    log = growing(6_000 * MB, 3600)
    assert bound(log, PLAN, DAY).worst_gb > 2
    assert bound(log, PLAN, 3600).worst_gb < 2


@pytest.mark.parametrize(
    ("stanza", "every"), [(None, 3600.0), (STOCK, None), (Stanza((NAME,), DAY, None, None, 0, None), 3600.0)]
)
def test_nothing_that_limits_it_is_no_bound(stanza: Stanza | None, every: float | None) -> None:
    log = growing(300 * MB)
    assert bound(log, stanza, every).worst_gb > 2


def test_no_kernel_log_comes_to_nothing() -> None:
    seen = bound(Log(NAME, AT, ()), None, None)
    assert (seen.worst, seen.bounded, seen.open) == (0.0, True, False)


def test_the_birth_of_a_compressed_copy_says_nothing_of_its_beginning() -> None:
    assert log_files(LOG_FILES).log(NAME).growth < 30 * MB


def test_right_after_a_fix_nobody_knows_how_fast_it_grows() -> None:
    """The old log is compressed, its first lines have no date any more, and the new log has just begun."""
    fixed = Log(NAME, AT, (LogFile(f"{NAME}.1.gz", 300 * MB, AT - 60, AT - 10), LogFile(NAME, 2000, AT, AT - 20)))
    assert fixed.young
    assert bound(fixed, STOCK, DAY).open
    bounded = bound(fixed, PLAN, 3600)
    assert not bounded.open
    assert bounded.worst_gb == pytest.approx(1.1, abs=0.01), "its size alone bounds it"


def test_a_log_that_was_written_to_in_the_second_of_its_rotation_comes_behind_its_copies() -> None:
    rows = f"2000 8 512 {AT - 60} {AT - 60} {NAME}\n900000 1800 512 {AT - 60} {AT - 60} {NAME}.1.gz\n"
    assert [file.path for file in log_files(f"{AT}\n{rows}").log(NAME).files] == [f"{NAME}.1.gz", NAME]


@pytest.mark.parametrize(("watched", "young"), [(1800, True), (7200, True), (DAY, False)])
def test_what_a_rotation_hid_is_known_again_after_a_day(watched: int, young: bool) -> None:
    copy, live = LogFile(f"{NAME}.1.gz", 300 * MB, AT - watched), LogFile(NAME, 2000, AT, AT - watched)
    assert Log(NAME, AT, (copy, live)).young is young


def test_a_log_that_rotates_every_hour_is_known_by_its_copies() -> None:
    assert not growing(6_000 * MB, 3600, 4).young


@pytest.mark.parametrize(
    ("size", "open"),
    [
        (2000, False),  # slow, even if all of it came just now
        (20 * MB, True),  # in five minutes: too short to know its growth
        (2_000 * MB, True),  # the same; judge() decides that it misses its target already
    ],
)
def test_a_log_of_five_minutes(size: int, open: bool) -> None:
    assert bound(Log(NAME, AT, (LogFile(NAME, size, AT, AT - 300),)), STOCK, DAY).open is open


def test_sparse_files_count_with_what_they_take() -> None:
    assert log_files(LOG_FILES).log("/var/log/lastlog").size == 4096


def test_the_plans_own_stanza_for_syslog_does_not_win() -> None:
    """D4: the distribution's stanza, which is read first, is weekly and has no size limit."""
    stanzas = Rotation((Stanza(("/var/log/syslog",), 7 * DAY, None, None, 0, 4, compressed=True),), ("duplicate",))
    assert other_bounds(of(growing(500 * MB, name="/var/log/syslog")), stanzas, DAY, ()).worst_gb > 2


def test_other_logs_are_those_of_the_plan_and_the_large_ones_still_written_to() -> None:
    old = Log("/var/log/old.log", AT, (LogFile("/var/log/old.log", 900 * MB, AT - 30 * DAY),))
    logs = of(
        growing(MB),
        growing(MB, name="/var/log/syslog"),
        growing(90 * MB, name="/var/log/app.log"),
        old,
        growing(2 * MB, name="/var/log/small.log"),
        growing(60 * MB, count=1, name="/var/log/atop/atop_20261123"),
    )
    seen = other_bounds(logs, Rotation((), ()), DAY, ("/var/log/backup.log",))
    assert seen.unbounded == ("/var/log/syslog", "/var/log/app.log")
    assert seen.dated == ("/var/log/atop/atop_20261123",)


def test_no_other_logs_are_nothing_to_bound() -> None:
    seen = other_bounds(of(), Rotation((), ()), None, ())
    assert (seen.count, seen.worst_gb, seen.unbounded, seen.open) == (0, 0.0, (), ())


@pytest.mark.parametrize(("every", "more"), [(DAY, 1.5), (3600, 1.5 / 24)])
def test_what_is_left_must_hold_until_the_next_run(every: int, more: float) -> None:
    seen = next_run(of(growing(1_500 * MB)), 1_000 * MB, every)
    assert seen.comes_gb == pytest.approx(1 + more)
    assert seen.hourly is (every == 3600)


@pytest.mark.parametrize("answer", [STANZA_3_19, STANZA_3_21])
def test_the_stock_stanzas_of_ubuntu(answer: str) -> None:
    stanza = rotation(answer).of("/var/log/syslog")
    assert stanza is not None
    assert stanza.directives == ("weekly", "rotate 4", "compress")
    assert rotation(answer).of(NAME) == stanza
    assert rotation(answer).errors == ()


def test_deleted_files_count_once_and_only_on_the_log_s_own_disk() -> None:
    usage = log_usage(LOG_USAGE)
    assert (usage.deleted, usage.holders, usage.total) == (5120, ("/var/log/kern.log.1",), 17596416 + 5120)
    assert usage.other == 17596416 - 61440 - 16789504


def test_logrotate_s_last_run() -> None:
    runs = logrotate_runs(LOGROTATE_RUNS)
    assert (runs.age, runs.result, runs.overdue(3600), runs.first(3600)) == (1134, "success", False, None)


@pytest.mark.parametrize(
    ("last", "since", "overdue", "waits"),
    [
        (AT - DAY - LATE - 1, 0, True, False),
        (AT - DAY, 0, False, False),
        (0, AT - 60, False, True),
        (0, AT - 9 * DAY, True, False),
    ],
)
def test_logrotate_is_overdue_only_after_its_period(last: int, since: int, overdue: bool, waits: bool) -> None:
    runs = LogrotateRuns(AT, last, since, "success")
    assert (runs.overdue(DAY), runs.first(DAY) is not None) == (overdue, waits)


def test_a_log_behind_a_link_is_the_stanza_s_by_either_name() -> None:
    rows = f"{AT}\nalias /var/log/app /srv/app/log\n60000000 120000 512 {AT} {AT - DAY} /var/log/app/x.log\n"
    seen = log_files(rows)
    assert seen.names("/var/log/app/x.log") == ("/var/log/app/x.log", "/srv/app/log/x.log")
    assert seen.names("/var/log/apple.log") == ("/var/log/apple.log",)
    stanza = Stanza(("/srv/app/log/x.log",), DAY, None, 50 * MB, 0, 3)
    assert other_bounds(seen, Rotation((stanza,), ()), 3600.0, ()).unbounded == ()
    assert other_bounds(seen, Rotation((), ()), 3600.0, ()).unbounded == ("/var/log/app/x.log",)
