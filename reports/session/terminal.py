"""Formats the block at the end of the terminal: decision, reasons, who must act and how, and the path of the report."""

import shutil
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec
import pytest

from gate.decision import Decision, Verdict
from gate.outcome import Outcome
from gate.run import Run
from reports.text.briefing import Briefing, brief
from reports.text.responsibility import Responsibility
from reports.text.words import Voice, shown

Part = tuple[str, tuple[str, ...]]  # a text, and the names of pytest's markup for it
MARGIN = 11
TITLE = 39  # columns of a condition
WORST, IDS = 2, 4  # reasons that are shown, and criteria that are named for each, without -v
COLOURS = {
    Outcome.PASS: "green",
    Outcome.FIXED: "green",
    Outcome.WAIVED: "yellow",
    Outcome.NOT_APPLICABLE: "cyan",
    Outcome.MANUAL: "yellow",
    Outcome.UNKNOWN: "yellow",
    Outcome.PENDING: "cyan",
    Outcome.FAIL: "red",
}
VERDICTS = {Verdict.GO: "green", Verdict.UNDECIDED: "yellow", Verdict.NOT_YET: "cyan", Verdict.NO_GO: "red"}


def summary(
    run: Run,
    decision: Decision,
    language: str,
    notices: Sequence[str],
    folder: Path,
    width: int,
    *,
    whole: bool = False,
) -> Iterator[Sequence[Part]]:
    """Yield the lines of the block, each as parts with their markup; the decision comes last.

    A line has at most `width` columns, unless a single word is longer. With `whole` the block has every reason and every
    caveat; otherwise it has the worst reasons, and the number of the others.
    """
    voice = Voice(language)
    briefing = brief(run, decision, voice)
    report = folder / "verdict.html"
    if whole:
        yield from _reasons(briefing.reserves, voice, width, voice.word("reserves"))
    yield from _rows([(voice.word("notices"), notice) for notice in notices], width)
    told = (*briefing.waivers, *briefing.idle)
    yield from _rows([(voice.word("waivers"), f"{id} {text}") for id, text in told], width)
    since = briefing.since
    yield from _rows(
        [(voice.word("since"), text) for text in (since.summary, *map(" ".join, since.rows)) if text], width
    )
    yield from _head(briefing, VERDICTS[decision.verdict], width)
    yield from _conditions(briefing, width)
    parts = briefing.reasons if whole else [_short(line, voice) for line in briefing.reasons[:WORST]]
    yield from _reasons(parts, voice, width, voice.word("because"))
    yield from _more(briefing, voice, width, whole=whole)
    yield from _rows(_facts(briefing, voice), width)
    made = not any(notice.startswith(f"{report}: ") for notice in notices)
    yield from _foot(briefing, voice, report if made else None, width)


def _conditions(briefing: Briefing, width: int) -> Iterator[Sequence[Part]]:
    """Yield a line for each condition: its state, how many of its criteria are met or its figure, and by when to act."""
    yield [("", ())]
    for row in briefing.conditions:
        count = f"{row.met}/{row.all}" if row.all > 1 else ""
        parts = " · ".join(part for part in (count or row.figure, row.due) if part)
        first, *more = wrapped(f"{row.title:<{TITLE}} {parts}".rstrip(), width, MARGIN)
        if more and row.due:  # the page has the figure too
            first, *more = wrapped(f"{row.title:<{TITLE}} {row.due}", width, MARGIN)
        yield [(f"{row.word:<{MARGIN}}", (COLOURS[row.outcome],)), (first, ())]
        yield from ([(" " * MARGIN + rest, ())] for rest in more)


def _short(line: Responsibility, voice: Voice) -> Responsibility:
    """Return the reason without what else was found, and with a few of its criteria; where remedies exist, with them alone."""
    ids = line.ids if len(line.ids) <= IDS else (*line.ids[: IDS - 1], f"… {line.ids[-1]}")
    planned = [step for step in line.actions if step.remedies]
    todo = f"{planned[0].text}{voice.colon}{planned[0].command}" if planned else line.todo
    return msgspec.structs.replace(line, more="", ids=ids, others=(), todo=todo)


def _more(briefing: Briefing, voice: Voice, width: int, *, whole: bool) -> Iterator[Sequence[Part]]:
    """Yield how many reasons and caveats are left out, and the command that shows the remedies."""
    left = 0 if whole else max(0, len(briefing.reasons) - WORST)
    caveats = 0 if whole else len(briefing.reserves)
    parts = [voice.word("more-reasons", count=left)] if left else []
    parts += [voice.word("more-caveats", count=caveats)] if caveats else []
    notes = [f"{', '.join(parts)}{voice.colon}{voice.word('more-where')}"] if parts else []
    for note in (*notes, briefing.remedies):
        yield from ([(row, ())] for row in wrapped(plain(note), width, 0) if row)


def _head(briefing: Briefing, colour: str, width: int) -> Iterator[Sequence[Part]]:
    yield [("━" * width, (colour,))]
    verdict = f"  {briefing.verdict}  "
    yield [(verdict, (colour, "bold", "invert")), (f"  {shown(briefing.place, width - len(verdict) - 2)}", ("bold",))]
    yield [("", ())]
    yield from ([(line, ("bold",))] for line in textwrap.wrap(briefing.headline, width))
    for label, note in briefing.labels:
        yield from ([(line, ("yellow",))] for line in wrapped(plain(f"{label}. {note}"), width, 0))


def _reasons(lines: Iterable[Responsibility], voice: Voice, width: int, title: str) -> Iterator[Sequence[Part]]:
    """Yield each cause: outcome, criteria and sentence, and below it who must act, by when and how."""
    for number, line in enumerate(lines):
        if not number:
            yield [("", ())]
            yield [(title, ("bold",))]
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
        yield from ([(" " * MARGIN + row, ("light",))] for row in _action(line, voice, width))
        for other in line.others:
            first, *more = wrapped(f"{other.id}  {plain(other.problem)}", width, MARGIN)
            yield [(" " * MARGIN, ()), (first[: len(other.id)], ("bold",)), (first[len(other.id) :], ())]
            yield from ([(" " * MARGIN + rest, ())] for rest in more)


def _action(line: Responsibility, voice: Voice, width: int) -> Iterator[str]:
    """Yield who must act and by when, and the next command."""
    due = f" · {voice.word('by-when')}{voice.colon}{line.due}" if line.due else ""
    yield from wrapped(f"{voice.word('who')}{voice.colon}{plain(line.owner)}{due}", width, MARGIN)
    yield from wrapped(f"{voice.word('todo')}{voice.colon}{plain(line.todo)}", width, MARGIN)


def _facts(briefing: Briefing, voice: Voice) -> Iterator[tuple[str, str]]:
    compared = f" ({briefing.dates.compared})" if briefing.dates.compared else ""
    yield voice.word("earliest"), f"{briefing.dates.earliest}{compared}"
    yield voice.word("meeting"), briefing.dates.meeting_line
    yield voice.word("audited"), briefing.moment
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


def _foot(briefing: Briefing, voice: Voice, report: Path | None, width: int) -> Iterator[Sequence[Part]]:
    yield from ([(row, ())] for row in wrapped(briefing.tally, width, 0))
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
