"""Writes INFRASTRUCTURE_AUDIT_<date>.md, the audit as one of the guides that the plan asks for."""

from collections.abc import Iterator

import msgspec

from reports.exports.markdown import escaped, fenced, prose, table, written
from reports.exports.report import Report
from reports.exports.summary import kpis, opening, reasons, waivers
from reports.pages.criteria import Card, Chapter, chapters
from reports.pages.evidence import cited, gist
from reports.pages.sections import scored, window
from reports.text.briefing import brief
from reports.text.words import Voice, shown, visible_lines

MOST = 4 * 1024 * 1024
LONGEST_COMMAND = 1600


def guide(report: Report) -> bytes:
    """Return the decision, all results chapter by chapter, and what was asked."""
    return written(_lines(report, Voice(report.language)), MOST)


def _lines(report: Report, voice: Voice) -> Iterator[str]:
    run, decision = report.run, report.decision
    briefing = brief(run, decision, voice)
    yield f"# {voice.say('chapter', 'infrastructure')}{voice.colon}{escaped(briefing.place)}, {voice.day(run.ended.date())}"
    yield ""
    yield from opening(briefing, voice, 2)
    if score := scored(run, decision, voice):
        yield from ("", f"{voice.word('score')}{voice.colon}{score.text}. {' '.join(score.formula)}")
    yield from ("", " ".join(escaped(line) for line in window(run, voice).sentences))
    yield from kpis(report, voice)
    causes = [msgspec.structs.replace(line, others=()) for line in briefing.reasons]  # the chapters have each in full
    yield from reasons(causes, voice.word("because"), voice)
    yield from waivers(briefing, voice)
    yield from reasons(briefing.reserves, voice.word("reserves"), voice)
    for chapter in chapters(run, decision, voice):
        yield from _chapter(chapter, voice)
    yield from _asked(report, voice)
    yield from (
        "",
        f"{voice.word('run')} {escaped(run.id)}. {prose(voice.word('recompute-note', language=voice.language))}",
    )


def _chapter(chapter: Chapter, voice: Voice) -> Iterator[str]:
    """Yield a line for each criterion, and below it in full what is not met. Who acts on it is said among the reasons."""
    yield from ("", f"## {escaped(chapter.title)}", "")
    head = ("", *(voice.word(name) for name in ("criterion", "target", "value", "outcome")))
    yield from table(head, [_row(card, voice) for card in chapter.cards])
    for card in chapter.cards:
        if not card.outcome.settled:
            yield from ("", f"**{escaped(card.id)}**{voice.colon}{_found(card, voice)}")


def _row(card: Card, voice: Voice) -> tuple[str, ...]:
    reserved = card.outcome.settled and any(reserve for _, reserve in card.findings)
    word = voice.word("with-caveat", outcome=card.word) if reserved else card.word
    return escaped(card.id), escaped(card.title), escaped(card.target), escaped(card.figure) or "–", f"**{word}**"


def _found(card: Card, voice: Voice) -> str:
    """Return what was seen and found for a criterion, and why that is not enough."""
    parts = [card.seen, *(text for text, _ in card.findings), card.reason]
    return voice.semicolon.join(escaped(text) for text in parts if text) or card.word


def _asked(report: Report, voice: Voice) -> Iterator[str]:
    """Yield each question once, in the order of the criteria: a short command whole, of a script what it says it does."""
    if asked := cited(report.run, report.decision):
        yield from ("", f"## {voice.word('asked-of-server')}")
    for fact, answer in asked.items():
        yield from _question(shown(fact), answer.asked, voice)


def _question(fact: str, asked: str, voice: Voice) -> Iterator[str]:
    question, lines = gist(asked)
    if question:
        yield from ("", f"**{escaped(fact)}**{voice.colon}{escaped(question)}")
    elif lines:
        yield from ("", f"**{escaped(fact)}**{voice.colon}{voice.word('script', lines=lines)}")
    else:
        yield from ("", f"**{escaped(fact)}**", "", *fenced(visible_lines(asked, LONGEST_COMMAND)))
