"""The faults dealt to several servers, each proven on one of them at the same time as the others."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from threading import Event

from reports.model.contract import Contract, Kind
from testing.faults.fault import Fault
from testing.faults.proof import Proof
from testing.faults.turns import shows_in_all

Proving = Callable[[Path, Sequence[Fault], Contract], Iterator[Proof]]
DRILL, ALONE, SHARED = 8, 4, 1  # how long each takes, about: two audits with a drill, one of its own, its part of one


def prove_on(targets: Sequence[Path], faults: Sequence[Fault], contract: Contract, proving: Proving) -> Iterator[Proof]:
    """Proofs as they come. What `proving` raises on one server is raised here, once the others are done.

    Interrupted, each server takes back the fault it is at, and no further one is begun.
    """
    told: SimpleQueue[Proof | None] = SimpleQueue()
    over = Event()

    def work(target: Path, lot: Sequence[Fault]) -> None:
        try:
            for proof in proving(target, lot, contract):
                told.put(proof)
                if over.is_set():
                    break
        finally:
            told.put(None)

    with ThreadPoolExecutor(len(targets)) as pool:
        lots = dealt(faults, len(targets), contract)
        working = [pool.submit(work, target, lot) for target, lot in zip(targets, lots, strict=True)]
        try:
            for _ in working:
                yield from iter(told.get, None)
        finally:
            over.set()
        for one in working:
            one.result()


def dealt(faults: Sequence[Fault], hands: int, contract: Contract) -> list[list[Fault]]:
    """As many lots of about the same length. The faults of one drill stay together: they share what a sound server shows."""
    lots, weights = [list[Fault]() for _ in range(hands)], [0] * hands
    drills = {fault.criterion for fault in faults if contract[fault.criterion].kind is Kind.DRILL}
    groups = [[fault for fault in faults if fault.criterion == id] for id in sorted(drills)]
    groups += [[fault] for fault in faults if fault.criterion not in drills]
    for group in sorted(groups, key=lambda group: -_cost(group, contract)):
        lightest = weights.index(min(weights))
        lots[lightest] += group
        weights[lightest] += _cost(group, contract)
    return lots


def _cost(group: Sequence[Fault], contract: Contract) -> int:
    def of(fault: Fault) -> int:
        if contract[fault.criterion].kind is Kind.DRILL:
            return DRILL
        return ALONE if fault.spreads or shows_in_all(fault, contract) else SHARED

    return sum(map(of, group))
