"""Shows the fault proofs, criterion by criterion."""

from collections.abc import Iterable, Sequence

import msgspec

from gate.contract import Contract
from gate.outcome import Outcome
from gate.remembered import remembered
from reports.pages.proofs import FOLLOWS, Proof
from reports.text.words import Voice, shown


class Try(msgspec.Struct, frozen=True):
    """One fault or one sound variant, and the language of its name.

    `also` holds other criteria whose outcome changed, without those that follow from others.
    """

    fault: str
    language: str
    expected: str
    observed: str
    also: tuple[str, ...]
    ok: bool


class Proven(msgspec.Struct, frozen=True):
    """The proofs of one criterion; `summary` counts them."""

    id: str
    title: str
    summary: str
    ok: bool
    tries: tuple[Try, ...]


def proven(contract: Contract, proofs: Sequence[Proof], voice: Voice) -> tuple[Proven, ...]:
    """Return the proofs by criterion in the order of the contract. Criteria that the contract lacks come last."""
    return _by_criterion(contract, proofs, voice.language)


@remembered(4)  # two pages show them
def _by_criterion(contract: Contract, proofs: Sequence[Proof], language: str) -> tuple[Proven, ...]:
    voice = Voice(language)
    rows: dict[str, list[Proof]] = {id: [] for id in contract}
    for proof in proofs:
        rows.setdefault(proof.criterion, []).append(proof)
    return tuple(_proven(id, contract, row, voice) for id, row in rows.items() if row)


def _proven(id: str, contract: Contract, proofs: Sequence[Proof], voice: Voice) -> Proven:
    sound = [proof for proof in proofs if proof.expected == Outcome.PASS]
    faults = [proof for proof in proofs if proof.expected != Outcome.PASS]
    counts = [
        voice.word(name, ok=sum(proof.ok for proof in row), all=len(row))
        for name, row in (("faults-noticed", faults), ("variants-sound", sound))
        if row
    ]
    title = voice.title(contract[id]) if id in contract else ""
    return Proven(
        shown(id),
        title,
        voice.semicolon.join(counts),
        all(proof.ok for proof in proofs),
        tuple(_tries(contract, proofs, voice)),
    )


def _tries(contract: Contract, proofs: Sequence[Proof], voice: Voice) -> Iterable[Try]:
    for proof in proofs:
        also = [id for id in proof.collateral if id not in contract or contract[id].kind not in FOLLOWS]
        name, language = proof.named(voice.language)
        yield Try(
            shown(name),
            language,
            outcome_word(voice, proof.expected),
            outcome_word(voice, proof.observed),
            tuple(map(shown, also)),
            proof.ok,
        )


def outcome_word(voice: Voice, outcome: str) -> str:
    """Return the word of an outcome that was read from a file, or the text itself if it is not an outcome."""
    return voice.say("outcome", outcome) if voice.knows("outcome", outcome) else shown(outcome)
