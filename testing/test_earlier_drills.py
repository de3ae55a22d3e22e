"""A drill that today's audit leaves out: its earlier result counts, for a limited number of days."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.contract import Kind
from gate.decision import decide
from gate.earlier import NOTE, earlier_drills, noting, with_earlier
from gate.outcome import Outcome
from gate.past import EARLIER, Drilled, Past
from gate.run import Finding, Result
from reports.session.sampling import left_by
from testing.runs import row, run

NOW = datetime(2026, 11, 23, 20, tzinfo=UTC)
CONTRACT = noting({"X-01": row("X-01", kind=Kind.DRILL, target="= 100 %"), "X-02": row("X-02")})
PASS = Result("X-01", Outcome.PASS, 100.0, {"dump": "postgres_20261122.sql.gz"}, seconds=4)


def earlier(hours: float, *results: Result, days: int = 7) -> dict[str, Result]:
    drills = tuple(Drilled(NOW - timedelta(hours=hours + number), result) for number, result in enumerate(results))
    return earlier_drills(CONTRACT, Past(drills=drills), NOW, days)


def test_a_drill_of_yesterday_counts_and_says_when_it_was() -> None:
    taken = earlier(24, PASS)["X-01"]
    assert (taken.outcome, taken.value, taken.seen["dump"]) == (Outcome.PASS, 100, "postgres_20261122.sql.gz")
    assert taken.findings == (
        Finding(EARLIER, {"at": "2026-11-22T20:00:00+00:00", "until": "2026-11-29T20:00:00+00:00"}),
    )


@pytest.mark.parametrize(
    ("hours", "days", "outcome"),
    [(7 * 24 - 1, 7, Outcome.PASS), (7 * 24, 7, Outcome.UNKNOWN), (25, 1, Outcome.UNKNOWN), (0, 0, Outcome.UNKNOWN)],
)
def test_it_expires(hours: float, days: int, outcome: Outcome) -> None:
    assert earlier(hours, PASS, days=days)["X-01"].outcome is outcome


def test_a_failure_takes_back_the_pass_before_it() -> None:
    failed = msgspec.structs.replace(PASS, outcome=Outcome.FAIL, value=50.0)
    assert earlier(1, failed, PASS)["X-01"].outcome is Outcome.FAIL


def test_what_is_judged_now_comes_first_and_a_change_takes_nothing_over() -> None:
    now = Result("X-01", Outcome.UNKNOWN)
    assert with_earlier({"X-01": now}, earlier(1, PASS), changed=False)["X-01"] is now
    assert with_earlier({}, earlier(1, PASS), changed=True) == {}


def test_nothing_is_taken_over_of_the_future_of_others_or_of_no_drill() -> None:
    assert earlier(-1, PASS) == {}
    assert earlier(1, msgspec.structs.replace(PASS, id="X-02"), msgspec.structs.replace(PASS, id="X-03")) == {}


def test_what_was_taken_over_is_no_new_drill() -> None:
    audited = msgspec.structs.replace(run(CONTRACT, {}), results=earlier(1, PASS))
    assert decide(audited).results["X-01"].outcome is Outcome.PASS
    assert left_by(audited, decide(audited).results, Past()).drills == ()


@given(st.floats(0, 400), st.sampled_from([Outcome.PASS, Outcome.FAIL]), st.integers(0, 7))
def test_an_old_drill_never_counts_for_more_than_it_came_to(hours: float, outcome: Outcome, days: int) -> None:
    taken = earlier(hours, msgspec.structs.replace(PASS, outcome=outcome), days=days)["X-01"].outcome
    assert taken is (outcome if hours < days * 24 else Outcome.UNKNOWN)


def test_only_a_drill_can_say_that_it_was_earlier() -> None:
    assert (CONTRACT["X-01"].finding, CONTRACT["X-02"].finding) == ({EARLIER: NOTE}, {})
