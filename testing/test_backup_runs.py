"""BKP-01 to BKP-03: what is set beside what happened. The host of testing/host_answers.py, with traces of its own."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from itertools import combinations
from typing import Any

import pytest

from fixtures.host.backups.backup_jobs import BackupSchedules, backup_schedules
from fixtures.host.backups.backup_runs import Courses, Fate, courses
from fixtures.host.schedules.cron_past import CronPast, cron_past
from fixtures.host.schedules.schedules import Schedules, schedules
from testing.host_answers import SCHEDULES

AT = 1795450734  # Monday 23 November 2026, 16:18:54 UTC
DUE = 1795395600  # that day at 01:00 UTC, 02:00 in Paris
DAY = 86400
TABLE, SCRIPT = "/etc/cron.d/twisterlab", "/usr/local/bin/backup-postgres.sh"
COMMAND = "/usr/local/bin/backup-postgres.sh >> /var/log/backup.log 2>&1"
LINE = f"| 0 2 * * * root {COMMAND}"
OLD = AT - 30 * DAY
INTERPRETERS = "found /bin/bash /bin/bash\nfound date"


def traced(table: int = OLD, script: int = OLD, settled: int = OLD, *, more: str = "", tables: str = SCHEDULES) -> str:
    return tables.replace("found date", INTERPRETERS) + (
        f"=== traces\ndaemon cron\nbooted {OLD}\nbegan {OLD}\ndated {table} {table} 1 {TABLE}\n"
        f"dated {OLD} {OLD} 1 /etc/crontab\ndated {script} {script} 1 {SCRIPT}\nsettled {settled}\n{more}"
    )


def past(*rows: str, since: int = OLD) -> CronPast:
    return cron_past("\n".join([f"now {AT}", f"since {since}", *rows]))


RAN = f"ran {DUE + 1} root {COMMAND}"


@cache
def read(answer: str) -> tuple[Schedules, BackupSchedules]:
    host = schedules(answer)
    return host, backup_schedules(host, "postgres")


def seen(answer: str, journal: CronPast, made: Sequence[int]) -> Courses:
    host, jobs = read(answer)
    return courses(jobs, host, journal, tuple(datetime.fromtimestamp(at, UTC) for at in made))


def fates(answer: str, journal: CronPast, made: Sequence[int]) -> list[Fate]:
    return [course.fate for course in seen(answer, journal, made).all]


def test_it_was_due_it_was_started_and_a_backup_came() -> None:
    assert fates(traced(), past(RAN), [DUE + 60]) == [Fate.RAN]


def test_a_backup_that_nothing_started_counts_and_says_so() -> None:
    assert fates(traced(), past(f"ran {DUE - DAY} root {COMMAND}"), [DUE + 60]) == [Fate.UNSEEN]


def test_a_journal_that_does_not_reach_back_tells_nothing_against_it() -> None:
    assert fates(traced(), past(since=AT - 60), [DUE + 60]) == [Fate.RAN]


def test_it_was_due_and_nothing_came() -> None:
    (course,) = seen(traced(), past(RAN), [DUE - DAY]).all
    assert (course.fate, "CMD" in course.detail) == (Fate.MISSED, True)


@pytest.mark.parametrize(("table", "script"), [(AT - 600, OLD), (OLD, AT - 600)])
def test_what_was_set_a_moment_ago_waits_for_its_first_run(table: int, script: int) -> None:
    found = seen(traced(table, script), past(), [DUE + 60])
    assert [course.fate for course in found.all] == [Fate.WAITS]
    assert found.first == datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


def test_what_was_set_a_moment_ago_and_has_made_a_backup_since_counts() -> None:
    assert fates(traced(table=AT - 600), past(), [AT - 60]) == [Fate.RAN]


def test_an_edit_of_another_line_leaves_the_line_that_ran_alone() -> None:
    assert fates(traced(table=AT - 600), past(RAN), [DUE + 60]) == [Fate.RAN]
    assert fates(traced(table=AT - 600, script=AT - 700), past(RAN), [DUE + 60]) == [Fate.WAITS]


def test_scripts_that_were_put_there_tried_and_scheduled_in_one_go_count() -> None:
    assert fates(traced(table=AT - 60, script=AT - 900), past(), [AT - 300]) == [Fate.HANDED]


def test_a_script_in_a_folder_that_hands_over_to_one_that_has_worked_counts() -> None:
    member = (
        "table 755 root whole /etc/cron.daily/pg\n| #!/bin/sh\n| exec /usr/local/bin/backup-postgres.sh\n\n=== timers"
    )
    text = (
        SCHEDULES.replace(LINE, "|")
        .replace("=== timers", member, 1)
        .replace("found test", "found /bin/sh /bin/sh\nfound test")
    )
    fresh = f"dated {AT - 60} {AT - 60} 1 /etc/cron.daily/pg\nparts /etc/cron.daily/pg\n"
    assert fates(traced(tables=text, more=fresh), past(), [DUE + 60]) == [Fate.HANDED]
    skipped = fresh.replace("parts /etc/cron.daily/pg", "parts /etc/cron.daily/logrotate")
    assert fates(traced(tables=text, more=skipped), past(), [DUE + 60]) == [Fate.REFUSED]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (LINE, f"| 0 2 * * * root #{COMMAND}"),
        (LINE, f"{LINE}\n| 0 25 * * * root /bin/true"),
        (LINE, f"{LINE}\r"),
        (LINE, f"| SHELL=/bin/false\n{LINE}"),
        (LINE, f"| 0 2 * * 1 root {COMMAND}"),
        ("cron active\n", ""),
    ],
)
def test_what_cron_never_starts_fails_whatever_it_made_before(old: str, new: str) -> None:
    answer = traced(table=AT - 600, settled=AT - 600, tables=SCHEDULES.replace(old, new))
    assert fates(answer, past(RAN), [DUE + 60, DUE - DAY]) == [Fate.REFUSED]


@pytest.mark.parametrize("why", ["expired", "password"])
def test_an_account_that_pam_refuses_runs_nothing(why: str) -> None:
    assert fates(traced(more=f"account {why} root\n"), past(RAN), [DUE + 60]) == [Fate.REFUSED]


@pytest.mark.parametrize(
    "words",
    [
        "(*system*twisterlab) INSECURE MODE (group/other writable) (/etc/cron.d/twisterlab)",
        "Error: bad hour; while reading /etc/cron.d/twisterlab",
        "(*system*twisterlab) ERROR (Syntax error, this crontab file will be ignored)",
        "(*system*twisterlab) WRONG FILE OWNER (/etc/cron.d/twisterlab)",
        "pam_unix(cron:account): account root has expired (account expired)",
        "pam_unix(cron:account): expired password for user root (root enforced)",
        "(root) FAILED to authorize user with PAM (Permission denied)",
    ],
)
def test_cron_s_own_refusal_counts_until_the_table_or_its_word_changes(words: str) -> None:
    (course,) = seen(traced(), past(f"told {AT - 60} {words}"), [DUE + 60]).all
    assert (course.fate, course.detail) == (Fate.REFUSED, words)
    later = past(
        RAN.replace(str(DUE + 1), str(AT)),
        f"told {AT - 60} {words}",
        f"told {AT} (*system*twisterlab) RELOAD ({TABLE})",
    )
    assert fates(traced(), later, [DUE + 60]) == [Fate.RAN]


def test_the_refusal_of_another_table_is_none_of_this_one() -> None:
    words = f"told {AT - 60} Error: bad hour; while reading /etc/cron.d/other"
    assert fates(traced(), past(RAN, words), [DUE + 60]) == [Fate.RAN]


def test_backups_that_come_although_nothing_makes_them_are_made_elsewhere() -> None:
    gone = SCHEDULES.replace(LINE, "|")
    assert seen(traced(tables=gone), past(), [DUE + 60, DUE - DAY]).elsewhere
    assert not seen(traced(tables=gone, settled=AT - 60), past(), [DUE + 60, DUE - DAY]).elsewhere
    assert not seen(traced(tables=gone), past(), [DUE - 2 * DAY, DUE - 3 * DAY]).elsewhere


def test_what_is_refused_and_happens_all_the_same_is_doubtful() -> None:
    refused = SCHEDULES.replace(LINE, f"| 0 2 * * * root #{COMMAND}")
    assert fates(traced(tables=refused), past(), [DUE + 60, DUE - DAY]) == [Fate.DOUBTFUL]


TIMER = SCHEDULES.replace(LINE, "|").replace("argv[]=/usr/sbin/logrotate /etc/logrotate.conf", f"argv[]={SCRIPT}")


@pytest.mark.parametrize(
    ("trigger", "result", "fate"),
    [
        ("Mon 2026-11-23 16:00:01 UTC", "success", Fate.RAN),
        ("Mon 2026-11-23 16:00:01 UTC", "exit-code", Fate.DOUBTFUL),
        ("Mon 2026-11-23 16:00:01 UTC", "", Fate.DOUBTFUL),
        ("", "success", Fate.DOUBTFUL),
    ],
)
def test_a_timer_counts_by_systemd_s_own_word(trigger: str, result: str, fate: Fate) -> None:
    shown = TIMER.replace("Id=logrotate.timer", f"LastTriggerUSec={trigger}\nId=logrotate.timer")
    answer = traced(tables=shown.replace("Id=logrotate.service", f"Result={result}\nId=logrotate.service"))
    assert fates(answer, past(), [AT - 1800]) == [fate]


MADE = (DUE + 60, DUE - DAY + 60, AT - 60)
ROWS = (RAN, f"ran {AT - 7 * DAY} root {COMMAND}")
STATES = [
    traced(),
    traced(table=AT - 600),
    traced(script=AT - 600, settled=AT - 600),
    traced(table=AT - 60, script=AT - 900),
    traced(tables=SCHEDULES.replace(LINE, "|")),
    traced(tables=SCHEDULES.replace(LINE, f"| 0 2 * * * root #{COMMAND}")),
    traced(tables=SCHEDULES.replace(LINE, f"| 0 2 * * 1 root {COMMAND}")),
    traced(tables=TIMER.replace("Id=logrotate.t", "LastTriggerUSec=Mon 2026-11-23 16:00:01 UTC\nId=logrotate.t")),
]


def passes(answer: str, rows: Sequence[str], made: Sequence[int]) -> bool:
    found = seen(answer, past(*rows), made)
    return bool(found.counting) or found.elsewhere


def without(all: Sequence[Any]) -> Iterator[list[Any]]:
    """All of them but one, for each."""
    return ([*all[:number], *all[number + 1 :]] for number in range(len(all)))


@pytest.mark.parametrize("answer", STATES)
def test_removing_any_trace_never_makes_it_pass(answer: str) -> None:
    """Backups, lines of the journal and words of systemd, in every combination, with one of them taken away."""
    less = "\n".join(line for line in answer.split("\n") if not line.startswith(("LastTriggerUSec", "Result")))
    for traces in (some for size in range(6) for some in combinations((*ROWS, *MADE), size)):
        rows, made = [one for one in traces if isinstance(one, str)], [one for one in traces if isinstance(one, int)]
        if not passes(answer, rows, made):
            assert not any(passes(answer, fewer, made) for fewer in without(rows))
            assert not any(passes(answer, rows, fewer) for fewer in without(made))
            assert not passes(less, rows, made)


def test_a_run_that_may_still_be_at_work_is_not_due_yet() -> None:
    answer = traced(tables=SCHEDULES.replace("| 0 2 * * *", "| 10 17 * * *"))  # a moment ago
    (fate,) = fates(answer, past(), [DUE - 9 * 3600 + 660])
    assert fate.counts
