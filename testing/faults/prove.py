"""Inject faults, audit, revert them: each must change exactly the criteria it names, and change them back.

Faults that do not affect each other share an audit; one that does not behave as announced is then proven alone. That
they changed back is observed by the next audit, whose faults affect other criteria, or else by an audit of its own.
"""

import contextlib
import subprocess
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

import msgspec

from gate.contract import Contract
from testing.faults.fault import Fault, Where
from testing.faults.observe import outcomes
from testing.faults.order import Lot, shows
from testing.faults.proof import Outcomes, Proof, drills_of, flipped_back, owes, shows_in_all, verdict
from testing.faults.server import Server
from testing.faults.sharing import Turn

FAILURES = (RuntimeError, OSError, subprocess.SubprocessError)


class Prover:
    """Proves faults on one server. The faults injected last may still have to be observed as gone."""

    def __init__(self, server: Server, folder: Path, contract: Contract, drills: Collection[str] = ()) -> None:
        """Prepare for these faults; `drills` are those that the faults may need."""
        self.server, self.folder, self.contract, self.drills = server, folder, contract, drills
        self._sound, self._drilled = dict[str, str](), dict[str, str]()
        self._owing: list[tuple[Fault, Proof]] = []

    def prove(self, lots: Iterable[Lot]) -> Iterator[Proof]:
        """Yield a proof for each fault, in the order in which they are complete. The sound server is audited first."""
        self._sound = outcomes(self.folder)
        if self.drills:
            self._drilled = outcomes(self.folder, self.drills)
        for lot in lots:
            for turn, following in zip(lot, [*lot[1:], ()], strict=True):
                yield from self._proven(turn, following)

    def sound(self, drills: Iterable[str]) -> Outcomes:
        """Return the outcomes of the server without a fault, with these drills."""
        return {**self._sound, **{drill: self._drilled[drill] for drill in drills}}

    def _proven(self, turn: Turn, following: Turn) -> Iterator[Proof]:
        owing, self._owing = self._owing, []
        owed = drills_of((fault for fault, _ in owing), self.contract)
        drills = owed | drills_of(turn, self.contract)
        try:
            seen = self._seen(turn, drills)
        except FAILURES as error:
            yield from self._flipped_back(owing, outcomes(self.folder, owed)) if owing else ()
            yield from self._alone(turn, [str(error)] * len(turn)) if len(turn) > 1 else [_not_done(turn[0], error)]
            return
        yield from self._flipped_back(owing, seen)
        stayed = {id for one in owing for id in owes(*one, self.contract)}  # reported once, for the fault that left it
        sound = {**self.sound(drills), **{id: seen.get(id, "unknown") for id in stayed}}
        pairs = [
            (fault, verdict(fault, sound, seen, self.contract, [one for one in turn if one is not fault]))
            for fault in turn
        ]
        if len(turn) > 1 and (wrong := [pair for pair in pairs if not pair[1].ok]):
            yield from self._settled([pair for pair in pairs if pair not in wrong], ())
            yield from self._alone([fault for fault, _ in wrong], [proof.why for _, proof in wrong])
        else:
            yield from self._settled(pairs, following)

    def _settled(self, pairs: list[tuple[Fault, Proof]], following: Turn) -> Iterator[Proof]:
        """Yield the proofs of faults in a copy; for those of the server, wait for the next audit or run one.

        The next audit is enough if it can show that the fault is gone.
        """
        yield from (proof for fault, proof in pairs if fault.where is Where.TARGET)
        back = [(fault, proof) for fault, proof in pairs if fault.where is Where.HOST]
        self._owing = [pair for pair in back if shows(following, pair[0], owes(*pair, self.contract), self.contract)]
        if now := [pair for pair in back if pair not in self._owing]:
            yield from self._flipped_back(now, self._looked_at(now))

    def _looked_at(self, pairs: list[tuple[Fault, Proof]]) -> Outcomes:
        """Return an audit of the criteria that must be as before, or of all if the faults affect all."""
        faults = [fault for fault, _ in pairs]
        all_of_it = any(shows_in_all(fault, self.contract) for fault in faults)
        only = set[str]() if all_of_it else set[str]().union(*(owes(*pair, self.contract) for pair in pairs))
        return outcomes(self.folder, drills_of(faults, self.contract), only=only)

    def _alone(self, turn: Sequence[Fault], apart: Sequence[str]) -> Iterator[Proof]:
        for fault, why in zip(turn, apart, strict=True):
            yield from (msgspec.structs.replace(proof, apart=why) for proof in self._proven((fault,), ()))

    def _flipped_back(self, pairs: Iterable[tuple[Fault, Proof]], after: Outcomes) -> Iterator[Proof]:
        for fault, proof in pairs:
            yield flipped_back(fault, proof, self.sound(drills_of([fault], self.contract)), after, self.contract)

    def _seen(self, turn: Turn, drills: Collection[str]) -> Outcomes:
        change = "\n".join(f"(\n{fault.inject}\n)" for fault in turn if fault.where is Where.TARGET) or "true"
        here = [fault for fault in turn if fault.where is Where.HOST]
        if not here:
            return outcomes(self.folder, drills, change)
        self.server.keep_dates()
        begun = list[Fault]()
        try:
            for fault in here:
                begun.insert(0, fault)
                self.server.run(fault.inject)
                self.server.until(fault.until)
            seen = outcomes(self.folder, drills, change)
        except BaseException:
            with contextlib.suppress(*FAILURES):  # the first error is the one that is raised
                self._taken_back(begun)
            raise
        self._taken_back(begun)
        for fault in begun:
            self.server.until(fault.settled)
        return seen

    def _taken_back(self, begun: Sequence[Fault]) -> None:
        """Revert each of the faults, even if others fail; then raise the first error."""
        steps: list[Callable[[], None]] = [
            *(partial(self.server.run, fault.revert) for fault in begun),
            self.server.redate,
        ]
        if wrong := list(filter(None, map(_tried, steps))):
            raise wrong[0]


def proven(target: Path, lots: Iterable[Lot], contract: Contract, drills: Collection[str]) -> Iterator[Proof]:
    """Yield the proofs of these lots, made on the server of that target."""
    server = Server(target)
    try:
        yield from Prover(server, target, contract, drills).prove(lots)
    finally:
        server.close()


def _tried(step: Callable[[], None]) -> BaseException | None:
    try:
        step()
    except FAILURES as error:
        return error
    return None


def _not_done(fault: Fault, error: BaseException) -> Proof:
    return Proof(fault.criterion, fault.name, fault.expected, "-", (), ok=False, why=str(error), french=fault.french)
