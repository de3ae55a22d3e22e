"""Shows what people stated: waivers, attestations, and entries that do not count."""

import msgspec

from gate.decision import Decision
from gate.objects import idle_waivers
from gate.people import Attestation, Waiver
from gate.run import Run
from reports.text.words import Voice, shown


class PersonEntry(msgspec.Struct, frozen=True):
    """A waiver, an attestation, or an entry that does not count, in words."""

    id: str
    title: str
    text: str
    note: str = ""


def waivers(run: Run, decision: Decision, voice: Voice) -> tuple[PersonEntry, ...]:
    """Return the waivers that count."""
    return tuple(_waiver(run, decision, entry, voice) for entry in run.people.waivers)


def _waiver(run: Run, decision: Decision, entry: Waiver, voice: Voice) -> PersonEntry:
    expires = voice.moment(entry.expires)
    text = voice.word("waived-until", approver=entry.approver, expires=expires, reason=entry.reason)
    result = decision.results.get(entry.criterion)
    outcome = voice.outcome(result.outcome) if result else ""
    title = " · ".join(part for part in (_title(run, entry.criterion, voice), shown(entry.object)) if part)
    return PersonEntry(entry.criterion, title, text, outcome)


def attestations(run: Run, voice: Voice) -> tuple[PersonEntry, ...]:
    """Return the attestations that count, each with its document."""
    return tuple(_attestation(run, entry, voice) for entry in run.people.attestations)


def _attestation(run: Run, entry: Attestation, voice: Voice) -> PersonEntry:
    text = voice.word(
        "attested",
        answer=voice.word("approved" if entry.approved else "refused"),
        who=entry.who,
        role=entry.role,
        date=voice.day(entry.date),
        until=voice.moment(entry.valid_until),
    )
    rests = voice.word("unverified")
    if entry.document:
        rests = voice.word("document", name=entry.document, sha=entry.sha256)
    note = " · ".join(part for part in (rests, shown(entry.note)) if part)
    return PersonEntry(entry.criterion, _title(run, entry.criterion, voice), text, note)


def void(run: Run, decision: Decision, voice: Voice) -> tuple[PersonEntry, ...]:
    """Return the entries that do not count or accept nothing, each with the reason."""
    return tuple(
        PersonEntry(shown(entry.criterion), voice.say("entry", entry.what), voice.say("void", entry.why))
        for entry in (*run.people.void, *idle_waivers(run, decision.results))
    )


def _title(run: Run, id: str, voice: Voice) -> str:
    return voice.title(run.contract[id]) if id in run.contract else ""
