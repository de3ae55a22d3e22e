"""What a worker does with a task: it audits the server of that name in its own inventory, in a process of its own."""

import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future
from pathlib import Path
from queue import SimpleQueue

import msgspec

from fleet.dask.identity import Identity, digest, identity_of
from fleet.dask.task import Task, Told, packed
from fleet.inventory.fleet_toml import load_fleet
from fleet.inventory.inventory import Fleet, Server
from fleet.rows import Heard
from fleet.running.order import Order
from fleet.running.pool import Pool
from fleet.running.worker import STEP, audit_server

Act = Callable[[Order], Heard]


class Held(msgspec.Struct):
    """The inventory of a worker, and what it is: they are read anew whenever a round begins."""

    fleet: Fleet
    identity: Identity


class Worker:
    """Audits servers of the inventory `file`, as many at once as there are slots, under the name `name`.

    Each slot has an executor of its own, so that a process that dies takes no audit of another slot with it.
    """

    def __init__(self, file: Path, name: str, slots: int, act: Act = audit_server) -> None:
        self.file, self.name, self.act, self.pool = file, name, act, Pool(1)
        self.free: SimpleQueue[Executor] = SimpleQueue()
        for _slot in range(slots):
            self.free.put(self.pool.make())
        self.lock = threading.Lock()
        self.held = self.read()

    def read(self) -> Held:
        """Read the inventory. Raises FleetError, ContractError or OSError if it cannot be used."""
        executor = self.free.get()
        try:
            with self.lock:
                self.held = executor.submit(_read, self.file).result()
            return self.held
        finally:
            self.free.put(executor)

    def perform(self, task: Task, stopped: Callable[[], bool]) -> Told:
        """Audit the server that the task names, until `stopped`. Raises whatever the audit raises."""
        held = self.held
        if why := task.identity.differs(held.identity):
            return Told(worker=self.name, refused=why)
        server = next((server for server in held.fleet.servers if server.name == task.server), None)
        if server is None:
            return Told(worker=self.name, refused=f"its inventory has no {task.server}")
        with tempfile.TemporaryDirectory() as folder:
            return self._audited(task, server, _order(task, server, Path(folder)), stopped)

    def _audited(self, task: Task, server: Server, order: Order, stopped: Callable[[], bool]) -> Told:
        executor = self.free.get()
        try:
            told = executor.submit(_audit, self.act, order, server, task.digest)
            return msgspec.structs.replace(_awaited(told, stopped, Path(order.stop)), worker=self.name)
        except BrokenExecutor:
            executor = self.pool.make()
            return Told(worker=self.name, heard=Heard(missing="died"))
        finally:
            self.free.put(executor)


def _order(task: Task, server: Server, folder: Path) -> Order:
    return Order(
        name=server.name,
        target=server.target,
        reports=str(folder / "reports"),
        settings="" if server.recorded else server.layers.variable(),
        words=(f"--lang={task.language}", *(() if task.drills else ("-m", "not drill"))),
        seconds=task.seconds,
        drills=task.drills,
        stop=str(folder / "stop"),
    )


def _awaited(told: "Future[Told]", stopped: Callable[[], bool], stop: Path) -> Told:
    while True:
        try:
            return told.result(timeout=STEP)
        except TimeoutError:
            if told.done():
                raise  # the audit itself raised it
            if stopped():
                stop.touch()


def _read(file: Path) -> Held:
    fleet = load_fleet(file)
    return Held(fleet, identity_of(fleet))


def _audit(act: Act, order: Order, server: Server, expected: str) -> Told:
    """Audit a server, unless its folder is not what it was when the round began."""
    if digest(server) != expected:
        return Told(worker="", refused=f"its folder of {server.name} is another: copy it there")
    heard = act(order)
    return Told(worker="", heard=heard, reports=packed(Path(order.reports)))
