"""Writes summary.md, the first screen for the page of a CI job (GITHUB_STEP_SUMMARY), which takes 1 MiB at most."""

from collections.abc import Iterable, Iterator

from reports.exports.markdown import escaped, prose, table, written
from reports.exports.report import Report
from reports.pages.figures import figures
from reports.text.briefing import Briefing, brief
from reports.text.responsibility import Responsibility
from reports.text.words import Voice

MOST = 1024 * 1024 - 1


def summary(report: Report) -> bytes:
    """Return the decision, its reasons, the dates and the plan's KPIs."""
    return written(_lines(report, Voice(report.language)), MOST)


def _lines(report: Report, voice: Voice) -> Iterator[str]:
    briefing = brief(report.run, report.decision, voice)
    yield from opening(briefing, voice, 1)
    yield from reasons(briefing.reasons, voice.word("because"), voice, (briefing.tally, briefing.remedies))
    if briefing.waivers:
        yield from (
            "",
            f"## {voice.word('waivers')}",
            "",
            *(f"- {id}{voice.colon}{escaped(text)}" for id, text in briefing.waivers),
        )
    yield from kpis(report, voice)
    yield from reasons(briefing.reserves, voice.word("reserves"), voice)
    counts = " · ".join(f"{count} {word}" for _, word, count in briefing.counts)
    yield from ("", f"{voice.word('counts', count=len(report.run.contract))}{voice.colon}{counts}")


def opening(briefing: Briefing, voice: Voice, level: int) -> Iterator[str]:
    """Yield the decision, the target, the labels (for example, of a demo) and the dates."""
    yield f"{'#' * level} {briefing.verdict} · {escaped(briefing.place)}"
    yield from ("", escaped(briefing.headline))
    for label, note in briefing.labels:
        yield from ("", f"> **{escaped(label)}** {prose(note)}")
    dates = briefing.dates
    late = f" ({dates.compared})" if dates.compared else ""
    yield ""
    yield from table(
        (voice.word("audited"), voice.word("earliest"), voice.word("meeting")),
        [(briefing.moment, f"{dates.earliest}{late}", escaped(dates.meeting_line))],
    )
    yield from (line for note in (briefing.changed, briefing.letter) if note for line in ("", escaped(note)))


def reasons(lines: Iterable[Responsibility], title: str, voice: Voice, notes: Iterable[str] = ()) -> Iterator[str]:
    """Yield each cause: its outcome, criteria and sentence, who must act and how."""
    for number, line in enumerate(lines):
        if not number:
            yield from ("", f"## {title}", "", *(line for note in notes if note for line in (prose(note), "")))
        yield f"- **{voice.outcome(line.outcome)}** {', '.join(line.ids)} · **{prose(line.problem)}** {prose(line.more)}".rstrip()
        yield f"  <br>{voice.word('who')}{voice.colon}{escaped(line.owner)} · {voice.word('todo')}{voice.colon}{prose(line.todo)}"


def kpis(report: Report, voice: Voice) -> Iterator[str]:
    """Yield the plan's KPI table."""
    rows = [
        (escaped(row.name), escaped(row.before), escaped(row.target), f"**{escaped(row.now)}** ({row.word})")
        for row in figures(report.run, report.decision, voice)
    ]
    if rows:
        head = tuple(voice.word(name) for name in ("kpi", "before", "target", "now"))
        yield from ("", f"## {voice.word('kpis')}", "", *table(head, rows))
