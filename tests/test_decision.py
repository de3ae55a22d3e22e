"""Plan, GO/NO-GO: complete, stable, approved."""

from fixtures.judge import Judge, criterion
from fixtures.people import approval
from reports.model.derived import judge_progress, judge_window, progress
from reports.model.people import People
from reports.model.run import Finding, Run
from reports.model.settle import settle, window_of
from reports.model.stability import Window


@criterion("DEC-01")
def test_phase_0_is_complete(run: Run, judge: Judge) -> None:
    seen = progress(run.contract, settle(run))
    assert judge(seen.percent, seen, unknown=judge_progress(seen).unknown)


@criterion("DEC-02")
def test_seven_days_passed_without_incident(window: Window, run: Run, judge: Judge) -> None:
    seen = window_of(run) or window
    stability = judge_window(seen, run.contract["DEC-02"])
    bridged = [Finding("bridged", {"hours": seen.bridged})] if seen.bridged >= 1 else []
    assert judge(seen.days, seen, findings=bridged, pending=stability.pending, unknown=stability.unknown)


@criterion("DEC-04")
def test_ssd_budget_is_approved(people: People, judge: Judge) -> None:
    asked = approval(people, "DEC-04")
    assert judge(asked.given, asked.answer, manual=asked.missing, unknown=asked.unclear)
