"""Finds out what expires next among attestations, waivers and drills, to show beside a GO."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from gate.decision import Decision
from gate.past import EARLIER
from gate.run import Finding, Run
from reports.text.words import Voice


class Expiry(msgspec.Struct, frozen=True):
    """Something that counts until a moment."""

    until: datetime
    what: str
    id: str


def expires_next(run: Run, decision: Decision, voice: Voice) -> tuple[str, tuple[str, ...]] | None:
    """Return in words what expires first, and the criteria concerned; None if nothing expires."""
    ends = list(_endings(run, decision))
    if not ends:
        return None
    first = min(ends, key=lambda one: one.until)
    ids = dict.fromkeys(one.id for one in ends if (one.until, one.what) == (first.until, first.what))
    return voice.say("ending", first.what, {"until": voice.day(first.until)}), tuple(ids)


def _endings(run: Run, decision: Decision) -> Iterable[Expiry]:
    for id in decision.results:
        answer = run.people.attestation(id)
        if answer is not None and answer.approved:
            yield Expiry(answer.valid_until, "attestation", id)
        if id in decision.waived:
            yield from (Expiry(waiver.expires, "waiver", id) for waiver in run.people.accepting(id))
    for result in decision.results.values():
        yield from (
            Expiry(until, "drill", result.id) for finding in result.findings if (until := _counts_until(finding))
        )


def _counts_until(finding: Finding) -> datetime | None:
    """Return until when a drill taken over from an earlier audit counts, or None for any other finding."""
    try:
        until = datetime.fromisoformat(str(finding.values.get("until"))) if finding.name == EARLIER else None
    except ValueError:
        return None
    return until if until and until.tzinfo else None
