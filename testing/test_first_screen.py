"""The text of the first screen: the meeting, how much is open, who must act, and one sentence for each cause."""

from datetime import UTC, datetime

import msgspec
import pytest

from gate.contract import load_contract
from gate.decision import decide
from gate.derived import judge_window
from gate.outcome import Outcome
from gate.run import Finding, Reason, Result, Run
from gate.stability import Window
from reports.text.briefing import brief
from reports.text.words import Voice
from testing.golden import GOLDEN, go, no_go, not_yet

CONTRACT = load_contract()
BEYOND = {">": 1, "<": -1}
PASSED = {
    id: Result(id, Outcome.PASS, row.bound.figure + BEYOND.get(row.bound.compare, 0)) for id, row in CONTRACT.items()
}
DATES = {"until": "2026-12-04T12:20+00:00"}


def made(*results: Result, base: Run | None = None) -> Run:
    """Return a run of the whole contract with these results; every other criterion passed."""
    return msgspec.structs.replace(base or go(), contract=CONTRACT, results=PASSED | {one.id: one for one in results})


def said(run: Run, language: str = "en") -> str:
    briefing = brief(run, decide(run), Voice(language))
    return "\n".join((briefing.headline, briefing.tally, *(line.problem for line in briefing.reasons))).replace(
        "\u00a0", " "
    )


@pytest.mark.parametrize("name", GOLDEN)
def test_a_meeting_before_the_audit_is_said_to_be_over_and_is_compared_with_nothing(name: str) -> None:
    run = msgspec.structs.replace(GOLDEN[name](), ended=datetime(2026, 11, 27, 12, 20, tzinfo=UTC))
    dates = brief(run, decide(run), Voice("en")).dates
    assert dates.over == "that meeting is over: set the next one in target.toml"
    assert (dates.compared, dates.late) == ("", 0)
    assert brief(run, decide(run), Voice("fr")).dates.over.startswith("cette réunion est passée")


def test_on_the_day_of_the_meeting_it_is_not_over() -> None:
    assert brief(no_go(), decide(no_go()), Voice("en")).dates.over == ""


def test_the_earliest_go_is_a_day_and_of_a_failed_audit_a_condition() -> None:
    run, waits = no_go(), not_yet()
    assert (
        brief(run, decide(run), Voice("en")).dates.earliest == "18\u00a0February 2026, if everything is repaired today"
    )
    assert ":" not in brief(waits, decide(waits), Voice("en")).dates.earliest


def test_what_is_open_is_counted_by_what_it_waits_for() -> None:
    run = made(
        Result("BKP-07", Outcome.PENDING, 3, reason=Reason("backup-days", {"days": 0, "until": "2026-12-04"})),
        Result("DSK-05", Outcome.UNKNOWN, reason=Reason("pressure-young", {"since": DATES["until"], **DATES})),
        Result("DEC-04", Outcome.MANUAL, reason=Reason("attestation-missing", {"id": "DEC-04"})),
        Result("MCP-06", Outcome.UNKNOWN, reason=Reason("ci-not-configured")),
    )
    assert "4 criteria are open: 2 wait until 4 December 2026, 1 waits for a signature, 1 is unknown." in said(run)
    assert (
        "4 critères restent ouverts : 2 attendent le 4 décembre 2026, 1 attend une signature, 1 est inconnu."
        in said(run, "fr")
    )


def test_the_reasons_are_counted_by_outcome_and_by_who_must_act() -> None:
    run = no_go()
    decision = decide(run)
    told = brief(run, decision, Voice("en")).tally
    failed = sum(cause.outcome is Outcome.FAIL for cause in decision.causes)
    assert told.startswith(f"{len(decision.causes)}\u00a0reasons: {failed}\u00a0failures, ")
    assert sum(int(part.rsplit(" ", 1)[1]) for part in told.partition(" · ")[2].split(", ")) == len(decision.causes)


def test_a_recording_says_once_that_remedies_exist_and_its_lines_offer_none() -> None:
    replayed = msgspec.structs.replace(no_go(), replayed_from="x.json")
    place = msgspec.structs.replace(replayed.target, name="replay:x.json", own="edge")
    briefing = brief(run := msgspec.structs.replace(replayed, target=place), decide(run), Voice("en"))
    assert "--target=edge --fix=plan" in briefing.remedies
    assert not any("--fix" in line.todo for line in briefing.reasons)
    live = msgspec.structs.replace(no_go(), replayed_from="")
    assert brief(live, decide(live), Voice("en")).remedies == ""


def test_commands_that_write_name_the_target() -> None:
    run = made(Result("DEC-04", Outcome.MANUAL, reason=Reason("attestation-missing", {"id": "DEC-04"})))
    assert "reports attest twisterlab DEC-04" in brief(run, decide(run), Voice("en")).reasons[0].todo


def test_three_kinds_that_nobody_saves_are_one_sentence_and_one_alone_is_itself() -> None:
    failed = [Result(f"BKP-0{number}", Outcome.FAIL, 0, {"jobs": 0, "sound": 0, "runs": ()}) for number in (1, 2, 3)]
    assert "Nothing is backed up every day" in said(made(*failed))
    assert "Rien n’est sauvegardé chaque jour" in said(made(*failed), "fr")
    assert "Redis is not backed up every day" in said(made(failed[1]))


def test_guides_that_are_not_safe_are_told_by_what_is_missing() -> None:
    run = made(Result("DOC-01", Outcome.FAIL, 1, {"missing": 1, "wanted": 3, "complete": 2}))
    assert "1 of the 3 guides still to be committed and pushed" in said(run)


def test_what_is_to_be_signed_is_not_told_as_if_it_were_so() -> None:
    run = made(Result("DEC-03", Outcome.MANUAL, 0, reason=Reason("attestation-missing", {"id": "DEC-03"})))
    assert "Unplanned work: to be signed" in said(run)
    assert "Little work was needed" not in said(run)


def test_a_reserve_may_have_a_cure_of_its_own() -> None:
    beside = Result(
        "MCP-08", Outcome.PASS, 0, {"workflow": "build.yml"}, findings=(Finding("by-record", {"record": "/r"}),)
    )
    absent = (Finding("absent", {"workflow": "build.yml"}),)
    failed = msgspec.structs.replace(beside, outcome=Outcome.FAIL, value=1, findings=absent)
    for result, next in ((beside, "Name the CI in [ci] of target.toml"), (failed, "--workflow=build.yml")):
        run = made(result)
        assert next in brief(run, decide(run), Voice("en")).reserves[0].todo


def test_days_and_kept_backups_are_two_sentences() -> None:
    run = made(
        Result("BKP-07", Outcome.PENDING, 3, reason=Reason("backup-days", {"days": 0, "until": "2026-12-04"})),
        Result(
            "BKP-08", Outcome.PENDING, 1, reason=Reason("backup-kept", {"days": 1, "needed": 7, "until": "2026-12-03"})
        ),
    )
    assert "0 full days of seven in a row with all three backups so far" in said(run)
    assert "Valid backups of 1 day of 7 are kept so far, today’s included" in said(run)


def test_what_is_open_because_nobody_looked_is_one_line() -> None:
    window = Window(0, None, datetime(2026, 11, 27, 12, 20, tzinfo=UTC), "no-sample")
    unproven = judge_window(window, CONTRACT["DEC-02"]).reason
    assert unproven is not None
    looked = Reason("no-series", {"cause": "unwatched", **DATES})
    unseen = [Result(id, Outcome.UNKNOWN, reason=looked) for id in ("LOG-11", "DSK-03")]
    run = made(
        *unseen, Result("DEC-02", Outcome.UNKNOWN, reason=unproven), base=msgspec.structs.replace(go(), window=window)
    )
    assert [cause.ids for cause in decide(run).causes if cause.key == "unwatched"] == [("LOG-11", "DSK-03", "DEC-02")]
    topics = [line.topic for line in brief(run, decide(run), Voice("en")).reasons]
    assert "Log rotation, Disk space, Decision" in topics, "not as if it were all about the logs"
