"""Compare what a fault was expected to change with what it changed. Pure."""

from collections.abc import Iterable, Mapping

import msgspec

from gate.contract import Contract, Kind
from gate.outcome import Outcome
from reports.pages.proofs import FOLLOWS
from testing.faults.fault import Fault

Outcomes = Mapping[str, str]


class Proof(msgspec.Struct, frozen=True, omit_defaults=True):
    """One row of proof.json. `french` is the name of the fault in French.

    `collateral` names everything else that changed; `why` says what was not as expected. `apart` says what was not as
    expected while the fault shared an audit; it was then proven alone.
    """

    criterion: str
    fault: str
    expected: str
    observed: str
    collateral: tuple[str, ...]
    ok: bool
    why: str = ""
    apart: str = ""
    french: str = ""


def drills_of(faults: Iterable[Fault], contract: Contract) -> set[str]:
    """Return the drills that must be run to observe these faults."""
    return {fault.criterion for fault in faults if contract[fault.criterion].kind is Kind.DRILL}


def announced(fault: Fault) -> set[str]:
    """Return the criteria that the fault is expected to change."""
    return {fault.criterion, *fault.also}


def touched(fault: Fault, proof: Proof) -> set[str]:
    """Return the criteria that changed, or were expected to."""
    return announced(fault) | {*proof.collateral}


def shows_in_all(fault: Fault, contract: Contract) -> bool:
    """Return whether the fault changes criteria that are derived from all others."""
    return any(contract[id].kind in FOLLOWS for id in announced(fault))


def owes(fault: Fault, proof: Proof, contract: Contract) -> set[str]:
    """Return the criteria that must be as before after the revert.

    Derived criteria are included only if the fault is about them.
    """
    everything = shows_in_all(fault, contract)
    return {
        id for id in touched(fault, proof) if everything or id in announced(fault) or contract[id].kind not in FOLLOWS
    }


def verdict(fault: Fault, sound: Outcomes, seen: Outcomes, contract: Contract, beside: Iterable[Fault] = ()) -> Proof:
    """Return the proof of a fault from the outcomes before and with it.

    Changes that the faults `beside` it announce are not counted.
    """
    others = {fault.criterion}.union(*(announced(one) for one in beside))
    observed = seen.get(fault.criterion, "unknown")
    changed = [id for id in contract if id not in others and seen.get(id) != sound.get(id)]
    faults = [f"{fault.criterion} was {observed}"] if observed != fault.expected else []
    faults += [
        f"{id} became {seen.get(id)}"
        for id in changed
        if contract[id].kind not in FOLLOWS
        and fault.also.get(id) != seen.get(id)
        and not (fault.spreads and seen.get(id, Outcome.UNKNOWN) == Outcome.UNKNOWN)
    ]
    faults += [f"{id} did not change with it" for id in fault.also if id not in changed]
    return Proof(
        fault.criterion,
        fault.name,
        fault.expected,
        observed,
        tuple(changed),
        not faults,
        "; ".join(faults),
        french=fault.french,
    )


def flipped_back(fault: Fault, proof: Proof, sound: Outcomes, after: Outcomes, contract: Contract) -> Proof:
    """Return the proof, with the criteria that stayed changed after the revert."""
    stayed = [
        f"{id} stayed {after.get(id)} after the revert"
        for id in contract
        if id in owes(fault, proof, contract) and after.get(id) != sound.get(id)
    ]
    why = "; ".join(filter(None, [proof.why, *stayed]))
    return msgspec.structs.replace(proof, ok=proof.ok and not stayed, why=why)
