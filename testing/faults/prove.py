"""Inject a fault, audit, take it back: it flips exactly what it names, and flips it back.

That it flipped back is seen by the next audit, whose fault touches other criteria; where none does, by an audit of its own.
"""

import contextlib
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import msgspec

from reports.model.contract import Contract, Kind
from reports.model.outcome import Outcome
from testing.faults.fault import Fault, Where
from testing.faults.observe import outcomes
from testing.faults.server import Server

Outcomes = Mapping[str, str]

FOLLOWS = (Kind.DERIVED, Kind.WINDOW)  # whatever is done to a server shows in the score and opens its window anew


class Proof(msgspec.Struct, frozen=True, omit_defaults=True):
    """One row of proof.json. `collateral` names everything else that changed; `why` says what was not as expected."""

    criterion: str
    fault: str
    expected: str
    observed: str
    collateral: tuple[str, ...]
    ok: bool
    why: str = ""


class Prover:
    """Faults one after the other on one server. What was injected last may still have to show that it is gone."""

    def __init__(self, server: Server, folder: Path, contract: Contract) -> None:
        self.server, self.folder, self.contract = server, folder, contract
        self.sound = cache(lambda drill: outcomes(folder, drill))
        self._owing: tuple[Fault, Proof] | None = None

    def drill(self, fault: Fault) -> str:
        """The drill a fault needs to be seen by, or none."""
        return fault.criterion if self.contract[fault.criterion].kind is Kind.DRILL else ""

    def prove(self, faults: Sequence[Fault]) -> Iterator[Proof]:
        """A proof for each, in the order in which they are settled. What a sound server shows is seen first."""
        for drill in sorted({self.drill(fault) for fault in faults} | {""}):
            self.sound(drill)
        order = self.in_turn(faults)
        for fault, following in zip(order, [*order[1:], None], strict=True):
            yield from self._one(fault, following)

    def in_turn(self, faults: Sequence[Fault]) -> list[Fault]:
        """First those an audit without drills sees, neighbours touching different criteria wherever that can be had."""
        left = [fault for fault in faults if fault.where is Where.HOST and not self.drill(fault)]
        others = [fault for fault in faults if fault not in left]
        order, last = list[Fault](), set[str]()
        while left:
            order.append(next((fault for fault in left if not last & announced(fault)), left[0]))
            left.remove(order[-1])
            last = announced(order[-1])
        return [*order, *others]

    def _one(self, fault: Fault, following: Fault | None) -> Iterator[Proof]:
        drill, owing = self.drill(fault), self._owing
        sound = dict(self.sound(drill))
        self._owing = None
        try:
            seen = self._seen(fault, drill)
        except (RuntimeError, OSError, subprocess.SubprocessError) as error:
            if owing:
                yield self._flipped_back(*owing, outcomes(self.folder))
            yield Proof(fault.criterion, fault.name, fault.expected, "-", (), ok=False, why=str(error))
            return
        if owing:
            yield self._flipped_back(*owing, seen)
            sound |= {id: seen.get(id, "unknown") for id in touched(*owing)}  # told once, of the fault that left it
        proof = verdict(fault, sound, seen, self.contract)
        if fault.where is Where.TARGET:
            yield proof
        elif drill or following is None or not self.shows(following, fault, proof):
            yield self._flipped_back(fault, proof, outcomes(self.folder, drill))
        else:
            self._owing = (fault, proof)

    def shows(self, following: Fault, fault: Fault, proof: Proof) -> bool:
        """Whether the next fault's audit sees all of this one's criteria as they should be."""
        same = self.drill(following) == self.drill(fault) and following.where is Where.HOST
        alone = any(self.contract[id].kind in FOLLOWS for id in announced(fault))  # any other fault changes it too
        return same and not alone and not following.spreads and not touched(fault, proof) & announced(following)

    def _flipped_back(self, fault: Fault, proof: Proof, after: Outcomes) -> Proof:
        sound = self.sound(self.drill(fault))
        live = [id for id in self.contract if id in touched(fault, proof)
                and (id in announced(fault) or self.contract[id].kind not in FOLLOWS)]
        stayed = [f"{id} stayed {after.get(id)} after the revert" for id in live if after.get(id) != sound.get(id)]
        why = "; ".join(filter(None, [proof.why, *stayed]))
        return msgspec.structs.replace(proof, ok=proof.ok and not stayed, why=why)

    def _seen(self, fault: Fault, drill: str) -> Outcomes:
        if fault.where is Where.TARGET:
            return outcomes(self.folder, drill, fault.inject)
        try:
            self.server.keep_dates()
            self.server.run(fault.inject)
            self.server.until(fault.until)
            seen = outcomes(self.folder, drill)
        except BaseException:
            with contextlib.suppress(RuntimeError):  # what went wrong first is what is told
                self._taken_back(fault)
            raise
        self._taken_back(fault)
        self.server.until(fault.settled)
        return seen

    def _taken_back(self, fault: Fault) -> None:
        self.server.run(fault.revert)
        self.server.redate()


def proven(target: Path, faults: Sequence[Fault], contract: Contract) -> Iterator[Proof]:
    """Each fault on the one server of that target, which shows that it is gone again."""
    server = Server(target)
    try:
        yield from Prover(server, target, contract).prove(faults)
    finally:
        server.close()


def announced(fault: Fault) -> set[str]:
    """Criteria it is to change."""
    return {fault.criterion, *fault.also}


def touched(fault: Fault, proof: Proof) -> set[str]:
    """Criteria that changed, or were announced to."""
    return announced(fault) | {*proof.collateral}


def verdict(fault: Fault, sound: Outcomes, seen: Outcomes, contract: Contract) -> Proof:
    """Compare what was seen with what the fault announces."""
    observed = seen.get(fault.criterion, "unknown")
    changed = [id for id in contract if id != fault.criterion and seen.get(id) != sound.get(id)]
    faults = [f"{fault.criterion} was {observed}"] if observed != fault.expected else []
    faults += [f"{id} became {seen.get(id)}" for id in changed
               if contract[id].kind not in FOLLOWS and fault.also.get(id) != seen.get(id)
               and not (fault.spreads and seen.get(id, Outcome.UNKNOWN) == Outcome.UNKNOWN)]
    faults += [f"{id} did not change with it" for id in fault.also if id not in changed]
    return Proof(fault.criterion, fault.name, fault.expected, observed, tuple(changed), not faults, "; ".join(faults))
