"""The part of the history that run.json contains."""

from datetime import timedelta

import msgspec

from gate.history_series import SPAN, HistorySeries, Look, Mark, history_series
from gate.outcome import Outcome
from gate.run import read_run, write_run
from gate.sample import Reading, Sample
from testing.golden import AT, go

HOUR = timedelta(hours=1)
GOOD, BAD = Reading(Outcome.PASS, 61.0), Reading(Outcome.FAIL, 84.5)


def test_looks_and_figures_of_the_last_days_are_kept_in_order() -> None:
    old = Sample(AT - SPAN - HOUR, readings={"DSK-01": BAD})
    two, one = Sample(AT - HOUR, ("DSK-01",), readings={"DSK-01": BAD}), Sample(AT - 2 * HOUR, unknown=("MCP-01",))
    seen = history_series([two, old, one], ["DSK-01", "MCP-01"], 75, AT)
    assert seen.looks == (Look(AT - 2 * HOUR, (), blind=True), Look(AT - HOUR, ("DSK-01",)))
    assert seen.marks == {"DSK-01": (Mark(AT - HOUR, Outcome.FAIL, 84.5),)}


def test_what_comes_at_or_after_this_audit_is_left_out() -> None:
    assert history_series([Sample(AT), Sample(AT + HOUR)], [], 1, AT) == HistorySeries()


def test_looks_close_to_each_other_are_one_and_the_worse_counts() -> None:
    minutes = [
        Sample(
            AT - timedelta(minutes=number),
            ("DSK-01",) if number == 7 else (),
            readings={"DSK-01": BAD if number == 7 else GOOD},
        )
        for number in range(1, 29)
    ]
    seen = history_series(minutes, ["DSK-01"], 75, AT)
    assert seen.looks == (Look(AT - timedelta(minutes=1), ("DSK-01",)),)
    assert seen.marks["DSK-01"] == (Mark(AT - timedelta(minutes=7), Outcome.FAIL, 84.5),)


def test_a_look_a_minute_does_not_fill_the_report() -> None:
    looks = [Sample(AT - timedelta(minutes=number), readings={"DSK-01": GOOD}) for number in range(1, 12_000)]
    assert len(history_series(looks, ["DSK-01"], 75, AT).looks) <= SPAN / timedelta(minutes=30) + 1


def test_this_audit_is_compared_with_a_whole_one() -> None:
    whole = Sample(AT - 5 * HOUR, readings=dict.fromkeys(("DSK-01", "MCP-01", "BKP-04"), GOOD))
    partial = Sample(AT - HOUR, readings={"DSK-01": BAD})
    last = history_series([partial, whole], [], 4, AT).last
    assert last is not None
    assert (last.at, dict(last.readings)) == (whole.at, dict(whole.readings))
    assert history_series([partial], [], 4, AT).last is None


def test_a_run_without_a_series_is_read_and_one_with_it_comes_back() -> None:
    seen = history_series([Sample(AT - HOUR, readings={"DSK-01": GOOD})], ["DSK-01"], 1, AT)
    run = msgspec.structs.replace(go(), history_series=seen)
    assert read_run(write_run(run), "run.json").history_series == seen
    older = msgspec.json.decode(write_run(run))
    older["chronicle"] = older.pop("history_series")
    assert read_run(msgspec.json.encode(older), "run.json") == run, "as 0.1.0 wrote it"
    del older["chronicle"], older["target"]["tightened"]
    assert read_run(msgspec.json.encode(older), "run.json").history_series == HistorySeries()
