"""Plan, GO/NO-GO: phase 0 is complete, the budget is approved, and more time is saved than was spent."""

from fixtures.evidence.people import approval, worth
from fixtures.session.judge import Judge, criterion
from fixtures.target import Target
from gate.derived import judge_progress, progress
from gate.people import People
from gate.resolve import resolve_outcomes
from gate.run import Run


@criterion("DEC-01")
def test_phase_0_is_complete(run: Run, judge: Judge) -> None:
    seen = progress(run.contract, resolve_outcomes(run))
    assert judge(seen.percent, seen, unknown=judge_progress(seen).unknown)


@criterion("DEC-04")
def test_ssd_budget_is_approved(people: People, judge: Judge) -> None:
    asked = approval(people, "DEC-04")
    assert judge(asked.given, asked.answer, manual=asked.missing, unknown=asked.unclear)


@criterion("DEC-05")
def test_more_time_is_saved_than_was_invested(people: People, target: Target, judge: Judge) -> None:
    seen = worth(people, "DEC-05", target.plan.start)
    assert judge(seen.hours.net, seen.hours, findings=seen.findings, manual=seen.missing, unknown=seen.unclear)
