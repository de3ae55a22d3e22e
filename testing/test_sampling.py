import msgspec

from reports.model.outcome import Outcome
from reports.model.run import Reason
from reports.sampling import sample_of
from testing.runs import row, run

CONTRACT = {"DSK-01": row("DSK-01"), "DSK-05": row("DSK-05"), "INF-11": row("INF-11", blocking=False)}


def test_a_sample_names_what_failed_and_what_nobody_saw() -> None:
    made = run(CONTRACT, {"DSK-01": Outcome.FAIL, "DSK-05": Outcome.UNKNOWN, "INF-11": Outcome.FAIL})
    sample = sample_of(made, made.results)
    assert (sample.failing, sample.unknown, sample.changed) == (("DSK-01",), ("DSK-05",), False)


def test_what_only_waits_for_a_date_was_looked_at() -> None:
    """Or the seven days would begin after the seven days of the node's own condition: fourteen in all."""
    made = run(CONTRACT, {"DSK-01": Outcome.PASS, "DSK-05": Outcome.UNKNOWN})
    young = msgspec.structs.replace(made.results["DSK-05"], reason=Reason("pressure-young", {"until": "2026-02-14T00:00"}))
    assert sample_of(made, {**made.results, "DSK-05": young}).unknown == ()
