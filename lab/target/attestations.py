"""What people confirmed: in `ready` the budget, their effort and the savings, everywhere else nothing."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from pathlib import Path

from lab.scenarios import Scenario

_NONE = "# No attestations yet.\n"
_DOCUMENT = """# Decision record (lab): budget for the SSD

The team approves up to $150 for a second SSD in EdgeServer.
Invented for the lab scenario `ready`; nobody approved anything.
"""
_WORDS = {
    "DEC-03": "nothing else had to be repaired by hand within the seven days",
    "DEC-05": "the savings that are assumed in worklog.csv are what we expect",
}


def write_attestations(folder: Path, scenario: Scenario) -> None:
    """Write attestations.toml, dated relative to now."""
    if scenario.name != "ready":
        (folder / "attestations.toml").write_text(_NONE)
        return
    document = folder / "documents" / "budget-ssd.md"
    document.parent.mkdir()
    document.write_text(_DOCUMENT)
    now = datetime.now().astimezone()
    words = [_word(id, note, now) for id, note in _WORDS.items()]
    (folder / "attestations.toml").write_text("\n".join([_budget(document, now), *words]))


def _budget(document: Path, now: datetime) -> str:
    signed, until = now - timedelta(days=2), now + timedelta(days=28)
    return f"""# Invented for the lab: these people do not exist.
[[attestation]]
criterion = "DEC-04"
who = "Lab Sponsor"
role = "project lead"
date = {signed.isoformat(timespec="seconds")}
valid_until = {until.isoformat(timespec="seconds")}
document = "documents/{document.name}"
sha256 = "{hashlib.sha256(document.read_bytes()).hexdigest()}"
note = "SSD for EdgeServer, up to $150, approved"
"""


def _word(criterion: str, note: str, now: datetime) -> str:
    signed, until = now - timedelta(days=1), now + timedelta(days=28)
    return f"""[[attestation]]
criterion = "{criterion}"
who = "Lab Operator"
role = "operations"
date = {signed.isoformat(timespec="seconds")}
valid_until = {until.isoformat(timespec="seconds")}
note = "{note}"
"""
