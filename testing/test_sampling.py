import msgspec

from gate.contract import Kind
from gate.outcome import Outcome
from gate.past import Past
from gate.run import Intervention, Reason
from reports.session.sampling import left_by, sample_of
from testing.runs import row, run

CONTRACT = {
    "DSK-01": row("DSK-01"),
    "DSK-05": row("DSK-05"),
    "INF-11": row("INF-11", blocking=False),
    "DOC-01": row("DOC-01", chapter="guides"),
}


def test_a_sample_names_what_failed_and_what_nobody_saw() -> None:
    made = run(
        CONTRACT, {"DSK-01": Outcome.FAIL, "DSK-05": Outcome.UNKNOWN, "INF-11": Outcome.FAIL, "DOC-01": Outcome.FAIL}
    )
    sample = sample_of(made, made.results)
    assert (sample.failing, sample.unknown, sample.changed) == (("DSK-01",), ("DSK-05",), False)
    assert sample.readings["INF-11"].outcome is Outcome.FAIL


def test_a_drill_is_kept_with_what_it_proved_and_one_that_was_left_out_is_not() -> None:
    contract = {"BKP-10": row("BKP-10", kind=Kind.DRILL), "BKP-11": row("BKP-11", kind=Kind.DRILL)}
    made = run(contract, {"BKP-10": Outcome.PASS, "BKP-11": Outcome.UNKNOWN})
    left = left_by(made, made.results, Past())
    assert [(drill.at, drill.result.id) for drill in left.drills] == [(made.ended, "BKP-10")]
    assert left.samples[0].failing == ()


def test_a_remedy_is_kept_and_a_plan_is_not() -> None:
    done = [Intervention("log_rotation", "applied", ()), Intervention("journald", "planned", ())]
    made = run(CONTRACT, {}, interventions=tuple(done))
    left = left_by(made, made.complete, Past())
    assert [work.remedy for work in left.works] == ["log_rotation"]
    assert left.samples[0].changed
    assert left.samples[0].readings == {}


def test_what_only_waits_for_a_date_was_looked_at() -> None:
    """Otherwise the seven days would begin after the seven days of the node's own condition, fourteen in all."""
    made = run(CONTRACT, {"DSK-01": Outcome.PASS, "DSK-05": Outcome.UNKNOWN})
    young = msgspec.structs.replace(
        made.results["DSK-05"], reason=Reason("pressure-young", {"until": "2026-02-14T00:00"})
    )
    assert sample_of(made, {**made.results, "DSK-05": young}).unknown == ()
