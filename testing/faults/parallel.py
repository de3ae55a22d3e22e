"""Distribute lots of work over several servers: the one that is free takes the next lot."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from threading import Event
from typing import TypeVar

from testing.faults.proof import Proof

Lot = TypeVar("Lot")
Proving = Callable[[Path, Iterator[Lot]], Iterator[Proof]]


def prove_on(targets: Sequence[Path], lots: Sequence[Lot], proving: Proving[Lot]) -> Iterator[Proof]:
    """Yield proofs as they are made.

    An exception of `proving` on one server is raised here after the other servers are done. After an interrupt, each
    server reverts its present fault and takes no further lot.
    """
    finished: SimpleQueue[Proof | None] = SimpleQueue()
    left, over = iter(lots), Event()  # all servers share one iterator, so each lot is proven once

    def work(target: Path) -> None:
        try:
            for proof in proving(target, left):
                finished.put(proof)
                if over.is_set():
                    break
        finally:
            finished.put(None)

    with ThreadPoolExecutor(len(targets)) as pool:
        working = [pool.submit(work, target) for target in targets]
        try:
            for _ in working:
                yield from iter(finished.get, None)
        finally:
            over.set()
        for one in working:
            one.result()
