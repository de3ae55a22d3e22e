"""Composes the message on a changed decision: the decision, what changed, why, and the address of the report."""

from collections.abc import Iterator

import msgspec

from gate.decision import Decision, Verdict
from gate.outcome import Outcome
from gate.run import Run
from notify.memory import LastMessage
from reports.text.briefing import Briefing, brief, verdict_word
from reports.text.words import Voice, shown

MOST = 12  # lines of a list; the report has all of them


class Message(msgspec.Struct, frozen=True):
    """A message: its subject, and its lines of plain text."""

    title: str
    body: str


def deserves_message(before: LastMessage, decision: Decision, *, sample_run: bool) -> bool:
    """Return whether the decision differs from the last one sent.

    `sample_run` says that the decision is that of a sample run, which judges few criteria: only a NO-GO of it is sent.
    """
    if sample_run and decision.verdict is not Verdict.NO_GO:
        return False
    return before.failed or (before.verdict, before.waived) != (decision.verdict.name, len(decision.waived))


def changed(run: Run, decision: Decision, before: LastMessage, voice: Voice, link: str) -> Message:
    """Return the message on a decision, compared with the one sent before."""
    briefing = brief(run, decision, voice)
    now, place = verdict_word(decision, voice), shown(run.target.title, 60)
    was = voice.say("notify", "no-audit") if before.failed else _word(before, voice)
    title = voice.say("notify", "title" if was else "first", {"place": place, "now": now, "was": was})
    parts = [
        [f"{label}. {note}".strip() for label, note in briefing.labels],
        [briefing.headline],
        listed(voice.say("notify", "what-changed"), list(_changes(run, decision, before, voice)), voice),
        listed(voice.word("because"), list(_reasons(briefing)), voice),
        list(_dates(briefing, voice, link)),
    ]
    return Message(title, "\n\n".join("\n".join(part) for part in parts if part))


def failed(place: str, name: str, before: LastMessage, voice: Voice) -> Message:
    """Return the message that no audit could be run, so that the last decision says nothing about today."""
    title = voice.say("notify", "failed-title", {"place": shown(place, 60)})
    was = _word(before, voice)
    lines = [voice.say("notify", "failed", {"name": name})]
    return Message(title, "\n".join(lines + ([voice.say("notify", "last-sent", {"was": was})] if was else [])))


def announced_now(run: Run, decision: Decision, before: LastMessage) -> LastMessage:
    """Return what to store after the message was sent.

    Criteria that a sample run did not judge keep the outcome sent before.
    """
    outcomes = {id: decision.results[id].outcome for id in run.contract if id in run.results}
    return LastMessage(decision.verdict.name, len(decision.waived), run.ended, {**before.outcomes, **outcomes})


def _word(before: LastMessage, voice: Voice) -> str:
    if not voice.knows("verdict", before.verdict):
        return ""
    if before.verdict == Verdict.GO.name and before.waived:
        return voice.say("verdict", "waived-1" if before.waived == 1 else "waived", {"count": before.waived})
    return voice.say("verdict", before.verdict)


def _changes(run: Run, decision: Decision, before: LastMessage, voice: Voice) -> Iterator[str]:
    """Yield a line for each blocking criterion whose outcome changed, worst first."""
    ids = [
        id
        for id, criterion in run.contract.items()
        if criterion.blocking and id in run.results and id in before.outcomes
    ]
    for id in sorted(ids, key=lambda one: -decision.results[one].outcome.severity):
        was, now = before.outcomes[id], decision.results[id].outcome
        if was is not now:
            yield f"{id} {voice.title(run.contract[id])}{voice.colon}{voice.outcome(was)} → {voice.outcome(now)}"


def _reasons(briefing: Briefing) -> Iterator[str]:
    """Yield a line for each reason. If something failed, only the failures, because they alone decide."""
    fails = [line for line in briefing.reasons if line.outcome is Outcome.FAIL]
    for line in fails or briefing.reasons:
        yield f"{', '.join(line.ids)}  {line.problem} ({line.owner})"


def _dates(briefing: Briefing, voice: Voice, link: str) -> Iterator[str]:
    dates = briefing.dates
    rows = [
        ("audited", briefing.moment),
        ("earliest", dates.earliest),
        ("meeting", dates.meeting_line),
        ("report", link),
    ]
    yield from (f"{voice.word(name)}{voice.colon}{text}" for name, text in rows if text)


def listed(title: str, lines: list[str], voice: Voice) -> list[str]:
    """Return a title and at most so many lines that a message stays short, or nothing without lines."""
    more = [voice.say("notify", "more", {"count": len(lines) - MOST})] if len(lines) > MOST else []
    return [title, *(f"- {line}" for line in lines[:MOST]), *more] if lines else []
