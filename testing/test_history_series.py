"""The part of the history that run.json contains."""

from datetime import timedelta

import msgspec

from gate.decision import decide
from gate.history_series import SPAN, Day, HistorySeries, Look, Mark, history_series
from gate.incidents import Incident
from gate.outcome import Outcome
from gate.run import read_run, write_run
from gate.sample import Reading, Sample
from gate.spells import Spell, spells
from reports.pages.past_days import PastDays, past_days
from reports.pages.week import days
from reports.text.words import Voice
from testing.golden import AT, go, golden, not_yet

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


def test_each_criterion_has_its_days_with_the_worst_outcome_and_the_range() -> None:
    looks = [
        Sample(AT - 30 * HOUR, readings={"DSK-01": GOOD}),
        Sample(AT - 26 * HOUR, readings={"DSK-01": BAD, "MCP-01": Reading(Outcome.UNKNOWN)}),
        Sample(AT - HOUR, readings={"DSK-01": GOOD}),
    ]
    assert history_series(looks, [], 75, AT).days == {
        "DSK-01": (
            Day((AT - 26 * HOUR).date(), Outcome.FAIL, 61.0, 84.5),
            Day(AT.date(), Outcome.PASS, 61.0, 61.0),
        ),
        "MCP-01": (Day((AT - 26 * HOUR).date(), Outcome.UNKNOWN),),
    }


def test_a_day_in_the_page_is_the_worst_of_it_and_this_audit() -> None:
    looks = [
        Sample(AT - 48 * HOUR, readings={"DSK-01": GOOD}),
        Sample(AT - HOUR, readings={"DSK-01": BAD}),
    ]
    made = golden(history_series=history_series(looks, [], 75, AT))
    days = past_days("DSK-01", made.results["DSK-01"], made, Voice("en"))
    assert [(cell.kind, cell.days) for cell in days.cells] == [("none", 5), ("pass", 1), ("none", 1), ("fail", 1)]
    assert plain(days.cells[-1].label) == "11 Feb: fail, 61.2 % – 84.5 %"
    assert plain(days.sentence) == "9 Feb: pass, 61 %; 11 Feb: fail, 61.2 % – 84.5 %"
    assert past_days("MCP-01", made.results["MCP-01"], made, Voice("en")) == PastDays(), "no earlier audit judged it"


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_an_incident_has_the_length_that_the_looks_give_it() -> None:
    at = [AT - hours * HOUR for hours in range(8, 0, -1)]
    failing = ("DSK-05",)
    looks = [
        Look(moment, failing if number in (1, 2, 4, 6, 7) else (), number == 3) for number, moment in enumerate(at)
    ]
    boot = Incident(at[5], "boot")
    found = spells([Incident(at[2], "failing", "DSK-05"), Incident(at[4], "failing", "DSK-05"), boot], looks)
    assert found == (Spell(at[1], at[5], "failing", "DSK-05"), Spell(at[5], at[5], "boot")), (
        "the blind look ends nothing"
    )
    (open_one,) = spells([Incident(at[7], "failing", "DSK-05")], looks)
    assert (open_one.since, open_one.until) == (at[6], None)
    before = Incident(AT - 2 * SPAN, "failing", "DSK-05")
    assert spells([before], looks) == (Spell(before.at, before.at, "failing", "DSK-05"),), (
        "no look of that time is kept"
    )


def test_the_page_says_how_long_an_incident_lasted() -> None:
    made = not_yet()
    for language, length in (("en", "it lasted 4 hours"), ("fr", "durée : 4 heures")):
        events = days(made, decide(made), Voice(language)).events
        assert len(events) == 2, "a reboot, and one stretch of failures"
        assert plain(events[0][1]).endswith(length)
