"""Clusters of a scheduler and workers on this machine, in forked processes that a test may kill.

Their audits are scripted by the name of the server: `hangs-…` goes on until it is stopped or late, `refuses-…` gives no
decision, `dies-…` ends its worker, and every other is GO.
"""

import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from multiprocessing import get_context
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from tempfile import TemporaryDirectory

from fleet.dask import held
from fleet.dask.certificates import make_certificates
from fleet.dask.serve import run_scheduler, run_worker
from fleet.inventory.fleet_toml import load_fleet
from fleet.rows import Heard
from fleet.running.audit import RoundOptions, audit_fleet
from fleet.running.order import Order
from testing.fleets import judged, recording

WAIT = 60.0  # seconds for a service to say that it is there


class Threads:
    """Slots that are threads: a scripted audit needs no process."""

    def __init__(self, size: int) -> None:
        self.size = size

    def make(self) -> Executor:
        return ThreadPoolExecutor(self.size)

    def close(self) -> None:
        """Threads end with their process."""


def scripted(order: Order) -> Heard:
    """Audit a server by its name."""
    began = time.monotonic()
    if order.name.startswith("refuses"):
        return Heard(missing="failed", detail="connection refused")
    if order.name.startswith("dies"):
        os.kill(os.getpid(), signal.SIGKILL)
    while order.name.startswith("hangs") or time.monotonic() - began < 0.1:
        if Path(order.stop).exists():
            return Heard(missing="interrupted")
        if order.name.startswith("hangs") and time.monotonic() - began > order.seconds:
            return Heard(missing="late")
        time.sleep(0.02)
    return Heard(judged())


class Cluster:
    """A scheduler and its workers, by name. `address` is that of the scheduler."""

    def __init__(self, folder: Path, scheme: str = "tls") -> None:
        self.folder, self.certificates = folder, folder / "certificates"
        self.address = f"{scheme}://127.0.0.1:0"
        self.processes: dict[str, ForkServerProcess] = {}
        make_certificates(self.certificates, 1)

    def scheduler(self) -> None:
        """Start the scheduler at any port."""
        said = self._start("scheduler", run_scheduler, self.address, self.certificates)
        self.address = said.removeprefix("scheduler at ")

    def worker(self, name: str, file: Path, slots: int = 8) -> None:
        """Start a worker with this inventory."""
        self._start(name, _worker, self.address, self.certificates, file, name, slots)

    def kill(self, name: str) -> None:
        """Kill a process with SIGKILL."""
        process = self.processes.pop(name)
        process.kill()
        process.join()

    def close(self) -> None:
        """Kill the scheduler and the workers that still run, and wait until they have ended."""
        for name in list(self.processes):
            self.kill(name)

    def _start(self, name: str, serve: Callable[..., None], *words: object) -> str:
        said = self.folder / f"{name}.said"
        said.unlink(missing_ok=True)
        self.processes[name] = process = context().Process(target=_served, args=(serve, words, said), daemon=True)
        process.start()
        until = time.monotonic() + WAIT
        while not (said.exists() and said.read_text()):
            assert process.is_alive(), f"{name} has ended"
            assert time.monotonic() < until, f"{name} says nothing"
            time.sleep(0.02)
        return said.read_text()


def _served(serve: Callable[..., None], words: tuple[object, ...], said: Path) -> None:
    serve(*words, lambda line: _said(said, line))


def _worker(address: str, certificates: Path, file: Path, name: str, slots: int, tell: Callable[[str], None]) -> None:
    vars(held)["Pool"] = Threads  # in this process alone
    run_worker(address, certificates, file, name, slots, 0, tell, scripted)


def conducted(address: str, certificates: Path, file: Path, folder: Path) -> None:
    """Hold a round, whose last line is in the file `told` beside its reports."""
    options = RoundOptions(reports=folder, at_once=0, scheduler=address, certificates=certificates)
    audit_fleet(load_fleet(file), options, lambda line: _said(folder.parent / "told", line))


def _said(file: Path, line: str) -> None:
    file.write_text(line)


@cache
def context() -> ForkServerContext:
    """Return the context of processes that have everything loaded."""
    found = get_context("forkserver")
    found.set_forkserver_preload(["distributed", "testing.fleet_clusters"])
    return found


@contextmanager
def cluster(scheme: str = "tls") -> Iterator[Cluster]:
    """Run a cluster without workers, and kill all of it in the end."""
    with TemporaryDirectory() as folder:
        made = Cluster(Path(folder), scheme)
        try:
            made.scheduler()
            yield made
        finally:
            made.close()


def inventory(folder: Path, *names: str, minutes: float = 1) -> Path:
    """Write an inventory of servers with these names. Their recordings have no answers."""
    folder.mkdir()
    for name in names:
        (folder / f"{name}.json").write_text(recording())
    file = folder / "fleet.toml"
    file.write_text(f'[fleet]\nname = "edge"\nservers = ["replay:*.json"]\nminutes = {minutes}\n')
    return file
