from datetime import date
from pathlib import Path

import pytest

from fixtures.evidence.people import worth
from gate.entries import PeopleError
from gate.people import People, load_people
from gate.worklog import PLANNED, Logged, SavingBasis, load_worklog, return_of
from testing.test_people import CONTRACT, NOW

HEAD = "date,hours,activity,saved_hours_per_month,basis\n"
SPENT = Logged(date(2026, 2, 4), 8, "audit")
MEASURED = Logged(date(2026, 2, 11), 0, "backups", 2, SavingBasis.MEASURED)
ASSUMED = Logged(date(2026, 2, 11), 0, "clean-up", 4)


def log(folder: Path, text: str) -> tuple[Logged, ...]:
    (folder / "worklog.csv").write_text(text)
    return load_worklog(folder / "worklog.csv")


def test_hours_and_savings_are_read(tmp_path: Path) -> None:
    assert log(
        tmp_path, HEAD + "2026-02-04,8,audit,,\n2026-02-11,,backups,2,measured\n\n2026-02-11,,clean-up,4,assumed\n"
    ) == (SPENT, MEASURED, ASSUMED)
    assert load_worklog(tmp_path / "none.csv") == ()


def test_a_log_of_the_first_version_has_hours_and_no_savings(tmp_path: Path) -> None:
    assert log(tmp_path, "date,phase,hours,note\n2026-02-04,0.1,8,audit\n") == (SPENT,)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("day,hours\n", "first line"),
        ("", "first line"),
        (HEAD + "yesterday,8,audit,,\n", "line 2"),
        (HEAD + "2026-02-04,many,audit,,\n", "line 2"),
        (HEAD + "2026-02-04,-1,audit,,\n", "not a number of hours"),
        (HEAD + "2026-02-04,nan,audit,,\n", "not a number of hours"),
        (HEAD + "2026-02-04,8,audit,3,guessed\n", "neither assumed nor measured"),
        (HEAD + "2026-02-04,8,audit,,,more\n", "more fields"),
    ],
)
def test_what_cannot_be_read_is_one_line_that_names_it(tmp_path: Path, text: str, expected: str) -> None:
    with pytest.raises(PeopleError, match=expected) as raised:
        log(tmp_path, text)
    assert "\n" not in str(raised.value)
    assert "worklog.csv" in str(raised.value)


def test_savings_against_hours_with_the_day_on_which_they_are_even() -> None:
    hours = return_of((SPENT, MEASURED, ASSUMED), None)
    assert (hours.invested, hours.monthly, hours.saved, hours.net, hours.worst) == (8, 6, 72, 64, 16)
    assert hours.even == date(2026, 3, 17)
    assert hours.worst_even == date(2026, 6, 6)


def test_without_hours_the_plan_s_own_count_and_without_savings_the_day_never_comes() -> None:
    hours = return_of((ASSUMED,), date(2026, 2, 4))
    assert (hours.invested, hours.planned, hours.worst_even) == (PLANNED, True, None)
    assert PLANNED == 30
    assert return_of((), None).even is None
    tiny = Logged(date(2026, 2, 4), 0, "", 1e-9)
    assert return_of((SPENT, tiny), None).even is None


def test_a_loss_needs_nobody_s_word_and_a_gain_does() -> None:
    gain, loss = People(worklog=(SPENT, MEASURED)), People(worklog=(SPENT, Logged(date(2026, 2, 11), 0, "", 0.5)))
    assert worth(gain, "DEC-05", None).missing is not None
    assert worth(loss, "DEC-05", None).missing is None
    assert worth(loss, "DEC-05", None).hours.net < 0
    nothing = worth(People(), "DEC-05", None)
    assert nothing.missing is not None
    assert nothing.missing.code == "nothing-saved"


MAINTENANCE = """[[maintenance]]
from = 2026-02-12T20:00:00+01:00
to = 2026-02-12T20:30:00+01:00
what = "reboot"
who = "A. Martin"
declared = 2026-02-11T09:00:00+01:00
"""


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("", ""), ""),
        (('"reboot"', '" "'), "unsigned"),
        (("T20:30", "T19:30"), "backwards"),
        (("2026-02-11T09", "2026-02-12T21"), "declared-late"),
        (("to = 2026-02-12", "to = 2026-02-14"), "maintenance-too-long"),
    ],
)
def test_announced_maintenance_counts_or_says_why_not(tmp_path: Path, change: tuple[str, str], why: str) -> None:
    (tmp_path / "maintenance.toml").write_text(MAINTENANCE.replace(*change) if why else MAINTENANCE)
    people = load_people(tmp_path, CONTRACT, NOW)
    assert [entry.why for entry in people.void] == ([why] if why else [])
    assert len(people.maintenance) == (0 if why else 1)
