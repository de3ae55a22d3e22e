"""Writes summary.md, the first screen for the page of a CI job (GITHUB_STEP_SUMMARY), which takes 1 MiB at most."""

from collections.abc import Iterable, Iterator

from reports.exports.markdown import escaped, prose, table, written
from reports.exports.report import Report
from reports.pages.figures import figures
from reports.text.briefing import Briefing, brief
from reports.text.conditions import ConditionLine
from reports.text.responsibility import Responsibility
from reports.text.words import Voice

MOST = 1024 * 1024 - 1
STATES = ("condition", "state", "now", "target", "condition-count", "who", "by-when")


def summary(report: Report) -> bytes:
    """Return the decision, the plan's conditions, the reasons, the dates and the plan's KPIs."""
    return written(_lines(report, Voice(report.language)), MOST)


def _lines(report: Report, voice: Voice) -> Iterator[str]:
    briefing = brief(report.run, report.decision, voice)
    yield from opening(briefing, voice, 1)
    yield from reasons(briefing.reasons, voice.word("because"), voice, (briefing.remedies,))
    yield from waivers(briefing, voice)
    yield from _since(briefing, voice)
    yield from kpis(report, voice)
    yield from reasons(briefing.reserves, voice.word("reserves"), voice)
    counts = " · ".join(f"{count} {word}" for _, word, count in briefing.counts)
    yield from ("", f"{voice.word('counts', count=len(report.run.contract))}{voice.colon}{counts}")


def opening(briefing: Briefing, voice: Voice, level: int) -> Iterator[str]:
    """Yield the decision, the target, the labels (for example, of a demo), the dates and the plan's conditions."""
    yield f"{'#' * level} {briefing.verdict} · {escaped(briefing.place)}"
    yield from ("", escaped(briefing.headline))
    for label, note in briefing.labels:
        yield from ("", f"> **{escaped(label)}** {prose(note)}".rstrip())
    dates = briefing.dates
    late = f" ({dates.compared})" if dates.compared else ""
    yield ""
    yield from table(
        (voice.word("audited"), voice.word("earliest"), voice.word("meeting")),
        [(briefing.moment, f"{dates.earliest}{late}", escaped(dates.meeting_line))],
    )
    yield from (line for note in (briefing.changed, briefing.letter) if note for line in ("", escaped(note)))
    yield from ("", f"## {voice.word('plan-conditions')}", "", escaped(briefing.tally))
    if briefing.conditions:
        yield from ("", *table([voice.word(name) for name in STATES], map(_condition, briefing.conditions)))


def _condition(row: ConditionLine) -> tuple[str, ...]:
    people = ", ".join(escaped(name) for name in row.people)
    count = f"{row.met}/{row.all}" if row.all else ""
    return escaped(row.title), f"**{row.word}**", escaped(row.figure), escaped(row.target), count, people, row.due


def reasons(lines: Iterable[Responsibility], title: str, voice: Voice, notes: Iterable[str] = ()) -> Iterator[str]:
    """Yield each cause: what is wrong, its outcome and criteria, who must act by when, and how."""
    for number, line in enumerate(lines):
        if not number:
            yield from ("", f"## {title}", "", *(line for note in notes if note for line in (prose(note), "")))
        word = voice.outcome(line.outcome)
        state = voice.word("with-caveat", outcome=word) if line.outcome.settled else word
        yield f"- **{prose(line.problem)}** {prose(line.more)}".rstrip()
        yield f"  - {state}{voice.colon}{', '.join(map(escaped, line.ids))}"
        due = f", {line.due}" if line.due else ""
        yield f"  - {voice.word('who')}{voice.colon}{escaped(line.owner)}{due}"
        yield f"  - {voice.word('todo')}{voice.colon}{prose(line.todo)}"
        yield from (f"  - {escaped(other.id)}{voice.colon}{prose(other.problem)}" for other in line.others)


def waivers(briefing: Briefing, voice: Voice) -> Iterator[str]:
    """Yield who accepted which failure, why, and until when; and which waivers accept nothing."""
    if told := (*briefing.waivers, *briefing.idle):
        accepted = (f"- {escaped(id)}{voice.colon}{escaped(text)}" for id, text in told)
        yield from ("", f"## {voice.word('waivers')}", "", *accepted)


def _since(briefing: Briefing, voice: Voice) -> Iterator[str]:
    """Yield what is new or worse since the baseline."""
    if briefing.since.summary:
        yield from ("", f"## {voice.word('since')}", "", escaped(briefing.since.summary), "")
        yield from (f"- {escaped(id)}{voice.colon}{escaped(text)}" for id, text in briefing.since.rows)


def kpis(report: Report, voice: Voice) -> Iterator[str]:
    """Yield the plan's KPI table."""
    rows = [
        (
            escaped(row.name),
            escaped(row.before),
            escaped(row.target),
            f"**{escaped(row.now)}**" + (f" ({row.word})" if row.word != row.now else ""),
        )
        for row in figures(report.run, report.decision, voice)
    ]
    if rows:
        head = tuple(voice.word(name) for name in ("kpi", "before", "target", "now"))
        yield from ("", f"## {voice.word('kpis')}", "", *table(head, rows))
