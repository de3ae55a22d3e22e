from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.contract import Basis, FindingText
from gate.decision import Cause, Verdict, decide
from gate.outcome import JUDGED, Outcome
from gate.people import People, Waiver
from gate.run import Finding, Intervention, Reason, Result, Run, read_run, write_run
from testing.runs import GO, IDS, LONG, NOW, SHORT, forged_runs, meeting, row, run, runs
from testing.threats import attack

FAIL, PASS, UNKNOWN, PENDING, MANUAL = Outcome.FAIL, Outcome.PASS, Outcome.UNKNOWN, Outcome.PENDING, Outcome.MANUAL


def with_result(run: Run, id: str, outcome: Outcome, **changed: object) -> Run:
    result = run.results.get(id, Result(id, value=meeting(run.contract[id].bound) if id in run.contract else None))
    result = msgspec.structs.replace(result, outcome=outcome, **changed)
    return msgspec.structs.replace(run, results={**run.results, id: result})


@given(forged_runs())
def test_every_run_has_a_decision_and_always_the_same(made: Run) -> None:
    decision = decide(made)
    assert decision == decide(made)
    assert set(decision.results) == set(made.contract)


@given(runs())
def test_a_run_read_back_is_decided_alike(made: Run) -> None:
    data = write_run(made)
    again = read_run(data, "run.json")
    assert write_run(again) == data
    assert decide(again).verdict is decide(made).verdict


@given(runs(), st.data())
def test_a_worse_outcome_never_improves_the_decision(made: Run, data: st.DataObject) -> None:
    id = data.draw(st.sampled_from(IDS))
    was = made.complete[id].outcome if id in made.contract else PASS
    worse = data.draw(st.sampled_from([outcome for outcome in JUDGED if outcome.severity >= was.severity]))
    changed = decide(with_result(made, id, worse))
    waived_now = set(changed.waived) - set(decide(made).waived)
    if not waived_now:
        assert changed.verdict >= decide(made).verdict
        assert changed.by_plan >= decide(made).by_plan


@given(runs(), st.data())
def test_no_subset_of_the_results_is_a_go_where_the_whole_is_none(made: Run, data: st.DataObject) -> None:
    kept = data.draw(st.sets(st.sampled_from(IDS)))
    partial = decide(msgspec.structs.replace(made, results={id: r for id, r in made.results.items() if id in kept}))
    if decide(made).verdict is not Verdict.GO:
        assert partial.verdict is not Verdict.GO


@given(runs())
def test_a_go_means_that_everything_blocking_was_judged_and_settled(made: Run) -> None:
    decision = decide(made)
    blocking = [id for id, criterion in made.contract.items() if criterion.blocking]
    if decision.verdict is Verdict.GO:
        assert blocking
        assert not made.changed
        assert all(id in made.results for id in blocking)
        assert all(made.results[id].outcome is PASS or id in decision.waived for id in blocking)
        assert not decision.causes
    else:
        assert decision.causes or not blocking or made.changed


@given(runs())
def test_the_order_of_the_results_does_not_matter(made: Run) -> None:
    turned = msgspec.structs.replace(made, results=dict(reversed(list(made.results.items()))))
    assert decide(turned) == decide(made)


@given(runs())
def test_every_failure_that_blocks_is_told_unless_it_only_follows(made: Run) -> None:
    decision = decide(made)
    named = {id for cause in decision.causes for id in cause.ids}
    failing = {id for id, result in decision.results.items() if made.contract[id].blocking and result.outcome is FAIL}
    assert failing - named <= {"DEC-01"}


def test_everything_passed_is_a_go() -> None:
    assert decide(GO).verdict is Verdict.GO
    assert decide(GO).by_plan is Verdict.GO


@pytest.mark.parametrize("id", IDS)
@pytest.mark.parametrize(
    ("outcome", "verdict"),
    [(FAIL, Verdict.NO_GO), (PENDING, Verdict.NOT_YET), (UNKNOWN, Verdict.UNDECIDED), (MANUAL, Verdict.UNDECIDED)],
)
def test_one_criterion_that_is_no_pass_decides(id: str, outcome: Outcome, verdict: Verdict) -> None:
    assert decide(with_result(GO, id, outcome)).verdict is verdict


@pytest.mark.parametrize("id", IDS)
def test_a_result_that_is_missing_leaves_it_undecided(id: str) -> None:
    results = {other: result for other, result in GO.results.items() if other != id}
    assert decide(msgspec.structs.replace(GO, results=results)).verdict is Verdict.UNDECIDED


def test_a_result_under_a_wrong_name_does_not_count() -> None:
    forged = {**GO.results, "DSK-01": Result("MCP-01", PASS)}
    assert decide(msgspec.structs.replace(GO, results=forged)).verdict is Verdict.UNDECIDED


def test_no_criteria_prove_nothing() -> None:
    assert decide(run({}, {})).verdict is Verdict.UNDECIDED
    assert decide(run({"DSK-01": row("DSK-01", blocking=False)}, {"DSK-01": PASS})).verdict is Verdict.UNDECIDED


def test_the_exit_statuses_leave_pytest_its_own() -> None:
    assert {verdict: verdict.status for verdict in Verdict} == {
        Verdict.GO: 0,
        Verdict.NO_GO: 1,
        Verdict.UNDECIDED: 10,
        Verdict.NOT_YET: 11,
    }
    assert [verdict.label for verdict in Verdict] == ["GO", "UNDECIDED", "NOT YET", "NO-GO"]


@pytest.mark.parametrize(
    ("state", "verdict"),
    [
        ("planned", Verdict.GO),
        ("applied", Verdict.NOT_YET),
        ("rolled-back", Verdict.NOT_YET),
        ("failed", Verdict.NOT_YET),
    ],
)
def test_a_run_that_changed_the_server_is_at_best_not_yet(state: str, verdict: Verdict) -> None:
    changed = msgspec.structs.replace(GO, interventions=(Intervention("log_rotation", state, ("LOG-01",)),))
    decision = decide(changed)
    assert decision.verdict is verdict
    assert decision.earliest == ("2026-02-18T14:00+00:00" if verdict is Verdict.NOT_YET else "")


def test_what_was_repaired_is_fixed_and_counts() -> None:
    decision = decide(with_result(GO, "DSK-01", PASS, before=FAIL))
    assert decision.results["DSK-01"].outcome is Outcome.FIXED
    assert decision.verdict is Verdict.GO


def test_the_letter_of_the_plan_leaves_out_what_only_proves_it() -> None:
    contract = {**GO.contract, "BKP-10": row("BKP-10", basis=Basis.PROOF)}
    decision = decide(with_result(msgspec.structs.replace(GO, contract=contract), "BKP-10", FAIL))
    assert (decision.verdict, decision.by_plan) == (Verdict.NO_GO, Verdict.GO)


def test_one_cause_is_one_line_the_worst_first() -> None:
    lost = Reason("unreachable", {"cause": "host"})
    made = with_result(
        with_result(with_result(GO, "DSK-01", UNKNOWN, reason=lost), "BKP-10", UNKNOWN, reason=lost), "DEC-04", FAIL
    )
    assert decide(made).causes == (
        Cause("DEC-04", FAIL, ("DEC-04",), "host"),
        Cause("host", UNKNOWN, ("DSK-01", "BKP-10"), "host"),
    )


def test_a_failed_score_is_told_beside_what_else_is_open() -> None:
    advisory = {**GO.contract, "INF-11": row("INF-11", blocking=False, weight=60)}
    made = with_result(with_result(msgspec.structs.replace(GO, contract=advisory), "INF-11", FAIL), "DEC-04", MANUAL)
    decision = decide(made)
    assert [cause.ids for cause in decision.causes] == [("INF-SCORE",), ("DEC-04",)]
    assert [cause.ids for cause in decision.reserves] == [("INF-11",)]


def test_the_earliest_date_is_the_latest_that_something_blocking_waits_for() -> None:
    def waits(made: Run, id: str, until: str) -> Run:
        return with_result(made, id, PENDING, reason=Reason("window-open", {"until": until}))

    contract = {**GO.contract, "INF-01": row("INF-01", blocking=False)}
    made = waits(
        waits(msgspec.structs.replace(GO, contract=contract), "DSK-01", "2026-02-14T12:00+00:00"),
        "BKP-10",
        "2026-02-14T12:30+02:00",
    )
    assert decide(made).earliest == "2026-02-14T12:00+00:00"
    assert decide(waits(made, "MCP-01", "whenever")).earliest == "2026-02-14T12:00+00:00"
    assert decide(waits(made, "INF-01", "2027-01-01")).earliest == "2026-02-14T12:00+00:00"
    assert decide(waits(made, "MCP-01", "2026-02-15")).earliest == "2026-02-15"


def test_a_waiver_covers_a_failure_and_nothing_else() -> None:
    waiver = Waiver("MCP-01", "ordered", "CTO", NOW + timedelta(days=1))
    waived = msgspec.structs.replace(GO, people=People(waivers=(waiver,)))
    assert decide(with_result(waived, "MCP-01", FAIL)).verdict is Verdict.GO
    assert decide(with_result(waived, "MCP-01", FAIL)).waived == ("MCP-01",)
    for outcome in (UNKNOWN, MANUAL, PENDING):
        assert decide(with_result(waived, "MCP-01", outcome)).verdict is not Verdict.GO
    late = msgspec.structs.replace(waived, people=People(waivers=(msgspec.structs.replace(waiver, expires=NOW),)))
    assert decide(with_result(late, "MCP-01", FAIL)).verdict is Verdict.NO_GO
    strict = msgspec.structs.replace(waived, contract={**GO.contract, "MCP-01": row("MCP-01", waivable=False)})
    assert decide(with_result(strict, "MCP-01", FAIL)).verdict is Verdict.NO_GO


@attack("N3", "A run.json that claims a pass its own evidence does not bear out is no GO")
@pytest.mark.parametrize(
    ("claimed", "verdict"),
    [
        ({"value": 69.9}, Verdict.GO),
        ({"value": None}, Verdict.UNDECIDED),
        ({"value": 70.0}, Verdict.UNDECIDED),
        ({"value": 1e999}, Verdict.UNDECIDED),
        ({"value": 5, "findings": (Finding("odd"),)}, Verdict.UNDECIDED),
        ({"value": 5, "findings": (Finding("mild"),)}, Verdict.GO),
        ({"value": 5, "findings": (Finding("gone"),)}, Verdict.UNDECIDED),
    ],
)
def test_a_pass_counts_only_where_its_figure_and_findings_bear_it_out(
    claimed: dict[str, object], verdict: Verdict
) -> None:
    """The outcome in run.json is set to pass or fixed, without a figure, or with one that misses its target."""
    finding = {"odd": FindingText("odd", "x"), "mild": FindingText("mild", "x", reserve=True)}
    contract = {**GO.contract, "DSK-01": row("DSK-01", finding=finding)}
    made = with_result(msgspec.structs.replace(GO, contract=contract), "DSK-01", PASS, **claimed)
    assert decide(made).verdict is verdict
    assert decide(with_result(made, "DSK-01", Outcome.FIXED)).verdict is verdict


@attack("N3", "A run.json that claims a pass its own evidence does not bear out is no GO")
@pytest.mark.parametrize(
    "forged",
    [
        {"approver": "\u200b"},
        {"reason": ""},
        {"requested_by": "ＣＴＯ"},
        {"granted": NOW + timedelta(hours=1)},
        {"expires": NOW + timedelta(days=31)},
        {"expires": NOW},
    ],
)
def test_a_waiver_in_the_file_counts_only_as_one_in_the_folder_does(forged: dict[str, Any]) -> None:
    """A waiver is written into run.json that nobody signed, that its own author approved, or that never ends."""
    waiver = Waiver("MCP-01", "ordered", "CTO", NOW + timedelta(days=1))
    made = with_result(GO, "MCP-01", FAIL)
    honest = msgspec.structs.replace(made, people=People(waivers=(waiver,)))
    assert decide(honest).verdict is Verdict.GO
    people = People(waivers=(msgspec.structs.replace(waiver, **forged),))
    assert decide(msgspec.structs.replace(made, people=people)).verdict is Verdict.NO_GO


def test_a_file_that_claims_waived_or_pass_does_not_help() -> None:
    assert decide(with_result(GO, "DSK-01", Outcome.WAIVED)).verdict is Verdict.NO_GO
    assert decide(with_result(GO, "DSK-01", Outcome.FIXED)).results["DSK-01"].outcome is PASS
    forged = with_result(with_result(GO, "DSK-01", FAIL), "DEC-01", PASS)
    assert decide(forged).results["DEC-01"].outcome is FAIL
    short = msgspec.structs.replace(GO, window=SHORT)
    assert decide(with_result(short, "DEC-02", PASS)).verdict is Verdict.NOT_YET
    assert decide(msgspec.structs.replace(GO, window=None)).verdict is Verdict.UNDECIDED
    assert LONG.days == 8
