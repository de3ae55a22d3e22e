"""Writes SARIF 2.1.0: the criteria as rules, and a result for each that is not met.

GitHub shows every result as an alert, whatever its kind, so that a criterion that is met has none; `outcomes` of the
run's properties has the outcome of each. A waived failure is a suppressed result.
"""

from typing import Any
from urllib.parse import quote

from gate.outcome import Outcome
from reports.exports.report import Report
from reports.exports.standard import MET, TOOL, Entry, contract_file, encoded, entries, identifier, program, utc
from reports.text.words import shown

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
KINDS = {
    Outcome.FAIL: "fail",
    Outcome.WAIVED: "fail",
    Outcome.MANUAL: "review",
    Outcome.NOT_APPLICABLE: "notApplicable",
}  # any other outcome that is not met is open: there is too little evidence to decide


def sarif(report: Report) -> bytes:
    """Return the run as a SARIF log."""
    rows = list(entries(report))
    run = {
        "tool": {"driver": {"name": TOOL, "semanticVersion": program(), "rules": [_rule(row) for row in rows]}},
        "automationDetails": _details(report),
        "invocations": [_invocation(report)],
        "language": report.language,
        "results": [_result(row, place, report) for place, row in enumerate(rows) if row.outcome not in MET],
        "properties": {
            "decision": report.decision.verdict.label,
            "outcomes": {row.id: str(row.outcome) for row in rows},
        },
    }
    return encoded({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _details(report: Report) -> dict[str, str]:
    """Return the name of the run: runs of one server belong together."""
    server = quote(shown(report.run.target.title), safe="")
    return {
        "id": f"phase0-gate/{server}/{quote(shown(report.run.id), safe='')}",
        "guid": identifier(report.run.id),
    }


def _invocation(report: Report) -> dict[str, Any]:
    verdict = report.decision.verdict
    return {
        "executionSuccessful": True,
        "startTimeUtc": utc(report.run.started),
        "endTimeUtc": utc(report.run.ended),
        "exitCode": verdict.status,
        "exitCodeDescription": verdict.label,
    }


def _rule(row: Entry) -> dict[str, Any]:
    return {
        "id": row.id,
        "shortDescription": {"text": row.title},
        "fullDescription": {"text": row.why or row.title},
        "help": {"text": row.todo or row.why or row.title},
        "defaultConfiguration": {"level": _level(row)},
        "properties": {"tags": [shown(row.criterion.chapter), str(row.criterion.kind)], "target": row.target},
    }


def _level(row: Entry) -> str:
    return "error" if row.criterion.blocking else "warning"


def _result(row: Entry, place: int, report: Report) -> dict[str, Any]:
    kind = KINDS.get(row.outcome, "open")
    value = {} if row.value is None else {"value": row.value}
    return {
        "ruleId": row.id,
        "ruleIndex": place,
        "kind": kind,
        "level": _level(row) if kind == "fail" else "none",
        "message": {"text": row.description},
        "locations": [_location(row, report)],
        "guid": identifier(report.run.id, row.id),
        "partialFingerprints": {"criterion/v1": identifier("criterion", row.id)},
        "suppressions": _suppressions(row, report),
        "properties": {"outcome": str(row.outcome), "owner": row.owner, **value},
    }


def _location(row: Entry, report: Report) -> dict[str, Any]:
    """Return where the criterion is: its row of the contract, which readers of SARIF can open, and the audited server."""
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": contract_file(row.criterion), "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": 1},
        },
        "logicalLocations": [
            {"name": row.id, "fullyQualifiedName": f"{shown(report.run.target.title)}/{row.id}", "kind": "resource"}
        ],
    }


def _suppressions(row: Entry, report: Report) -> list[dict[str, Any]]:
    """Return the waiver. A list that is empty says that nothing is suppressed, and is needed where others are not."""
    if row.waiver is None:
        return []
    justification = f"{shown(row.waiver.reason)} ({shown(row.waiver.approver)}, {utc(row.waiver.expires)})"
    return [
        {
            "kind": "external",
            "status": "accepted",
            "justification": justification,
            "guid": identifier(report.run.id, row.id, "waiver"),
        }
    ]
