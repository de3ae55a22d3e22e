"""Formats the block at the end of the terminal: decision, reasons, who must act and how, and the path of the report."""

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

Part = tuple[str, tuple[str, ...]]  # a text, and the names of pytest's markup for it
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
    """Yield the lines of the block, each as parts with their markup.

    A line has at most `width` columns, unless a single word is longer.
    """
    voice = Voice(language)
    briefing = brief(run, decision, voice)
    yield from _head(briefing, VERDICTS[decision.verdict], width)
    yield from _reasons(briefing.reasons, voice, width, voice.word("because"), (briefing.tally, briefing.remedies))
    yield from _rows(_facts(briefing, voice), width)
    yield from _rows([(voice.word("waivers"), f"{id} {text}") for id, text in briefing.waivers], width)
    yield from _reasons(briefing.reserves, voice, width, voice.word("reserves"))
    yield from _rows([(voice.word("notices"), notice) for notice in notices], width)
    report = folder / "verdict.html"
    yield from _foot(briefing, voice, None if any(notice.startswith(f"{report}: ") for notice in notices) else report)


def _head(briefing: Briefing, colour: str, width: int) -> Iterator[Sequence[Part]]:
    yield [("━" * width, (colour,))]
    verdict = f"  {briefing.verdict}  "
    yield [(verdict, (colour, "bold", "invert")), (f"  {shown(briefing.place, width - len(verdict) - 2)}", ("bold",))]
    yield [("", ())]
    yield from ([(line, ("bold",))] for line in textwrap.wrap(briefing.headline, width))
    for label, note in briefing.labels:
        yield from ([(line, ("yellow",))] for line in wrapped(plain(f"{label}. {note}"), width, 0))


def _reasons(
    lines: Iterable[Responsibility], voice: Voice, width: int, title: str, notes: Sequence[str] = ()
) -> Iterator[Sequence[Part]]:
    """Yield each cause: outcome, criteria and sentence, and below it who must act and how."""
    for number, line in enumerate(lines):
        if not number:
            yield [("", ())]
            yield [(title, ("bold",))]
            yield from ([(row, ())] for note in notes if note for row in wrapped(plain(note), width, 0))
        ids = ", ".join(line.ids)
        first, *more = wrapped(f"{ids}  {plain(line.problem)}", width, MARGIN)
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


def _facts(briefing: Briefing, voice: Voice) -> Iterator[tuple[str, str]]:
    compared = f" ({briefing.dates.compared})" if briefing.dates.compared else ""
    yield voice.word("audited"), briefing.moment
    yield voice.word("earliest"), f"{briefing.dates.earliest}{compared}"
    yield voice.word("meeting"), briefing.dates.meeting_line
    for note in (briefing.changed, briefing.letter):
        if note:
            yield "", note


def _rows(rows: Iterable[tuple[str, str]], width: int) -> Iterator[Sequence[Part]]:
    """Yield each text with its label in the margin. A repeated label is printed once."""
    last, margin = None, MARGIN + 5
    for label, text in rows:
        if last is None:
            yield [("", ())]
        first, *more = wrapped(plain(text), width, margin)
        yield [(f"{'' if label == last else label:<{margin}}", ("bold",)), (first, ())]
        yield from ([(" " * margin + rest, ())] for rest in more)
        last = label


def _foot(briefing: Briefing, voice: Voice, report: Path | None) -> Iterator[Sequence[Part]]:
    counts: list[Part] = []
    for outcome, word, count in briefing.counts:
        counts += [(" · " if counts else "", ()), (f"{count} {word}", (COLOURS[outcome],))]
    total = voice.word("counts", count=sum(count for _, _, count in briefing.counts))
    yield [("", ())]
    yield [(f"{total}, {voice.word('duration', duration=briefing.duration)}{voice.colon}", ()), *counts]
    if report:
        yield [(f"{voice.word('report')}{voice.colon}", ("bold",)), (str(report), ())]


def not_loaded(report: pytest.CollectReport, language: str) -> str:
    """Return a line on a test file that could not be loaded."""
    why = next((line for line in reversed(report.longreprtext.splitlines()) if line.strip()), "?")
    voice = Voice(language)
    return f"{report.nodeid}{voice.colon}{voice.word('not-loaded', why=why.removeprefix('E   '))}"


def no_decision(folder: Path, language: str) -> str:
    """Return a line that says that there is no decision, and warns if an older report is in the folder."""
    voice = Voice(language)
    earlier = voice.word("earlier-report", folder=str(folder)) if (folder / "verdict.html").exists() else ""
    return f"{voice.word('no-decision')} {earlier}".rstrip()


def columns() -> int:
    """Return the width of the terminal, but at least 60 and at most 120 columns."""
    return min(120, max(60, shutil.get_terminal_size().columns))


def wrapped(text: str, width: int, margin: int) -> list[str]:
    """Return `text` wrapped to fit beside a margin. Paths and commands are not broken."""
    return textwrap.wrap(text, max(40, width - margin), break_long_words=False, break_on_hyphens=False) or [""]


def plain(text: str) -> str:
    """Return `text` without the backquotes around commands."""
    return text.replace("`", "")
