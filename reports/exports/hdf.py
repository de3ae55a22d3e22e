"""Writes the Heimdall Data Format, which is the JSON of `inspec exec`: one profile with a control for each criterion.

Heimdall shows a control without impact as not applicable, a waived one likewise with its mark, `skipped` as not reviewed
and `error` as an error of the profile.
"""

import hashlib
from collections import Counter
from typing import Any

import msgspec

from gate.contract import Impact
from gate.outcome import Outcome
from gate.people import Attestation
from reports.exports.report import Report
from reports.exports.standard import MET, TOOL, Entry, contract_file, encoded, entries, program, utc
from reports.text.words import Voice, shown

STATUS = {Outcome.FAIL: "failed", Outcome.UNKNOWN: "error", **dict.fromkeys(MET, "passed")}  # all others are skipped
IMPACTS = {Impact.DATA_LOSS: 0.9, Impact.SERVICE_DOWN: 0.7, Impact.DISK_FULL: 0.7, Impact.UPKEEP: 0.5}
ADVICE = 0.3
NO_IMPACT = 0.0  # how InSpec marks a control as not applicable


def hdf(report: Report) -> bytes:
    """Return the run as the result of an InSpec profile."""
    rows = list(entries(report))
    counts = Counter(_status(row) for row in rows)
    totals = {name: {"total": counts[name]} for name in ("passed", "skipped", "failed")}
    duration = (report.run.ended - report.run.started).total_seconds()
    return encoded(
        {
            "platform": {"name": shown(report.run.target.title), "release": "", "target_id": shown(report.run.id)},
            "profiles": [_profile(rows, report)],
            "statistics": {"duration": duration, "controls": totals},
            "version": program(),
        }
    )


def _profile(rows: list[Entry], report: Report) -> dict[str, Any]:
    voice = Voice(report.language)
    return {
        "name": "phase0-gate",
        "title": TOOL,
        "version": program(),
        "summary": f"{report.decision.verdict.label}: {shown(report.run.target.title)}",
        "sha256": hashlib.sha256(msgspec.json.encode(report.run.contract)).hexdigest(),
        "supports": [],
        "attributes": [],
        "groups": [_group(chapter, rows, voice) for chapter in dict.fromkeys(row.criterion.chapter for row in rows)],
        "controls": [_control(row, report) for row in rows],
    }


def _group(chapter: str, rows: list[Entry], voice: Voice) -> dict[str, Any]:
    title = voice.say("chapter", chapter) if voice.knows("chapter", chapter) else shown(chapter)
    return {
        "id": shown(chapter),
        "title": title,
        "controls": [row.id for row in rows if row.criterion.chapter == chapter],
    }


def _control(row: Entry, report: Report) -> dict[str, Any]:
    descriptions = {"check": "\n".join(row.asked), "fix": row.todo}
    control = {
        "id": row.id,
        "title": row.title,
        "desc": row.description if row.outcome is Outcome.NOT_APPLICABLE else row.why,
        "descriptions": [{"label": label, "data": text} for label, text in descriptions.items() if text],
        "impact": _impact(row),
        "refs": [],
        "tags": {"outcome": str(row.outcome), "owner": row.owner, "blocking": row.criterion.blocking},
        "source_location": {"ref": contract_file(row.criterion), "line": 1},
        "results": [_result(row, report)],
    }
    if row.waiver is not None:
        control["waiver_data"] = {
            "justification": f"{shown(row.waiver.reason)} ({shown(row.waiver.approver)})",
            "expiration_date": utc(row.waiver.expires),
            "run": True,
            "skipped_due_to_waiver": True,
            "message": row.description,
        }
    if row.attestation is not None:
        control["attestation_data"] = _attested(row.id, row.attestation)
    return control


def _impact(row: Entry) -> float:
    if row.outcome is Outcome.NOT_APPLICABLE:
        return NO_IMPACT
    return IMPACTS[row.criterion.impact] if row.criterion.blocking else ADVICE


def _status(row: Entry) -> str:
    return STATUS.get(row.outcome, "skipped")


def _result(row: Entry, report: Report) -> dict[str, Any]:
    status = _status(row)
    message = {} if status == "passed" else {"skip_message" if status == "skipped" else "message": row.description}
    return {
        "status": status,
        "code_desc": f"{row.title} ({row.target})",
        "start_time": utc(report.run.started),
        "run_time": row.result.seconds,
        **message,
    }


def _attested(id: str, entry: Attestation) -> dict[str, str]:
    return {
        "control_id": id,
        "explanation": shown(entry.note or entry.role),
        "frequency": f"until {utc(entry.valid_until)}",
        "status": "passed",
        "updated": utc(entry.date),
        "updated_by": shown(entry.who),
    }
