"""SARIF, OSCAL and HDF: each export is valid by its published schema, and shows nothing as met that is not."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from hypothesis import given, settings

from gate.decision import decide
from gate.outcome import Outcome
from gate.people import Waiver
from gate.run import Result, Run, read_run, write_run
from reports.exports import EXPORTS, ON_DEMAND
from reports.exports.oscal import token
from reports.exports.report import Report
from reports.exports.standard import program
from reports.text.words import UNSEEN
from testing.golden import AT, GOLDEN, go, go_with_waivers, golden, passed
from testing.in_process import run as command
from testing.runs import forged_runs, runs

SCHEMAS = Path(__file__).parent / "schemas"
FILES = {
    "sarif": "sarif-2.1.0-rtm.5.json",
    "oscal": "oscal-assessment-results-1.2.3.json",
    "hdf": "hdf-exec-json.json",
}
MET = (Outcome.PASS, Outcome.FIXED)


@cache
def validator(format: str) -> Any:
    """Return the validator of a format. Python's `re` lacks the classes of Unicode that NIST's schema names."""
    text = (SCHEMAS / FILES[format]).read_text(encoding="utf-8")
    text = text.replace(r"\\p{L}", r"[^\\W\\d_]").replace(r"\\p{N}", r"\\d")
    schema = json.loads(text)
    return jsonschema.validators.validator_for(schema)(schema)


def export(format: str, run: Run, language: str = "en") -> Any:
    """Return the export of a run, after its validation."""
    data = ON_DEMAND[format](Report(run, decide(run), (), language))
    document = json.loads(data, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    validator(format).validate(document)
    return document


def texts(document: Any) -> Iterator[str]:
    if isinstance(document, str):
        yield document
    elif isinstance(document, list | dict):
        for entry in document.values() if isinstance(document, dict) else document:
            yield from texts(entry)


def shown_as(format: str, run: Run) -> dict[str, str]:
    """Return each criterion with what a reader of the format sees: met, failed, accepted, inapplicable or open."""
    return {"sarif": by_sarif, "oscal": by_oscal, "hdf": by_heimdall}[format](export(format, run))


def by_sarif(document: Any) -> dict[str, str]:
    run = document["runs"][0]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    seen = dict.fromkeys(rules, "met")
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert (result["level"] == "none") is (result["kind"] != "fail"), "§3.27.10 of the standard"
        accepted = "accepted" if result["suppressions"] else "failed"
        names = {"fail": accepted, "notApplicable": "inapplicable", "open": "open", "review": "open"}
        seen[result["ruleId"]] = names[result["kind"]]
    return seen


def by_oscal(document: Any) -> dict[str, str]:
    result = document["assessment-results"]["results"][0]
    risks = {risk["uuid"]: risk["status"] for risk in result.get("risks", ())}
    selection = result["reviewed-controls"]["control-selections"][0]
    seen = {control["control-id"]: "inapplicable" for control in selection.get("exclude-controls", ())}
    for finding in result.get("findings", ()):
        state, target = finding["target"]["status"], finding["target"]["target-id"]
        assert target not in seen
        assert (state["state"] == "satisfied") is (state["reason"] == "pass")
        status = [risks[risk["risk-uuid"]] for risk in finding.get("related-risks", ())]
        names = {("pass", ()): "met", ("fail", ("open",)): "failed", ("fail", ("deviation-approved",)): "accepted"}
        seen[target] = names.get((state["reason"], tuple(status)), "open")
    return seen


def by_heimdall(document: Any) -> dict[str, str]:
    """Judge each control by the rules that Heimdall documents for its statuses."""
    seen = {}
    for control in document["profiles"][0]["controls"]:
        (result,) = control["results"]
        waived = control.get("waiver_data", {}).get("skipped_due_to_waiver", False)
        if result["status"] == "error":
            seen[control["id"]] = "open"
        elif waived or control["impact"] == 0:
            assert result["status"] == "skipped"
            seen[control["id"]] = "accepted" if waived else "inapplicable"
        else:
            seen[control["id"]] = {"passed": "met", "failed": "failed", "skipped": "open"}[result["status"]]
    return seen


def expected(outcome: Outcome) -> str:
    named = {Outcome.FAIL: "failed", Outcome.WAIVED: "accepted", Outcome.NOT_APPLICABLE: "inapplicable"}
    return "met" if outcome in MET else named.get(outcome, "open")


def all_outcomes() -> Run:
    """Return a run in which each outcome occurs, with a waived failure and a criterion that does not apply."""
    run = go()
    outcomes = (Outcome.FAIL, Outcome.UNKNOWN, Outcome.PENDING, Outcome.MANUAL, Outcome.NOT_APPLICABLE)
    ids = ["DSK-01", "BKP-04", "BKP-10", "DEC-04", "DOC-01"]
    contract = {**run.contract, "DOC-01": msgspec.structs.replace(run.contract["DOC-01"], optional=True)}
    changed = {id: Result(id, outcome) for id, outcome in zip(ids, outcomes, strict=True)}
    waived = msgspec.structs.replace(passed("MCP-01"), outcome=Outcome.FAIL, value=2.0)
    mended = msgspec.structs.replace(passed("LOG-01"), before=Outcome.FAIL)
    people = go_with_waivers().people
    results = {**run.results, **changed, "MCP-01": waived, "LOG-01": mended}
    return msgspec.structs.replace(run, contract=contract, results=results, people=people)


def test_every_outcome_is_tried() -> None:
    assert {result.outcome for result in decide(all_outcomes()).results.values()} == set(Outcome)


@pytest.mark.parametrize("format", ON_DEMAND)
@pytest.mark.parametrize("run", [*(make() for make in GOLDEN.values()), all_outcomes()], ids=[*GOLDEN, "all_outcomes"])
def test_a_golden_run_is_valid_and_shows_each_outcome_as_what_it_is(format: str, run: Run) -> None:
    results = decide(run).results
    assert shown_as(format, run) == {id: expected(result.outcome) for id, result in results.items()}


@pytest.mark.parametrize("format", ON_DEMAND)
@settings(max_examples=40)
@given(run=runs() | forged_runs())
def test_any_run_is_valid_and_nothing_open_is_shown_as_met(format: str, run: Run) -> None:
    results = decide(run).results
    assert shown_as(format, run) == {id: expected(result.outcome) for id, result in results.items()}


@pytest.mark.parametrize("format", ON_DEMAND)
@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", GOLDEN)
def test_what_a_host_says_is_visible_text_of_bounded_length(format: str, language: str, name: str) -> None:
    for text in texts(export(format, GOLDEN[name](), language)):
        assert not UNSEEN.search(text.replace("\n", ""))
        assert len(text) < 2000


@pytest.mark.parametrize("format", ON_DEMAND)
def test_the_same_run_gives_the_same_bytes_and_another_run_other_identifiers(format: str) -> None:
    def made(run: Run) -> bytes:
        return ON_DEMAND[format](Report(run, decide(run), (), "en"))

    assert made(go_with_waivers()) == made(read_run(write_run(go_with_waivers()), "run.json"))
    assert made(go()) != made(golden(id="another"))


def identifiers(document: Any) -> list[str]:
    """Return what `uuid` and `guid` name anywhere in a document."""
    if isinstance(document, list):
        return [one for entry in document for one in identifiers(entry)]
    if not isinstance(document, dict):
        return []
    own = [value for key, value in document.items() if key in ("uuid", "guid")]
    return own + [one for entry in document.values() for one in identifiers(entry)]


@pytest.mark.parametrize("format", ["sarif", "oscal"])
def test_identifiers_are_unique_and_those_of_a_run_differ_from_the_next(format: str) -> None:
    first, second = identifiers(export(format, all_outcomes())), identifiers(export(format, golden(id="next")))
    assert len(first) == len(set(first)) > 3
    assert not set(first) & set(second)


def test_references_of_oscal_lead_to_what_is_there() -> None:
    text = json.dumps(export("oscal", all_outcomes()))
    made = set(identifiers(json.loads(text)))
    named = set(re.findall(r'"(?:observation|risk|subject)-uuid": "([^"]+)"|"href": "#([^"]+)"', text))
    assert {"".join(pair) for pair in named} <= made


def test_an_alert_of_sarif_is_the_same_one_in_the_next_run() -> None:
    first, second = (
        {
            result["ruleId"]: result["partialFingerprints"]
            for result in export("sarif", msgspec.structs.replace(all_outcomes(), id=id))["runs"][0]["results"]
        }
        for id in ("one", "two")
    )
    assert first == second
    assert len({json.dumps(print) for print in first.values()}) == len(first)


def test_a_waiver_says_who_accepted_it_and_why() -> None:
    sarif, oscal, hdf = (json.dumps(export(format, all_outcomes())) for format in ("sarif", "oscal", "hdf"))
    for document in (sarif, oscal, hdf):
        assert "twisterlab-dev is rebuilt in Phase 1 (Dana Leroy" in document
        assert "2026-03-03T13:05:12Z" in document


def test_an_expired_waiver_accepts_nothing() -> None:
    run = all_outcomes()
    late = Waiver("MCP-01", "why", "Dana Leroy", AT)
    expired = msgspec.structs.replace(run, people=msgspec.structs.replace(run.people, waivers=(late,)))
    assert {shown_as(format, expired)["MCP-01"] for format in ON_DEMAND} == {"failed"}


@pytest.mark.parametrize("format", ON_DEMAND)
def test_a_contract_without_criteria_is_valid_too(format: str) -> None:
    assert shown_as(format, msgspec.structs.replace(go(), contract={}, results={})) == {}


def test_a_document_that_breaks_the_schema_is_refused() -> None:
    for format, path in (("sarif", "runs"), ("oscal", "assessment-results"), ("hdf", "profiles")):
        with pytest.raises(jsonschema.ValidationError):
            validator(format).validate({**export(format, go()), path: {}})


def test_an_id_becomes_a_token() -> None:
    assert [token(id) for id in ("DSK-01", "1 <b>", "", "é.x")] == ["DSK-01", "_1__b_", "_", "é.x"]


def test_the_version_is_the_project_s() -> None:
    text = (Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8")
    assert f'version = "{program()}"' in text


@pytest.mark.parametrize("format", ON_DEMAND)
def test_the_command_writes_the_format(tmp_path: Path, format: str) -> None:
    (tmp_path / "run.json").write_bytes(write_run(go_with_waivers()))
    printed = command("reports", "export", tmp_path / "run.json", "--format", format)
    assert (printed.returncode, printed.stderr) == (0, "")
    kept = command("reports", "export", tmp_path / "run.json", "--format", format, "--output", tmp_path / "out")
    assert (kept.returncode, kept.stdout, kept.stderr) == (0, "", "")
    assert (tmp_path / "out").read_text(encoding="utf-8") == printed.stdout
    validator(format).validate(json.loads(printed.stdout))


@pytest.mark.parametrize(
    "words", [("--format", "pdf"), (), ("--format", "hdf", "--output", "/nonexistent/folder/out.json")]
)
def test_a_command_that_cannot_be_carried_out_is_one_line(tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "run.json").write_bytes(write_run(go()))
    done = command("reports", "export", tmp_path / "run.json", *words)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (4, "", 1)


def test_a_run_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    done = command("reports", "export", tmp_path / "none.json", "--format", "sarif")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (4, "", 1)


def test_an_audit_makes_none_of_them() -> None:
    assert not any(format in name for format in ON_DEMAND for name in EXPORTS)
