"""The footer of every printed page."""

from typing import NamedTuple

from gate.run import Run
from reports.text.briefing import Briefing
from reports.text.words import shown


class Foot(NamedTuple):
    """The texts of the two boxes in the margin, escaped for a CSS string. `audited` may wrap, `run` may not."""

    audited: str
    run: str


def foot(run: Run, briefing: Briefing) -> Foot:
    """Return the footer: the audit and its target on one side, and the id of the run on the other."""
    audited = f"{briefing.gate} · {briefing.place} · {briefing.verdict} · {briefing.moment}"
    return Foot(css_string(audited), css_string(shown(run.id)))


def css_string(text: str) -> str:
    """Return `text` escaped for a CSS string. Every character that is not an ASCII letter or digit is written as its number."""
    return "".join(char if char.isascii() and char.isalnum() else f"\\{ord(char):06x}" for char in text)
