"""Plan, GO/NO-GO and criteria 0.2 and 2: the state lasted seven days, and little work was needed to keep it."""

from fixtures.evidence.effort import effort
from fixtures.evidence.people import approval
from fixtures.evidence.reboot import reboot
from fixtures.evidence.stability import Witnessed
from fixtures.evidence.trends import too_short, too_young
from fixtures.session.judge import Judge, criterion
from gate.derived import judge_window
from gate.past import Past
from gate.people import People
from gate.resolve import window_of
from gate.run import Finding, Run
from gate.stability import Window
from gate.trend import Trend


@criterion("DEC-02")
def test_seven_days_passed_without_incident(window: Window, run: Run, judge: Judge) -> None:
    seen = window_of(run) or window
    stability = judge_window(seen, run.contract["DEC-02"])
    bridged = [Finding("bridged", {"hours": seen.bridged})] if seen.bridged >= 1 else []
    assert judge(seen.days, seen, findings=bridged, pending=stability.pending, unknown=stability.unknown)


@criterion("DEC-03")
def test_little_work_was_needed_that_nobody_had_planned(
    witnessed: Witnessed, past: Past, people: People, run: Run, judge: Judge
) -> None:
    seen, rest = effort(run, past, witnessed, people.maintenance), approval(people, "DEC-03")
    attested = not run.contract["DEC-03"].bound.met_by(seen.count) or rest.answer
    refused = [Finding("refused", {"who": rest.answer.who})] if rest.answer and not rest.given else []
    assert judge(
        seen.count,
        seen,
        findings=refused,
        manual=None if attested else rest.missing,
        unknown=None if attested else rest.unclear,
    )


@criterion("DSK-03")
def test_root_filesystem_stayed_below_target(root_usage: Trend, run: Run, judge: Judge) -> None:
    broken = not run.contract["DSK-03"].bound.met_by(root_usage.held)
    assert judge(
        root_usage.held,
        root_usage,
        pending=None if broken else too_short(root_usage),
    )


@criterion("DSK-04")
def test_root_filesystem_has_room_for_two_weeks(root_usage: Trend, run: Run, judge: Judge) -> None:
    limit = run.contract["DSK-01"].bound.figure
    days = root_usage.days_to(limit)
    slope = max(root_usage.slope, 0)  # what shrinks never reaches the limit
    seen = {"days": days, "limit": limit, "slope": slope, "samples": root_usage.samples}
    steady = [Finding("steady")] if root_usage.old_enough and root_usage.slope <= 0 else []
    assert judge(days, seen, findings=steady, pending=too_young(root_usage))


@criterion("LOG-11")
def test_log_folder_stayed_small(log_size: Trend, run: Run, judge: Judge) -> None:
    broken = not run.contract["LOG-11"].bound.met_by(log_size.high)
    assert judge(
        log_size.high,
        log_size,
        pending=None if broken else too_short(log_size),
    )


@criterion("STB-01")
def test_it_survives_a_reboot(run: Run, witnessed: Witnessed, judge: Judge) -> None:
    seen = reboot(run, witnessed)
    assert judge(seen.red, seen, unknown=seen.unproven)
