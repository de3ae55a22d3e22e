"""Selects the part of a history that counts for the audited server.

Evidence of another identity does not count. Evidence without an identity proves nothing, but the failures and changes
in it count, so that omitting the identity never improves a decision.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from gate.identity import Adoption, Identity, LeftOut
from gate.outcome import Outcome
from gate.past import Past

UNNAMED = "identity"  # the name in `unknown` that marks a sample without an identity
REPORTED = timedelta(days=30)  # older evidence that does not count is not reported


class History(msgspec.Struct, frozen=True):
    """One Past for each identity that was audited, and the statements that adopt evidence of other identities."""

    pasts: tuple[Past, ...] = ()
    adoptions: tuple[Adoption, ...] = ()

    @property
    def whole(self) -> Past:
        """All evidence, of every server."""
        return joined(self.pasts, Identity())

    @property
    def newest(self) -> Identity:
        """The identity of the newest sample that has one, or an unknown identity if none has."""
        named = [(past.samples[-1].at, past.identity) for past in self.pasts if past.samples and past.identity.known]
        return max(named, key=lambda row: row[0])[1] if named else Identity()

    def others(self, watched: Identity) -> tuple[Identity, ...]:
        """Return the identities that are not shown to be the server `watched`. Their evidence can be adopted."""
        return tuple(past.identity for past in self.pasts if not past.identity.same(watched))

    def of(self, watched: Identity, now: datetime) -> Past:
        """Return the evidence that counts for the server `watched`, or all evidence if nothing is known of that server."""
        if not watched.known:
            return self.whole
        mine = [self._part(past, watched, counted=True) for past in self.pasts]
        rest = [self._part(past, watched, counted=False) for past in self.pasts]
        unnamed = [past for past in rest if not past.identity.differing(watched)]
        counted = [past for past in mine if not past.identity.differing(watched)]
        adopted = [msgspec.structs.replace(past, configuration={}) for past in mine if past not in counted]
        return msgspec.structs.replace(
            joined([*counted, *adopted, *map(_blinded, unnamed)], watched),
            adopted=tuple(one for one in self.adoptions if any(_rests_on(past, one, watched) for past in mine)),
            left_out=_left_out([past.when(lambda at: now - at < REPORTED) for past in rest], watched),
        )

    def counts(self, evidence: Identity, at: datetime, watched: Identity) -> bool:
        """Return whether evidence of an identity and moment counts for the server `watched`, by itself or because it
        was adopted.
        """
        return evidence.same(watched) or any(one.covers(evidence, at, watched) for one in self.adoptions)

    def _part(self, past: Past, watched: Identity, *, counted: bool) -> Past:
        return past.when(lambda at: self.counts(past.identity, at, watched) is counted)


def joined(pasts: Sequence[Past], identity: Identity) -> Past:
    """Merge several Pasts into one, oldest first."""
    return Past(
        tuple(sorted((one for past in pasts for one in past.samples), key=lambda one: one.at)),
        tuple(sorted((one for past in pasts for one in past.events), key=lambda one: one.at)),
        tuple(sorted((one for past in pasts for one in past.works), key=lambda one: one.at)),
        tuple(sorted((one for past in pasts for one in past.drills), key=lambda one: one.at)),
        {path: found for past in pasts for path, found in past.configuration.items()},
        identity,
    )


def _blinded(past: Past) -> Past:
    """Return `past` with its failures and changes, but without anything that could prove stability or pass a drill."""
    blind = [
        msgspec.structs.replace(one, unknown=tuple(sorted({*one.unknown, UNNAMED})), readings={})
        for one in past.samples
    ]
    return msgspec.structs.replace(past, samples=tuple(blind), drills=())


def _rests_on(past: Past, adoption: Adoption, watched: Identity) -> bool:
    return any(adoption.covers(past.identity, at, watched) for at in past.moments)


def _left_out(rest: Sequence[Past], watched: Identity) -> LeftOut | None:
    other = [past for past in rest if past.identity.differing(watched)]
    unnamed = sum(_proofs(past) for past in rest if past not in other)
    samples, drills = sum(len(past.samples) for past in other), sum(len(past.drills) for past in other)
    if not samples + drills + unnamed:
        return None
    last = max(other, key=lambda past: past.moments[-1:], default=Past()).identity
    return LeftOut(samples, drills, unnamed, last, last.differing(watched))


def _proofs(past: Past) -> int:
    """Return the number of samples that saw everything and of drills that passed."""
    passed = [drill for drill in past.drills if drill.result.outcome is Outcome.PASS]
    return sum(not sample.unknown for sample in past.samples) + len(passed)
