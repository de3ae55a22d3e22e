"""Says in the reader's language what pytest's own terminal says: how many tests there are, and which outcomes they had."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from gate.sentence import locale
from reports.text.words import Voice

START = "test session starts"
COUNT = re.compile(r"(\d+) ([a-z-]+)")
COLLECTED = re.compile(r"(collected|collecting) (\d+ item)")
SECONDS = re.compile(r" in ([\d.]+)s\b")


def translate(reporter: pytest.TerminalReporter, voice: Voice) -> None:
    """Let pytest's terminal speak the language of `voice`. English is left as pytest has it."""
    if voice.language == "en":
        return
    for name in ("write_sep", "write_line", "rewrite"):
        setattr(reporter, name, _spoken(getattr(reporter, name), voice))


def in_words(text: str, voice: Voice) -> str:
    """Return a line of pytest with the words of `voice`. A line that is not pytest's own is returned as it is."""
    if text == START:
        return voice.say("pytest", "starts")
    if COLLECTED.match(text):
        return COUNT.sub(lambda found: _count(found, voice), COLLECTED.sub(r"\2", text))
    if SECONDS.search(text) and COUNT.search(text):
        counted = COUNT.sub(lambda found: _count(found, voice), text)
        return SECONDS.sub(lambda found: f" {voice.say('pytest', 'took', {'seconds': float(found[1])})}", counted)
    return text


def _count(found: re.Match[str], voice: Voice) -> str:
    name = found[2].removesuffix("s") if found[2] in ("items", "errors", "warnings") else found[2]
    known = name in locale(voice.language)["pytest"]
    return voice.say("pytest", name, {"count": int(found[1])}) if known else found[0]


def _spoken(write: Callable[..., None], voice: Voice) -> Callable[..., None]:
    def spoken(*texts: Any, **more: Any) -> None:
        write(*(in_words(text, voice) if isinstance(text, str) else text for text in texts), **more)

    return spoken
