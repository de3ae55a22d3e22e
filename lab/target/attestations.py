"""The attestations of invented people: in `ready` for the budget, the guides, effort and savings; elsewhere none."""

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
    entries = [
        _entry("DEC-04", "Alice Martin, sponsor", folder, document, "SSD for EdgeServer, up to $150, approved", now)
    ]
    entries += [
        _entry("DOC-03", "Karim Benali, administration", folder, guide, "walked through, step by step", now)
        for guide in sorted((folder / "guides").glob("*.md"))
        if "AUDIT" not in guide.name
    ]
    entries += [_word(id, note, now) for id, note in _WORDS.items()]
    (folder / "attestations.toml").write_text(
        "# Invented for the lab: these people do not exist.\n" + "\n".join(entries)
    )


def _entry(criterion: str, who: str, folder: Path, document: Path, note: str, now: datetime) -> str:
    """Return an attestation of a document; `who` is a name and a role, separated by a comma."""
    name, role = who.split(", ")
    signed, until = now - timedelta(days=2), now + timedelta(days=28)
    return f"""[[attestation]]
criterion = "{criterion}"
who = "{name}"
role = "{role}"
date = {signed.isoformat(timespec="seconds")}
valid_until = {until.isoformat(timespec="seconds")}
document = "{document.relative_to(folder)}"
sha256 = "{hashlib.sha256(document.read_bytes()).hexdigest()}"
note = "{note}"
"""


def _word(criterion: str, note: str, now: datetime) -> str:
    signed, until = now - timedelta(days=1), now + timedelta(days=28)
    return f"""[[attestation]]
criterion = "{criterion}"
who = "Alice Martin"
role = "sponsor"
date = {signed.isoformat(timespec="seconds")}
valid_until = {until.isoformat(timespec="seconds")}
note = "{note}"
"""
