"""The text of the first screen: the meeting, how much is open, who must act, and one sentence for each cause."""

import re
import tomllib
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import given

from gate.contract import CONTRACT as CRITERIA
from gate.contract import load_contract
from gate.decision import Verdict, decide
from gate.derived import judge_window
from gate.outcome import Outcome
from gate.run import Finding, Reason, Result, Run
from gate.stability import Window
from reports.pages.rendering import prose
from reports.pages.verdict import render_verdict, view
from reports.session.terminal import plain, summary
from reports.text.briefing import brief
from reports.text.conditions import conditions, judged_by
from reports.text.duties import duties
from reports.text.tally import counted
from reports.text.trust import trust
from reports.text.words import Voice
from testing.golden import GOLDEN, fixed, go, go_with_waivers, no_go, not_yet
from testing.runs import runs

CONTRACT = load_contract()
BEYOND = {">": 1, "<": -1}
PASSED = {
    id: Result(id, Outcome.PASS, row.bound.figure + BEYOND.get(row.bound.compare, 0)) for id, row in CONTRACT.items()
}
DATES = {"until": "2026-12-04T12:20+00:00"}


def made(*results: Result, base: Run | None = None) -> Run:
    """Return a run of the whole contract with these results; every other criterion passed."""
    return msgspec.structs.replace(base or go(), contract=CONTRACT, results=PASSED | {one.id: one for one in results})


def sentences_of(run: Run, language: str = "en") -> str:
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
        brief(run, decide(run), Voice("en")).dates.earliest
        == "18\u00a0February 2026, if everything is repaired on 11\u00a0Feb"
    )
    assert ":" not in brief(waits, decide(waits), Voice("en")).dates.earliest


def test_what_is_open_is_counted_by_what_it_waits_for() -> None:
    run = made(
        Result("BKP-07", Outcome.PENDING, 3, reason=Reason("backup-days", {"days": 0, "until": "2026-12-04"})),
        Result("DSK-05", Outcome.UNKNOWN, reason=Reason("pressure-young", {"since": DATES["until"], **DATES})),
        Result("DEC-04", Outcome.MANUAL, reason=Reason("attestation-missing", {"id": "DEC-04"})),
        Result("MCP-06", Outcome.UNKNOWN, reason=Reason("ci-not-configured")),
    )
    assert "4 criteria are open: 2 wait until 4 December 2026, 1 waits for a signature, 1 is unknown." in sentences_of(
        run
    )
    assert (
        "4 critères restent ouverts : 2 attendent le 4 décembre 2026, 1 attend une signature, 1 est inconnu."
        in sentences_of(run, "fr")
    )


@pytest.mark.parametrize("name", GOLDEN)
def test_every_count_of_the_first_screen_adds_up_with_every_other(name: str) -> None:
    run = GOLDEN[name]()
    decision = decide(run)
    briefing = brief(run, decision, Voice("en"))
    whole, *parts = [int(figure) for figure in re.findall(r"\d+", briefing.tally.replace("\u00a0", " "))]
    assert sum(parts) == whole == sum(row.all for row in briefing.conditions)
    met = sum(result.outcome in (Outcome.PASS, Outcome.FIXED) for result in counted(run, decision))
    assert sum(row.met for row in briefing.conditions) == met
    if decision.verdict is Verdict.NO_GO:
        failed = sum(result.outcome is Outcome.FAIL for result in counted(run, decision))
        assert briefing.headline.startswith(f"{failed} of {whole} ")
    if opened := re.search(r"(\d+) criteri(?:on is|a are) open", briefing.headline.replace("\u00a0", " ")):
        assert int(opened[1]) == sum(not result.outcome.settled for result in counted(run, decision))
    unknown = sum(result.outcome is Outcome.UNKNOWN for result in counted(run, decision))
    asked = dict(trust(run, decision, (), Voice("en")))["Unknown"]
    assert f"{unknown} of them blocking" in asked.replace("\u00a0", " ") or (not unknown and asked.startswith("None"))


def test_every_blocking_criterion_belongs_to_one_condition_of_the_plan() -> None:
    run = made()
    listed = [result.id for condition in run.phase.condition for result in judged_by(condition, run, decide(run))]
    assert sorted(listed) == sorted(id for id, row in CONTRACT.items() if row.blocking)


def test_a_waived_criterion_is_not_met_and_a_window_that_begins_anew_is_open() -> None:
    """The condition that counts the others names the waiver; the days are those of the window, not of the test."""
    waived = go_with_waivers()
    line = next(row for row in conditions(waived, decide(waived), Voice("en")) if not row.all)
    assert (line.outcome, line.figure) == (Outcome.WAIVED, "7/8, 1 waived")
    again = fixed()
    stable = next(row for row in conditions(again, decide(again), Voice("en")) if row.ids == ("DEC-02",))
    assert stable.figure == "0\u00a0days"
    assert "Aucun jour sans incident n’est encore prouvé" in sentences_of(again, "fr")


@pytest.mark.parametrize("name", GOLDEN)
def test_whoever_acts_on_a_condition_has_a_list(name: str) -> None:
    """What fails for one cause is in the list of a single person: nobody else is named for it."""
    run = GOLDEN[name]()
    briefing = brief(run, decide(run), Voice("en"))
    listed = {id: line.person for line in briefing.reasons for id in line.ids}
    for row in briefing.conditions:
        assert set(row.people) >= {listed[id] for id in row.ids if id in listed and row.all}
        if all(id in listed for id in row.ids):
            assert set(row.people) <= set(listed.values())


def test_a_condition_says_who_acts_and_by_when() -> None:
    failed = made(Result("MCP-01", Outcome.FAIL, 0))
    day, meets = date(2026, 2, 4), date(2026, 2, 20)
    place = msgspec.structs.replace(failed.target, plan_start=str(day), meeting=str(meets), owners={"cluster": "Karim"})
    run = msgspec.structs.replace(failed, target=place)
    row = conditions(run, decide(run), Voice("en"))[0]
    assert (row.outcome, row.people, row.due) == (Outcome.FAIL, ("Karim",), "by 13\u00a0Feb")
    soon = msgspec.structs.replace(run, target=msgspec.structs.replace(place, meeting="2026-02-12"))
    assert conditions(soon, decide(soon), Voice("en"))[0].due == "was due 5\u00a0Feb"
    last = msgspec.structs.replace(run, target=msgspec.structs.replace(place, meeting="2026-02-18"))
    assert conditions(last, decide(last), Voice("en"))[0].due == "due 11\u00a0Feb", "the day of the audit itself"
    early = msgspec.structs.replace(run, ended=datetime(2026, 2, 4, 9, tzinfo=UTC))
    assert conditions(early, decide(early), Voice("en"))[0].due == "by 5\u00a0Feb (plan)"


def test_what_does_not_run_at_all_is_one_reason_whichever_criterion_says_it() -> None:
    """Nothing runs: its code cannot be compared either. Other code than was built is a reason of its own."""
    nowhere, older = Finding("without", {"names": ["a"]}), Finding("stale", {"names": ["b"]})
    for findings, ids in (((nowhere, older), [("MCP-01", "MCP-04")]), ((older,), [("MCP-01",), ("MCP-04",)])):
        run = made(Result("MCP-01", Outcome.FAIL, 0), Result("MCP-04", Outcome.FAIL, None, findings=findings))
        assert [cause.ids for cause in decide(run).causes] == ids
        said = [other.problem for line in brief(run, decide(run), Voice("en")).reasons for other in line.others]
        assert len(ids) == 2 or "Older code" in said[0].replace("older code", "Older code"), "told beside it"


def test_a_person_has_one_list_whatever_the_roles_and_an_anchor_of_its_own() -> None:
    failed = made(
        Result("MCP-01", Outcome.FAIL, 0), Result("DSK-01", Outcome.FAIL, 90), Result("DOC-01", Outcome.FAIL, 0)
    )
    owners = {"host": "Karim Benali", "cluster": "Karim Benali", "people": "Ka\u0301rim Benali"}
    run = msgspec.structs.replace(failed, target=msgspec.structs.replace(failed.target, owners=owners))
    found = duties(brief(run, decide(run), Voice("en")).reasons)
    assert [(duty.person, duty.anchor) for duty in found][:2] == [
        ("Karim Benali", "karim-benali"),
        ("Ka\u0301rim Benali", "karim-benali-2"),
    ]
    assert {id for line in found[0].lines for id in line.ids} >= {"MCP-01", "DSK-01"}


def test_the_worst_harm_comes_first() -> None:
    failed = made(
        Result("LOG-01", Outcome.FAIL, 3), Result("DOC-01", Outcome.FAIL, 0), Result("BKP-09", Outcome.FAIL, 1)
    )
    ids = [line.ids[0] for line in brief(failed, decide(failed), Voice("en")).reasons]
    assert ids[:3] == ["BKP-09", "LOG-01", "DOC-01"]


def test_every_blocking_criterion_names_its_impact() -> None:
    for file in sorted(CRITERIA.glob("*.toml")):
        rows = tomllib.loads(file.read_text(encoding="utf-8"))
        assert [id for id, row in rows.items() if row.get("blocking") and "impact" not in row] == []


def test_a_recording_offers_the_remedies_by_the_command_of_the_readme() -> None:
    replayed = msgspec.structs.replace(no_go(), replayed_from="x.json")
    place = msgspec.structs.replace(replayed.target, name="replay:x.json", own="edge")
    briefing = brief(run := msgspec.structs.replace(replayed, target=place), decide(run), Voice("en"))
    assert "make audit TARGET=edge FIX=plan" in briefing.remedies.replace(" SCENARIO=x", "")
    planned = [step for line in briefing.reasons for step in line.actions if step.remedies]
    assert planned
    assert all(step.command.endswith(f" FIX=plan,{','.join(step.remedies)}") for step in planned)
    assert not any("--fix" in line.todo for line in briefing.reasons)
    live = msgspec.structs.replace(no_go(), replayed_from="")
    assert brief(live, decide(live), Voice("en")).remedies == ""


def test_commands_that_write_name_the_target() -> None:
    run = made(Result("DEC-04", Outcome.MANUAL, reason=Reason("attestation-missing", {"id": "DEC-04"})))
    assert "reports attest twisterlab DEC-04" in brief(run, decide(run), Voice("en")).reasons[0].todo


def test_three_kinds_that_nobody_saves_are_one_sentence_and_one_alone_is_itself() -> None:
    failed = [Result(f"BKP-0{number}", Outcome.FAIL, 0, {"jobs": 0, "sound": 0, "runs": ()}) for number in (1, 2, 3)]
    assert "Nothing is backed up every day" in sentences_of(made(*failed))
    assert "Rien n’est sauvegardé chaque jour" in sentences_of(made(*failed), "fr")
    assert "Redis is not backed up every day" in sentences_of(made(failed[1]))


READABLE = Result(
    "BKP-09",
    Outcome.FAIL,
    2,
    {"wrong": 2, "entries": 9, "accounts": ()},
    findings=(Finding("readable", {"paths": ("/var/backups/twisterlab/dump.sql.gz",)}),),
)


def test_a_cause_hides_none_of_its_failures() -> None:
    run = made(Result("BKP-04", Outcome.FAIL, 90, {"hours": 90, "file": "old.sql.gz"}), READABLE)
    decision = decide(run)
    for language in ("en", "fr"):
        briefing = brief(run, decision, Voice(language))
        (line,) = briefing.reasons
        (other,) = line.others
        assert (line.ids, other.id) == (("BKP-04", "BKP-09"), "BKP-09")
        own = brief(alone := made(READABLE), decide(alone), Voice(language)).reasons[0].problem
        assert other.problem.startswith(own)
        assert "/var/backups/twisterlab/dump.sql.gz" in other.problem
        block = "".join(
            text for parts in summary(run, decision, language, [], Path("out"), 200, whole=True) for text, _ in parts
        )
        assert f"BKP-09  {plain(other.problem)}" in block
        page = view(run, decision, (), language)
        assert page.brief.reasons == briefing.reasons
    html = render_verdict(run, decision, (), "en").decode()
    assert html.count(f"</a> {prose(other.problem)}</li></ul></details>") == 1, "in the list of the person"


def test_one_sentence_for_three_does_not_hide_the_fourth() -> None:
    failed = [Result(f"BKP-0{number}", Outcome.FAIL, 0, {"jobs": 0, "sound": 0, "runs": ()}) for number in (1, 2, 3)]
    run = made(*failed, READABLE)
    (line,) = brief(run, decide(run), Voice("en")).reasons
    assert [other.id for other in line.others] == ["BKP-09"]


@given(runs())
def test_every_failure_says_what_is_wrong_with_it(run: Run) -> None:
    decision = decide(run)
    briefing = brief(run, decision, Voice("en"))
    for cause, line in zip(
        (*decision.causes, *decision.reserves), (*briefing.reasons, *briefing.reserves), strict=False
    ):
        if cause.outcome is Outcome.FAIL:
            assert {*line.ids[:1], *(other.id for other in line.others)} == set(cause.ids)
            assert all(other.problem for other in line.others)


def test_a_reserve_that_explains_a_failure_stands_beside_it() -> None:
    late = Result(
        "MCP-05", Outcome.FAIL, 1, {"unkept": 1, "how": ()}, findings=(Finding("registry", {"why": "refused"}),)
    )
    run = made(late)
    assert "The registry does not answer: refused" in brief(run, decide(run), Voice("en")).reserves[0].more


def test_guides_that_are_not_safe_are_told_by_what_is_missing() -> None:
    run = made(Result("DOC-01", Outcome.FAIL, 1, {"missing": 1, "wanted": 3, "complete": 2}))
    assert "Of 3 guides, 1 is not committed and pushed" in sentences_of(run)


def test_what_is_to_be_signed_is_not_told_as_if_it_were_so() -> None:
    run = made(Result("DEC-03", Outcome.MANUAL, 0, reason=Reason("attestation-missing", {"id": "DEC-03"})))
    assert "Unplanned work: to be signed" in sentences_of(run)
    assert "Little work was needed" not in sentences_of(run)


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
    assert "0 days out of 7 with all three backups; 7 out of 7 on" in sentences_of(run)
    assert "1 day of backups out of 7 so far" in sentences_of(run)


def test_what_is_open_because_nobody_looked_is_one_line() -> None:
    window = Window(0, None, datetime(2026, 11, 27, 12, 20, tzinfo=UTC), "no-sample")
    unproven = judge_window(window, CONTRACT["DEC-02"]).reason
    assert unproven is not None
    looked = Reason("no-series", {"cause": "unwatched", **DATES})
    unseen = [Result(id, Outcome.PENDING, reason=looked) for id in ("LOG-11", "DSK-03")]
    run = made(
        *unseen, Result("DEC-02", Outcome.PENDING, reason=unproven), base=msgspec.structs.replace(go(), window=window)
    )
    assert [cause.ids for cause in decide(run).causes if cause.key == "unwatched"] == [("LOG-11", "DSK-03", "DEC-02")]
    topics = [line.topic for line in brief(run, decide(run), Voice("en")).reasons]
    assert "Log rotation, Disk space, Decision" in topics, "not as if it were all about the logs"
