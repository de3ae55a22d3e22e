"""Says in the reader's language what pytest's own terminal says: how many tests there are, and which outcomes they had."""

import re
import shutil
from collections.abc import Callable
from typing import Any

import pytest

from gate.sentence import locale
from reports.text.words import Voice

START = "test session starts"
COUNT = re.compile(r"(\d+) ([a-z-]+)")
COLLECTED = re.compile(r"(collected|collecting) (\d+ item)")
SECONDS = re.compile(r" in ([\d.]+)s\b")
COLOURS = re.compile(r"\x1b\[[\d;]*m")
MARGIN = "=== "  # in front of each row of a title that is longer than the terminal is wide


def translate(reporter: pytest.TerminalReporter, voice: Voice) -> None:
    """Let pytest's terminal speak the language of `voice`, and keep to its width. English is left as pytest has it."""
    for name in ("write_sep", "write_line", "rewrite") if voice.language != "en" else ():
        setattr(reporter, name, _spoken(getattr(reporter, name), voice))
    setattr(reporter, "write_sep", _fitted(reporter, voice))  # noqa: B010 — a method is replaced, as above


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


def rows(title: str, width: int) -> list[str]:
    """Return a title of pytest's as it is if it fits between two signs, otherwise as rows of its parts with a margin."""
    if _length(title) <= width - 4:
        return [title]
    packed = [MARGIN]
    for part in title.split(", "):
        if packed[-1] != MARGIN and _length(f"{packed[-1]}{part},") > width:
            packed.append(MARGIN)
        packed[-1] += f"{part}, "
    packed[-1] = packed[-1].removesuffix(", ")
    return [row.rstrip() for row in packed]


def _length(text: str) -> int:
    return len(COLOURS.sub("", text))


def _count(found: re.Match[str], voice: Voice) -> str:
    name = found[2].removesuffix("s") if found[2] in ("items", "errors", "warnings") else found[2]
    known = name in locale(voice.language)["pytest"]
    return voice.say("pytest", name, {"count": int(found[1])}) if known else found[0]


def _spoken(write: Callable[..., None], voice: Voice) -> Callable[..., None]:
    def spoken(*texts: Any, **more: Any) -> None:
        write(*(in_words(text, voice) if isinstance(text, str) else text for text in texts), **more)

    return spoken


def _fitted(reporter: pytest.TerminalReporter, voice: Voice) -> Callable[..., None]:
    write = reporter.write_sep

    def fitted(sep: str, title: str | None = None, fullwidth: int | None = None, **markup: bool) -> None:
        told = in_words(title, voice) if title and voice.language != "en" else title or ""
        first, *more = rows(told, shutil.get_terminal_size().columns)
        if not more:
            write(sep, title, fullwidth, **markup)
        for row in (first, *more) if more else ():
            reporter.write_line(row, **markup)

    return fitted
