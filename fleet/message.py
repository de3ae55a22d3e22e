"""The message about a round: one for the whole fleet, about every server that is not what was told of it last."""

from collections.abc import Iterator, Mapping

from fleet.decision import FleetDecision, decide_fleet
from fleet.page.causes import causes
from fleet.page.sections import Silent, changes, duties, silent
from fleet.round import VERDICTS, Round, Row
from fleet.text import counts, earliest, headline, missing, verdict
from gate.decision import Verdict
from notify.memory import LastMessage
from notify.message import Message, listed
from notify.sending import MakeMessage
from reports.text.words import Voice, shown

SILENT = "silent"  # the word that is remembered of a server that was not heard


def news(round: Round, voice: Voice, link: str, *, sample_run: bool = False) -> MakeMessage:
    """Return what makes the message of a round, or none if nothing is new since the last one.

    `sample_run` says that few criteria were judged: only servers that are NO-GO are told then. Nothing is told of a round
    that is not newer than the last one that was.
    """
    decision = decide_fleet(round)

    def make(before: LastMessage) -> tuple[Message, LastMessage] | None:
        words = _no_go(round, before) if sample_run else {row.name: _word(row) for row in round.rows}
        now = before.verdict if sample_run and decision.verdict is not Verdict.NO_GO else decision.verdict.name
        old = before.at is not None and round.ended <= before.at
        if old or not now or not (before.failed or (now, words) != (before.verdict, before.servers)):
            return None
        if sample_run and decision.verdict is not Verdict.NO_GO:
            return None
        return _message(round, decision, before, words, voice, link), LastMessage(now, at=round.ended, servers=words)

    return make


def _word(row: Row) -> str:
    return SILENT if row.silent_since else row.verdict.label


def _no_go(round: Round, before: LastMessage) -> dict[str, str]:
    return {**before.servers, **{row.name: _word(row) for row in round.rows if row.verdict is Verdict.NO_GO}}


def _message(
    round: Round, decision: FleetDecision, before: LastMessage, words: Mapping[str, str], voice: Voice, link: str
) -> Message:
    was = voice.say("notify", "no-audit") if before.failed else _verdict(before.verdict, voice)
    values = {"place": shown(round.title, 60), "now": verdict(decision.verdict, voice), "was": was}
    shared = [f"{one.ids} {one.title}{voice.colon}{one.spread}" for one in causes(round, voice)]
    acting = [f"{one.person}{voice.colon}{one.load}" for one in duties(round, voice)]
    parts = [
        [headline(decision, voice), " · ".join(f"{count} {word}" for _, word, count in counts(decision, voice))],
        listed(voice.say("notify", "what-changed"), list(_changes(round, before, words, voice)), voice),
        listed(voice.say("fleet", "silent"), [_quiet(one, voice) for one in silent(round, voice)], voice),
        listed(voice.say("fleet", "causes"), shared, voice),
        listed(voice.say("fleet", "who"), acting, voice),
        list(_dates(round, decision, voice, link)),
    ]
    title = "title" if was and was != values["now"] else "first"
    return Message(voice.say("notify", title, values), "\n\n".join("\n".join(part) for part in parts if part))


def _verdict(name: str, voice: Voice) -> str:
    return voice.say("verdict", name) if voice.knows("verdict", name) else ""


def _changes(round: Round, before: LastMessage, words: Mapping[str, str], voice: Voice) -> Iterator[str]:
    """Yield a line for each server that is not what was told of it last, the worst first."""
    if not before.servers:
        return
    criteria = {change.name: change.criteria for change in changes(round, voice)}
    for row in sorted(round.rows, key=lambda row: (-row.verdict, row.name)):
        was, now = before.servers.get(row.name, ""), words.get(row.name, "")
        if was != now:
            moved = " → ".join(filter(None, (_told(was, voice), _told(now, voice))))
            why = missing(row, voice) or criteria.get(row.name, "")
            yield f"{row.name}{voice.colon}{moved}{f' ({why})' if why else ''}"
    here = {row.name for row in round.rows}
    yield from (
        f"{shown(name)}{voice.colon}{voice.say('fleet', 'moved-gone')}" for name in before.servers if name not in here
    )


def _told(word: str, voice: Voice) -> str:
    if word == SILENT:
        return voice.say("fleet", "unknown")
    return verdict(VERDICTS[word], voice) if word in VERDICTS else ""


def _quiet(one: Silent, voice: Voice) -> str:
    return ", ".join(filter(None, (f"{one.name}{voice.colon}{one.why}", one.since, one.last)))


def _dates(round: Round, decision: FleetDecision, voice: Voice, link: str) -> Iterator[str]:
    rows = [
        (voice.word("audited"), voice.moment(round.ended)),
        (voice.say("fleet", "earliest"), earliest(decision, voice)),
        (voice.word("report"), link),
    ]
    yield from (f"{name}{voice.colon}{text}" for name, text in rows if text)
