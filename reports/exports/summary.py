"""summary.md: the first screen for a CI's page, as in GITHUB_STEP_SUMMARY, which takes 1 MiB at most."""

from collections.abc import Iterable, Iterator

from reports.exports.markdown import escaped, prose, table, written
from reports.exports.report import Report
from reports.pages.figures import figures
from reports.text.briefing import Briefing, brief
from reports.text.responsibility import Responsibility
from reports.text.words import Voice

MOST = 1024 * 1024 - 1


def summary(report: Report) -> bytes:
    """Decision, reasons, dates, the plan's figures."""
    return written(_lines(report, Voice(report.language)), MOST)


def _lines(report: Report, voice: Voice) -> Iterator[str]:
    said = brief(report.run, report.decision, voice)
    yield from opening(said, voice, 1)
    yield from reasons(said.reasons, voice.word("because"), voice, (said.tally, said.remedies))
    if said.waivers:
        yield from (
            "",
            f"## {voice.word('waivers')}",
            "",
            *(f"- {id}{voice.colon}{escaped(text)}" for id, text in said.waivers),
        )
    yield from kpis(report, voice)
    yield from reasons(said.reserves, voice.word("reserves"), voice)
    counts = " · ".join(f"{count} {word}" for _, word, count in said.counts)
    yield from ("", f"{voice.word('counts', count=len(report.run.contract))}{voice.colon}{counts}")


def opening(said: Briefing, voice: Voice, level: int) -> Iterator[str]:
    """Decision, place, dates, and what nobody may mistake this for."""
    yield f"{'#' * level} {said.verdict} · {escaped(said.place)}"
    yield from ("", escaped(said.headline))
    for label, note in said.labels:
        yield from ("", f"> **{escaped(label)}** {prose(note)}")
    late = f" ({said.dates.compared})" if said.dates.compared else ""
    yield ""
    yield from table(
        (voice.word("audited"), voice.word("earliest"), voice.word("meeting")),
        [(said.moment, f"{said.dates.earliest}{late}", escaped(said.dates.told))],
    )
    yield from (line for note in (said.changed, said.letter) if note for line in ("", escaped(note)))


def reasons(lines: Iterable[Responsibility], title: str, voice: Voice, notes: Iterable[str] = ()) -> Iterator[str]:
    """One cause after the other: outcome, criteria, sentence, who acts and how."""
    for number, line in enumerate(lines):
        if not number:
            yield from ("", f"## {title}", "", *(line for note in notes if note for line in (prose(note), "")))
        yield f"- **{voice.outcome(line.outcome)}** {', '.join(line.ids)} · **{prose(line.said)}** {prose(line.more)}".rstrip()
        yield f"  <br>{voice.word('who')}{voice.colon}{escaped(line.owner)} · {voice.word('todo')}{voice.colon}{prose(line.todo)}"


def kpis(report: Report, voice: Voice) -> Iterator[str]:
    """The plan's table."""
    rows = [
        (escaped(row.name), escaped(row.before), escaped(row.target), f"**{escaped(row.now)}** ({row.word})")
        for row in figures(report.run, report.decision, voice)
    ]
    if rows:
        head = tuple(voice.word(name) for name in ("kpi", "before", "target", "now"))
        yield from ("", f"## {voice.word('kpis')}", "", *table(head, rows))
