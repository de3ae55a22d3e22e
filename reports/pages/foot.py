"""What stands at the foot of every printed sheet."""

from gate.run import Run
from reports.text.briefing import Briefing
from reports.text.words import Voice, shown


def foot(run: Run, said: Briefing, voice: Voice) -> str:
    """Which audit of which server this sheet is of, for a string of CSS."""
    return css_string(" · ".join((voice.word("product"), said.place, said.verdict, said.moment, shown(run.id))))


def css_string(text: str) -> str:
    """Whatever is neither letter nor digit of ASCII is written by its number, so that nothing ends the string or the style."""
    return "".join(char if char.isascii() and char.isalnum() else f"\\{ord(char):06x}" for char in text)
