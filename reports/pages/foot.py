"""What stands at the foot of every printed sheet."""

from typing import NamedTuple

from gate.run import Run
from reports.text.briefing import Briefing
from reports.text.words import Voice, shown


class Foot(NamedTuple):
    """The two margin boxes, each as the inside of a string of CSS: `audited` may wrap, `run` may not."""

    audited: str
    run: str


def foot(run: Run, said: Briefing, voice: Voice) -> Foot:
    """Which audit of which server this sheet is of, and the identifier of the run beside the number of the sheet."""
    audited = " · ".join((voice.word("product"), said.place, said.verdict, said.moment))
    return Foot(css_string(audited), css_string(shown(run.id)))


def css_string(text: str) -> str:
    """Whatever is neither letter nor digit of ASCII is written by its number, so that nothing ends the string or the style."""
    return "".join(char if char.isascii() and char.isalnum() else f"\\{ord(char):06x}" for char in text)
