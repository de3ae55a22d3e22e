"""What people confirmed: in `ready` the budget, everywhere else nothing."""

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


def write_attestations(folder: Path, scenario: Scenario) -> None:
    """Write attestations.toml, dated relative to now."""
    if scenario.name != "ready":
        (folder / "attestations.toml").write_text(_NONE)
        return
    document = folder / "documents" / "budget-ssd.md"
    document.parent.mkdir()
    document.write_text(_DOCUMENT)
    (folder / "attestations.toml").write_text(_budget(document, datetime.now().astimezone()))


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
