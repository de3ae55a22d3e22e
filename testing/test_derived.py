import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gate.contract import Criterion
from gate.derived import judge_progress, judge_score, judge_window, progress, score
from gate.outcome import Outcome
from gate.resolve import DERIVED, derive, resolve_outcomes
from gate.run import Intervention, Result
from gate.stability import Window
from testing.runs import GO, LONG, NOW, SHORT, row, run

MET, FAILED = (Outcome.PASS, Outcome.FIXED), (Outcome.FAIL, Outcome.WAIVED)
KNOWN = (*MET, *FAILED, Outcome.NOT_APPLICABLE)
CHECKS = st.dictionaries(
    st.text(min_size=1, max_size=3),
    st.builds(
        lambda weight, knockout: row("INF-01", weight=weight, knockout=knockout), st.integers(0, 40), st.booleans()
    ),
    max_size=6,
)


@st.composite
def checked(draw: st.DrawFn) -> tuple[dict[str, Criterion], dict[str, Result]]:
    contract = draw(CHECKS)
    return contract, {id: Result(id, draw(st.sampled_from(list(Outcome)))) for id in contract}


@given(checked())
def test_the_score_is_an_interval_within_0_and_100(made: tuple[dict[str, Criterion], dict[str, Result]]) -> None:
    seen = score(*made)
    assert 0 <= seen.lowest <= seen.highest <= 100


@given(checked(), st.data())
def test_however_the_unknown_turns_out_the_score_was_within_the_interval(
    made: tuple[dict[str, Criterion], dict[str, Result]], data: st.DataObject
) -> None:
    contract, results = made
    before = score(contract, results)
    known = {
        id: result if result.outcome in KNOWN else Result(id, data.draw(st.sampled_from(KNOWN)))
        for id, result in results.items()
    }
    after = score(contract, known)
    assert after.lowest == after.highest
    assert before.lowest <= after.lowest <= before.highest


@given(checked(), st.integers(1, 99))
def test_what_the_score_came_to_stays_when_the_unknown_is_known(
    made: tuple[dict[str, Criterion], dict[str, Result]], target: int
) -> None:
    contract, results = made
    asked = row("INF-SCORE", target=f"≥ {target} points")
    assume(judge_score(score(contract, results), asked).outcome is not Outcome.UNKNOWN)
    for turned in (Outcome.PASS, Outcome.FAIL):
        known = {id: result if result.outcome in KNOWN else Result(id, turned) for id, result in results.items()}
        assert (
            judge_score(score(contract, known), asked).outcome is judge_score(score(contract, results), asked).outcome
        )


def test_what_does_not_apply_counts_neither_way_and_is_told_with_its_points() -> None:
    contract = {"INF-01": row("INF-01", weight=60), "INF-03": row("INF-03", weight=40)}
    results = {"INF-01": Result("INF-01", Outcome.PASS), "INF-03": Result("INF-03", Outcome.NOT_APPLICABLE)}
    seen = score(contract, results)
    assert (seen.lowest, seen.highest, seen.weights) == (100.0, 100.0, 60)
    assert (seen.inapplicable, seen.left_out) == (("INF-03",), 40)


def test_a_knock_out_fails_the_score_and_an_open_one_leaves_it_unknown() -> None:
    contract = {"INF-01": row("INF-01", weight=10, knockout=True), "INF-11": row("INF-11", weight=90)}
    asked = row("INF-SCORE")

    def judged(outcome: Outcome) -> Outcome:
        results = {"INF-01": Result("INF-01", outcome), "INF-11": Result("INF-11", Outcome.PASS)}
        return judge_score(score(contract, results), asked).outcome

    assert judged(Outcome.PASS) is Outcome.PASS
    assert judged(Outcome.FAIL) is Outcome.FAIL
    assert judged(Outcome.WAIVED) is Outcome.FAIL
    assert judged(Outcome.UNKNOWN) is Outcome.UNKNOWN
    assert score(contract, {}).open_knockouts == ("INF-01",)


@pytest.mark.parametrize(
    ("passed", "unknown", "outcome"),
    [
        (75, 0, Outcome.PASS),
        (74, 0, Outcome.FAIL),
        (74, 1, Outcome.UNKNOWN),
        (0, 74, Outcome.FAIL),
        (75, 25, Outcome.PASS),
        (0, 75, Outcome.UNKNOWN),
    ],
)
def test_the_score_against_its_target(passed: int, unknown: int, outcome: Outcome) -> None:
    contract = {
        "a": row("a", weight=passed),
        "b": row("b", weight=unknown),
        "c": row("c", weight=100 - passed - unknown),
    }
    results = {"a": Result("a", Outcome.PASS), "b": Result("b"), "c": Result("c", Outcome.FAIL)}
    assert judge_score(score(contract, results), row("INF-SCORE")).outcome is outcome


def test_no_weights_are_no_score() -> None:
    assert judge_score(score({}, {}), row("INF-SCORE")).outcome is Outcome.UNKNOWN
    assert score({}, {}).highest == 0


def test_progress_counts_what_blocks_outside_the_decision() -> None:
    contract = {"a": row("a"), "b": row("b"), "c": row("c"), "d": row("d", blocking=False), "DEC-04": row("DEC-04")}
    results = {
        "a": Result("a", Outcome.WAIVED),
        "b": Result("b", Outcome.FAIL),
        "DEC-04": Result("DEC-04", Outcome.FAIL),
    }
    seen = progress(contract, results)
    assert (seen.met, seen.blocking, seen.failing, seen.open) == (1, 3, ("b",), ("c",))
    assert round(seen.percent) == 33
    assert judge_progress(seen).outcome is Outcome.FAIL
    assert judge_progress(progress({}, {})).outcome is Outcome.UNKNOWN
    assert progress({}, {}).percent == 0


def test_progress_is_unknown_as_long_as_something_is_open() -> None:
    opened = judge_progress(progress({"a": row("a"), "b": row("b")}, {"a": Result("a", Outcome.PASS)}))
    assert opened.unknown is not None
    assert opened.unknown.values == {"ids": ("b",)}
    assert judge_progress(progress({"a": row("a")}, {"a": Result("a", Outcome.FIXED)})).outcome is Outcome.PASS


def test_days_are_proven_pending_or_unknown() -> None:
    asked = row("DEC-02")
    assert judge_window(LONG, asked).outcome is Outcome.PASS
    waiting = judge_window(SHORT, asked).pending
    assert waiting is not None
    assert waiting.values["until"] == "2026-02-17T14:00+00:00"
    assert judge_window(None, asked).outcome is Outcome.UNKNOWN
    assert judge_window(Window(0, None, NOW, "no-sample"), asked).outcome is Outcome.PENDING
    assert judge_window(SHORT, row("DEC-02", target="≥ 99999999999 days")).outcome is Outcome.PENDING


@pytest.mark.parametrize("id", DERIVED)
@pytest.mark.parametrize("shown", [Outcome.UNKNOWN, Outcome.PENDING, Outcome.FAIL])
def test_a_derived_test_that_broke_stays_what_it_was(id: str, shown: Outcome) -> None:
    settled = resolve_outcomes(msgspec.structs.replace(GO, results={**GO.results, id: Result(id, shown)}))
    assert settled[id].outcome is shown


@pytest.mark.parametrize("id", DERIVED)
def test_the_derived_are_computed_anew(id: str) -> None:
    contract = {**GO.contract, "INF-11": row("INF-11", weight=90)}
    broken = {**GO.results, "INF-11": Result("INF-11", Outcome.FAIL), id: Result(id, Outcome.PASS)}
    assert (
        resolve_outcomes(msgspec.structs.replace(GO, contract=contract, results=broken, window=SHORT))[id].outcome
        is not Outcome.PASS
    )


def test_a_run_that_changed_something_opens_the_window_anew() -> None:
    changed = msgspec.structs.replace(GO, interventions=(Intervention("r", "applied", ()),))
    assert resolve_outcomes(changed)["DEC-02"].outcome is Outcome.PENDING
    assert resolve_outcomes(msgspec.structs.replace(changed, window=None))["DEC-02"].outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [("server", Outcome.PENDING), ("Server", Outcome.PENDING), ("lab", Outcome.PASS), ("demo", Outcome.PASS)],
)
def test_no_server_is_stable_by_made_up_samples(kind: str, outcome: Outcome) -> None:
    made_up = msgspec.structs.replace(
        GO, window=msgspec.structs.replace(LONG, synthetic=True), target=msgspec.structs.replace(GO.target, kind=kind)
    )
    assert resolve_outcomes(made_up)["DEC-02"].outcome is outcome


def test_nothing_else_is_derived() -> None:
    with pytest.raises(ValueError, match="DSK-01"):
        derive("DSK-01", GO.contract, GO.results, LONG)
    assert run({}, {}).complete == {}
