"""Writes INFRASTRUCTURE_AUDIT_<date>.md, the audit as one of the guides that the plan asks for."""

from collections.abc import Iterator

from reports.exports.markdown import escaped, prose, table, written
from reports.exports.report import Report
from reports.exports.summary import kpis, opening, reasons
from reports.pages.criteria import Card, Chapter, chapters
from reports.pages.sections import completed, scored, window
from reports.text.briefing import brief
from reports.text.words import Voice

MOST = 4 * 1024 * 1024


def guide(report: Report) -> bytes:
    """Return all results, chapter by chapter, with their evidence."""
    return written(_lines(report, Voice(report.language)), MOST)


def _lines(report: Report, voice: Voice) -> Iterator[str]:
    run, decision = report.run, report.decision
    briefing = brief(run, decision, voice)
    yield f"# {voice.say('chapter', 'infrastructure')}{voice.colon}{escaped(briefing.place)}, {voice.day(run.ended.date())}"
    yield ""
    yield from opening(briefing, voice, 2)
    yield from ("", f"{voice.word('progress')}{voice.colon}{completed(run, decision, voice)}")
    if score := scored(run, decision, voice):
        yield from ("", f"{voice.word('score')}{voice.colon}{score.text}. {' '.join(score.formula)}")
    yield from ("", *(escaped(line) for line in window(run, voice).sentences))
    yield from kpis(report, voice)
    yield from reasons(briefing.reasons, voice.word("because"), voice)
    for chapter in chapters(run, decision, voice):
        yield from _chapter(chapter, voice)
    yield from (
        "",
        f"{voice.word('run')} {escaped(run.id)}. {prose(voice.word('recompute-note', language=voice.language))}",
    )


def _chapter(chapter: Chapter, voice: Voice) -> Iterator[str]:
    yield from ("", f"## {escaped(chapter.title)}", "")
    head = ("", *(voice.word(name) for name in ("criterion", "target", "value", "outcome")))
    yield from table(
        head,
        [
            (card.id, escaped(card.title), escaped(card.target), escaped(card.figure) or "–", f"**{card.word}**")
            for card in chapter.cards
        ],
    )
    for card in chapter.cards:
        yield from _card(card, voice)


def _card(card: Card, voice: Voice) -> Iterator[str]:
    """Yield what was seen for one criterion and where it comes from. A script is represented by its first comment."""
    yield from ("", f"### {card.id}{voice.colon}{escaped(card.title)}", "")
    parts = [card.seen, *(text for text, _ in card.findings), card.reason]
    yield voice.semicolon.join(escaped(text) for text in parts if text) or card.word
    if card.todo:
        yield from ("", f"{voice.word('todo')}{voice.colon}{prose(card.todo)} ({escaped(card.owner)})")
    for asked in card.asked:
        yield from (
            "",
            f"- {escaped(asked.label)}{voice.colon}{escaped(asked.gist or ' '.join(asked.command.split()))}",
        )
