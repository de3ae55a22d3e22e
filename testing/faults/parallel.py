"""Lots of work done on several servers at the same time: whichever is free takes the next."""

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
    """Proofs as they come. What `proving` raises on one server is raised here, once the others are done.

    Interrupted, each server takes back the fault it is at, and no further one is begun.
    """
    told: SimpleQueue[Proof | None] = SimpleQueue()
    left, over = iter(lots), Event()  # each lot is handed out once, whoever asks

    def work(target: Path) -> None:
        try:
            for proof in proving(target, left):
                told.put(proof)
                if over.is_set():
                    break
        finally:
            told.put(None)

    with ThreadPoolExecutor(len(targets)) as pool:
        working = [pool.submit(work, target) for target in targets]
        try:
            for _ in working:
                yield from iter(told.get, None)
        finally:
            over.set()
        for one in working:
            one.result()
