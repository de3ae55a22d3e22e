"""What a fault was to change against what it changed. Pure."""

from collections.abc import Iterable, Mapping

import msgspec

from gate.contract import Contract, Kind
from gate.outcome import Outcome
from reports.pages.proofs import FOLLOWS
from testing.faults.fault import Fault

Outcomes = Mapping[str, str]


class Proof(msgspec.Struct, frozen=True, omit_defaults=True):
    """One row of proof.json. `collateral` names everything else that changed; `why` says what was not as expected.

    `apart` says what was not when it shared an audit; it was then proven alone.
    """

    criterion: str
    fault: str
    expected: str
    observed: str
    collateral: tuple[str, ...]
    ok: bool
    why: str = ""
    apart: str = ""


def drills_of(faults: Iterable[Fault], contract: Contract) -> set[str]:
    """The drills that have to be held for these to be seen."""
    return {fault.criterion for fault in faults if contract[fault.criterion].kind is Kind.DRILL}


def announced(fault: Fault) -> set[str]:
    """Criteria it is to change."""
    return {fault.criterion, *fault.also}


def touched(fault: Fault, proof: Proof) -> set[str]:
    """Criteria that changed, or were announced to."""
    return announced(fault) | {*proof.collateral}


def shows_in_all(fault: Fault, contract: Contract) -> bool:
    """It changes what every other fault changes too."""
    return any(contract[id].kind in FOLLOWS for id in announced(fault))


def owes(fault: Fault, proof: Proof, contract: Contract) -> set[str]:
    """Criteria that are as before once it is gone; what follows from any fault only where it is about that."""
    everything = shows_in_all(fault, contract)
    return {
        id for id in touched(fault, proof) if everything or id in announced(fault) or contract[id].kind not in FOLLOWS
    }


def verdict(fault: Fault, sound: Outcomes, seen: Outcomes, contract: Contract, beside: Iterable[Fault] = ()) -> Proof:
    """Compare what was seen with what the fault announces; what faults beside it announce is theirs."""
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
    return Proof(fault.criterion, fault.name, fault.expected, observed, tuple(changed), not faults, "; ".join(faults))


def flipped_back(fault: Fault, proof: Proof, sound: Outcomes, after: Outcomes, contract: Contract) -> Proof:
    """The proof, with what stayed as the fault had made it."""
    stayed = [
        f"{id} stayed {after.get(id)} after the revert"
        for id in contract
        if id in owes(fault, proof, contract) and after.get(id) != sound.get(id)
    ]
    why = "; ".join(filter(None, [proof.why, *stayed]))
    return msgspec.structs.replace(proof, ok=proof.ok and not stayed, why=why)
