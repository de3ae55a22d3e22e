"""The block at the end of the terminal: decision, why, who, what to do next, where the report is."""

import shutil
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest

from gate.decision import Decision, Verdict
from gate.outcome import Outcome
from gate.run import Run
from reports.text.briefing import Briefing, brief
from reports.text.responsibility import Responsibility
from reports.text.words import Voice, shown

Part = tuple[str, tuple[str, ...]]  # a text and pytest's names of its markup
MARGIN = 11
COLOURS = {
    Outcome.PASS: "green",
    Outcome.FIXED: "green",
    Outcome.WAIVED: "yellow",
    Outcome.MANUAL: "yellow",
    Outcome.UNKNOWN: "yellow",
    Outcome.PENDING: "cyan",
    Outcome.FAIL: "red",
}
VERDICTS = {Verdict.GO: "green", Verdict.UNDECIDED: "yellow", Verdict.NOT_YET: "cyan", Verdict.NO_GO: "red"}


def summary(
    run: Run, decision: Decision, language: str, notices: Sequence[str], folder: Path, width: int = 100
) -> Iterator[Sequence[Part]]:
    """Lines as parts with their markup, at most `width` columns where words allow."""
    voice = Voice(language)
    said = brief(run, decision, voice)
    yield from _head(said, VERDICTS[decision.verdict], width)
    yield from _reasons(said.reasons, voice, width, voice.word("because"), (said.tally, said.remedies))
    yield from _rows(_facts(said, voice), width)
    yield from _rows([(voice.word("waivers"), f"{id} {text}") for id, text in said.waivers], width)
    yield from _reasons(said.reserves, voice, width, voice.word("reserves"))
    yield from _rows([(voice.word("notices"), notice) for notice in notices], width)
    report = folder / "verdict.html"
    yield from _foot(said, voice, None if any(notice.startswith(f"{report}: ") for notice in notices) else report)


def _head(said: Briefing, colour: str, width: int) -> Iterator[Sequence[Part]]:
    yield [("━" * width, (colour,))]
    verdict = f"  {said.verdict}  "
    yield [(verdict, (colour, "bold", "invert")), (f"  {shown(said.place, width - len(verdict) - 2)}", ("bold",))]
    yield [("", ())]
    yield from ([(line, ("bold",))] for line in textwrap.wrap(said.headline, width))
    for label, note in said.labels:
        yield from ([(line, ("yellow",))] for line in wrapped(plain(f"{label}. {note}"), width, 0))


def _reasons(
    lines: Iterable[Responsibility], voice: Voice, width: int, title: str, notes: Sequence[str] = ()
) -> Iterator[Sequence[Part]]:
    """One cause after the other: outcome, criteria, sentence; beneath, who acts and how."""
    for number, line in enumerate(lines):
        if not number:
            yield [("", ())]
            yield [(title, ("bold",))]
            yield from ([(row, ())] for note in notes if note for row in wrapped(plain(note), width, 0))
        ids = ", ".join(line.ids)
        first, *more = wrapped(f"{ids}  {plain(line.said)}", width, MARGIN)
        bold = len(ids) if first.startswith(ids) else 0
        yield [
            (f"{voice.outcome(line.outcome):<{MARGIN}}", (COLOURS[line.outcome],)),
            (first[:bold], ("bold",)),
            (first[bold:], ()),
        ]
        yield from ([(" " * MARGIN + rest, ())] for rest in more)
        yield from ([(" " * MARGIN + row, ())] for row in wrapped(plain(line.more), width, MARGIN) if row)
        for label, text in ((voice.word("who"), line.owner), (voice.word("todo"), line.todo)):
            rows = wrapped(f"{label}{voice.colon}{plain(text)}", width, MARGIN)
            yield from ([(" " * MARGIN + row, ("light",))] for row in rows)


def _facts(said: Briefing, voice: Voice) -> Iterator[tuple[str, str]]:
    compared = f" ({said.dates.compared})" if said.dates.compared else ""
    yield voice.word("audited"), said.moment
    yield voice.word("earliest"), f"{said.dates.earliest}{compared}"
    yield voice.word("meeting"), said.dates.told
    for note in (said.changed, said.letter):
        if note:
            yield "", note


def _rows(rows: Iterable[tuple[str, str]], width: int) -> Iterator[Sequence[Part]]:
    """A label in the margin and its text beside it; a label is said once."""
    last, margin = None, MARGIN + 5
    for label, text in rows:
        if last is None:
            yield [("", ())]
        first, *more = wrapped(plain(text), width, margin)
        yield [(f"{'' if label == last else label:<{margin}}", ("bold",)), (first, ())]
        yield from ([(" " * margin + rest, ())] for rest in more)
        last = label


def _foot(said: Briefing, voice: Voice, report: Path | None) -> Iterator[Sequence[Part]]:
    counts: list[Part] = []
    for outcome, word, count in said.counts:
        counts += [(" · " if counts else "", ()), (f"{count} {word}", (COLOURS[outcome],))]
    total = voice.word("counts", count=sum(count for _, _, count in said.counts))
    yield [("", ())]
    yield [(f"{total}, {voice.word('duration', duration=said.duration)}{voice.colon}", ()), *counts]
    if report:
        yield [(f"{voice.word('report')}{voice.colon}", ("bold",)), (str(report), ())]


def not_loaded(report: pytest.CollectReport, language: str) -> str:
    """A test file that broke before any test of it could run."""
    why = next((line for line in reversed(report.longreprtext.splitlines()) if line.strip()), "?")
    voice = Voice(language)
    return f"{report.nodeid}{voice.colon}{voice.word('not-loaded', why=why.removeprefix('E   '))}"


def no_decision(folder: Path, language: str) -> str:
    """Older reports must not pass for this run's."""
    voice = Voice(language)
    earlier = voice.word("earlier-report", folder=str(folder)) if (folder / "verdict.html").exists() else ""
    return f"{voice.word('no-decision')} {earlier}".rstrip()


def columns() -> int:
    """Of this terminal, between 60 and 120."""
    return min(120, max(60, shutil.get_terminal_size().columns))


def wrapped(text: str, width: int, margin: int) -> list[str]:
    """Lines that fit beside the margin; paths and commands are not cut."""
    return textwrap.wrap(text, max(40, width - margin), break_long_words=False, break_on_hyphens=False) or [""]


def plain(text: str) -> str:
    """Without the quotes that set a command apart on the page."""
    return text.replace("`", "")
