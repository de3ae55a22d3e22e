"""Writes OSCAL assessment results: an observation for each criterion, and a finding for each that applies.

OSCAL knows two states of a finding. Only a criterion that is met is satisfied; one that is unknown, waits or is waived is
not satisfied, and its property `outcome` says which. One that does not apply is excluded from the reviewed controls. A
waived failure is a risk whose deviation is approved.
"""

import re
from typing import Any

from gate.contract import Kind
from gate.outcome import Outcome
from reports.exports.report import Report
from reports.exports.standard import MET, TOOL, Entry, encoded, entries, identifier, program, utc
from reports.text.words import shown

OSCAL = "1.2.3"
NS = "https://phase0-gate.example/ns/oscal"
BY_PEOPLE = (Kind.ATTESTED, Kind.DERIVED)
RISKS = {Outcome.FAIL: "open", Outcome.WAIVED: "deviation-approved"}


def oscal(report: Report) -> bytes:
    """Return the run as OSCAL assessment results."""
    plan = identifier(report.run.id, "plan")
    title = f"{TOOL}: {shown(report.run.target.title)}".strip()
    return encoded(
        {
            "assessment-results": {
                "uuid": identifier(report.run.id),
                "metadata": {
                    "title": title,
                    "last-modified": utc(report.run.ended),
                    "version": _line(report.run.id),
                    "oscal-version": OSCAL,
                },
                "import-ap": {"href": f"#{plan}"},
                "results": [_results(report)],
                "back-matter": {"resources": [_plan(plan, report)]},
            }
        }
    )


def _plan(uuid: str, report: Report) -> dict[str, Any]:
    return {
        "uuid": uuid,
        "title": "The contract",
        "description": f"The criteria of {shown(report.run.phase.phase.en)}, each with its target and its test.",
        "rlinks": [{"href": "docs/criteria.md"}],
    }


def _results(report: Report) -> dict[str, Any]:
    run, rows = report.run, list(entries(report))
    applying = [row for row in rows if row.outcome is not Outcome.NOT_APPLICABLE]
    lists = {
        "observations": [_observation(row, report) for row in rows],
        "risks": [_risk(row, report) for row in rows if row.outcome in RISKS],
        "findings": [_finding(row, report) for row in applying],
    }
    return {
        "uuid": identifier(run.id, "result"),
        "title": f"{report.decision.verdict.label}: {shown(run.target.title)}".strip(),
        "description": f"{TOOL} {program()}",
        "start": utc(run.started),
        "end": utc(run.ended),
        "props": _props(decision=report.decision.verdict.label),
        "local-definitions": {"components": [_server(report)]},
        "reviewed-controls": {"control-selections": [_selection(rows, applying)]},
        **{name: made for name, made in lists.items() if made},
    }


def _server(report: Report) -> dict[str, Any]:
    title = _line(report.run.target.title)
    return {
        "uuid": identifier(report.run.id, "server"),
        "type": "this-system",
        "title": title,
        "description": title,
        "status": {"state": "operational"},
    }


def _selection(rows: list[Entry], applying: list[Entry]) -> dict[str, Any]:
    left = [row for row in rows if row not in applying]
    chosen: dict[str, Any] = {"include-controls": _controls(applying)} if applying else {"include-all": {}}
    return {**chosen, "exclude-controls": _controls(left)} if left else chosen


def _controls(rows: list[Entry]) -> list[dict[str, str]]:
    return [{"control-id": token(row.id)} for row in rows]


def _observation(row: Entry, report: Report) -> dict[str, Any]:
    collected = max((source.at for source in row.result.sources), default=report.run.ended)
    observation = {
        "uuid": identifier(report.run.id, row.id, "observation"),
        "title": row.title,
        "description": row.description,
        "props": _outcome(row),
        "methods": [_method(row)],
        "types": ["control-objective"],
        "subjects": [{"subject-uuid": identifier(report.run.id, "server"), "type": "component"}],
        "collected": utc(collected),
    }
    return (
        {**observation, "relevant-evidence": [{"description": text} for text in row.asked]}
        if row.asked
        else observation
    )


def _method(row: Entry) -> str:
    if row.outcome is Outcome.UNKNOWN and not row.result.sources:
        return "UNKNOWN"
    return "EXAMINE" if row.criterion.kind in BY_PEOPLE else "TEST"


def _finding(row: Entry, report: Report) -> dict[str, Any]:
    finding = {
        "uuid": identifier(report.run.id, row.id, "finding"),
        "title": row.title,
        "description": row.description,
        "props": _outcome(row),
        "target": {"type": "objective-id", "target-id": token(row.id), "status": _status(row)},
        "related-observations": [{"observation-uuid": identifier(report.run.id, row.id, "observation")}],
    }
    risk = [{"risk-uuid": identifier(report.run.id, row.id, "risk")}]
    return {**finding, "related-risks": risk} if row.outcome in RISKS else finding


def _status(row: Entry) -> dict[str, str]:
    if row.outcome in MET:
        return {"state": "satisfied", "reason": "pass"}
    return {"state": "not-satisfied", "reason": "fail" if row.outcome in RISKS else "other", "remarks": row.description}


def _risk(row: Entry, report: Report) -> dict[str, Any]:
    risk = {
        "uuid": identifier(report.run.id, row.id, "risk"),
        "title": row.title,
        "description": row.description,
        "statement": row.why or row.title,
        "props": _outcome(row),
        "status": RISKS[row.outcome],
        "related-observations": [{"observation-uuid": identifier(report.run.id, row.id, "observation")}],
    }
    if row.waiver is None:
        return risk
    accepted = f"{shown(row.waiver.reason)} ({shown(row.waiver.approver)})"
    factor = {"uuid": identifier(report.run.id, row.id, "waiver"), "description": accepted}
    return {**risk, "mitigating-factors": [factor], "deadline": utc(row.waiver.expires)}


def _outcome(row: Entry) -> list[dict[str, str]]:
    value = "" if row.value is None else f"{row.value:g}"
    blocking = "blocking" if row.criterion.blocking else "advisory"
    return _props(outcome=row.outcome, target=row.target, value=value, weight=blocking, owner=row.owner)


def _props(**values: str) -> list[dict[str, str]]:
    return [{"name": name, "ns": NS, "value": shown(value)} for name, value in values.items() if shown(value)]


def _line(text: str) -> str:
    """Return a text on one line, and `-` for none, which OSCAL does not allow."""
    return shown(text) or "-"


def token(id: str) -> str:
    """Return the id of a criterion as a token, which begins with a letter and holds letters, digits, `.`, `-` and `_`."""
    plain = re.sub(r"[^\w.-]", "_", id)
    return plain if plain[:1].isalpha() or plain[:1] == "_" else f"_{plain}"
