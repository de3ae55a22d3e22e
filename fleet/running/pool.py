"""The workers of one machine: a pool of processes forked from one that has loaded everything an audit needs."""

import os
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor
from functools import cache
from multiprocessing import active_children, get_context
from multiprocessing.context import ForkServerContext
from pathlib import Path
from runpy import run_path

from fleet.running import worker

ROOT = Path(__file__).parents[2]
PER_CORE, MOST = 4, 32
WARM = "fleet.running.warm"


def at_once() -> int:
    """Return how many audits are in flight unless the command line says it: most of the time they wait for a server."""
    return min(MOST, PER_CORE * (os.cpu_count() or 1))


class Pool:
    """Makes executors of at most `size` workers, and ends every process of them when it is closed."""

    def __init__(self, size: int, prepare: Callable[[], None] = worker.prepared) -> None:
        self.size, self.prepare, self.before = size, prepare, set(active_children())
        self.made: list[Executor] = []

    def make(self) -> Executor:
        """Return a new executor, for the first audits or in place of one that is broken."""
        self.made.append(ProcessPoolExecutor(self.size, mp_context=_loaded(), initializer=self.prepare))
        return self.made[-1]

    def close(self) -> None:
        """End the workers, whatever they do."""
        for executor in self.made:
            executor.shutdown(wait=False, cancel_futures=True)
        for process in set(active_children()) - self.before:
            process.kill()
            process.join()


@cache
def _loaded() -> ForkServerContext:
    context = get_context("forkserver")
    context.set_forkserver_preload([worker.__name__, *run_path(str(ROOT / "conftest.py"))["PLUGINS"], WARM])
    return context
