"""What is told of a change of the decision: the decision, what changed, why, where the page is. Pure."""

from collections.abc import Iterator

import msgspec

from gate.decision import Decision, Verdict
from gate.outcome import Outcome
from gate.run import Run
from notify.memory import Told
from reports.text.briefing import Briefing, brief, verdict_word
from reports.text.words import Voice, shown

MOST = 12  # lines of a list: more of them stand on the page


class Message(msgspec.Struct, frozen=True):
    """A subject, and lines of plain text."""

    title: str
    body: str


def deserves_message(before: Told, decision: Decision, *, light: bool) -> bool:
    """Something else was told last. A light look judges little: of it only a NO-GO is a decision."""
    if light and decision.verdict is not Verdict.NO_GO:
        return False
    return before.failed or (before.verdict, before.waived) != (decision.verdict.name, len(decision.waived))


def changed(run: Run, decision: Decision, before: Told, voice: Voice, link: str) -> Message:
    """The decision against the one that was told before."""
    said = brief(run, decision, voice)
    now, place = verdict_word(decision, voice), shown(run.target.title, 60)
    was = voice.say("notify", "no-audit") if before.failed else _word(before, voice)
    title = voice.say("notify", "title" if was else "first", {"place": place, "now": now, "was": was})
    parts = [
        [f"{label}. {note}".strip() for label, note in said.labels],
        [said.headline],
        _list(voice.say("notify", "what-changed"), list(_changes(run, decision, before, voice)), voice),
        _list(voice.word("because"), list(_reasons(said)), voice),
        list(_dates(said, voice, link)),
    ]
    return Message(title, "\n\n".join("\n".join(part) for part in parts if part))


def failed(place: str, name: str, before: Told, voice: Voice) -> Message:
    """No audit could be held: what was told last says nothing of today."""
    title = voice.say("notify", "failed-title", {"place": shown(place, 60)})
    was = _word(before, voice)
    lines = [voice.say("notify", "failed", {"name": name})]
    return Message(title, "\n".join(lines + ([voice.say("notify", "last-told", {"was": was})] if was else [])))


def announced_now(run: Run, decision: Decision, before: Told) -> Told:
    """To be remembered. What a light look did not judge stays as it was told."""
    outcomes = {id: decision.results[id].outcome for id in run.contract if id in run.results}
    return Told(decision.verdict.name, len(decision.waived), run.ended, {**before.outcomes, **outcomes})


def _word(before: Told, voice: Voice) -> str:
    if not voice.knows("verdict", before.verdict):
        return ""
    if before.verdict == Verdict.GO.name and before.waived:
        return voice.say("verdict", "waived-1" if before.waived == 1 else "waived", {"count": before.waived})
    return voice.say("verdict", before.verdict)


def _changes(run: Run, decision: Decision, before: Told, voice: Voice) -> Iterator[str]:
    """Blocking criteria that came out otherwise, worst first."""
    ids = [
        id
        for id, criterion in run.contract.items()
        if criterion.blocking and id in run.results and id in before.outcomes
    ]
    for id in sorted(ids, key=lambda one: -decision.results[one].outcome.severity):
        was, now = before.outcomes[id], decision.results[id].outcome
        if was is not now:
            yield f"{id} {voice.title(run.contract[id])}{voice.colon}{voice.outcome(was)} → {voice.outcome(now)}"


def _reasons(said: Briefing) -> Iterator[str]:
    """Failures alone where there are any: what stands open beside them does not decide."""
    fails = [line for line in said.reasons if line.outcome is Outcome.FAIL]
    for line in fails or said.reasons:
        yield f"{', '.join(line.ids)}  {line.said} ({line.owner})"


def _dates(said: Briefing, voice: Voice, link: str) -> Iterator[str]:
    rows = [("audited", said.moment), ("earliest", said.dates.earliest), ("meeting", said.dates.told), ("report", link)]
    yield from (f"{voice.word(name)}{voice.colon}{text}" for name, text in rows if text)


def _list(title: str, lines: list[str], voice: Voice) -> list[str]:
    more = [voice.say("notify", "more", {"count": len(lines) - MOST})] if len(lines) > MOST else []
    return [title, *(f"- {line}" for line in lines[:MOST]), *more] if lines else []
