"""A cluster of Dask as the executor of a round: it knows its workers, and gives each server one result or none."""

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import BrokenExecutor, Executor, Future
from pathlib import Path
from typing import Any

import msgspec

from fleet.dask.connecting import connected
from fleet.dask.engine import engine
from fleet.dask.identity import digest, identity_of
from fleet.dask.remote import STARTED, Described, describe, perform
from fleet.dask.serve import secured
from fleet.dask.task import Task, Told, unpack
from fleet.inventory.inventory import Fleet, FleetError
from fleet.rows import Heard
from fleet.running.conductor import LostError
from fleet.running.order import Order
from reports.text.words import shown

LOOK = 1.0  # seconds between two looks at what is under way
WORKERS = 5.0  # seconds between two looks at the workers
PATIENCE = 60.0  # seconds for which a round goes on without a worker
FIRST = 20.0  # seconds to wait for the first worker
READING = 120.0  # seconds for which workers may read their inventory
GRACE = 60.0  # seconds after its deadline for which a worker may still answer
FETCHING = 10.0  # seconds for a result to come from its worker; one that died with it is no reason to wait
LEFT_OUT = "not drill"  # a word of an order
Tell = Callable[[str], None]


class NotHereError(Exception):
    """The result of a task has not come: it is to be waited for again."""


class Sent(msgspec.Struct):
    """An order that was sent, the future of Dask, and when a worker last began with it."""

    order: Order
    remote: Any
    begun: float | None = None


class Cluster(Executor):
    """The workers of a scheduler that have this inventory and this version of the tool; no other is sent anything.

    It is the engine of a round: `make` returns it once, and raises LostError when it is broken.
    """

    def __init__(self, address: str, certificates: Path, fleet: Fleet, language: str, tell: Tell) -> None:
        self.address, self.language, self.tell = address, language, tell
        self.servers = {server.name: server for server in fleet.servers}
        self.identity = identity_of(fleet)
        self.sent: dict[Future[Heard], Sent] = {}
        self.lock, self.ended, self.lost, self.given = threading.RLock(), threading.Event(), "", False
        self.refused: dict[str, str] = {}
        self.client = connected(address, secured(address, certificates, "client"))
        try:
            self.slots = self._first_workers()
        except BaseException:
            self.close()
            raise
        self.client.subscribe_topic(STARTED, self._began)
        threading.Thread(target=self._watch, daemon=True).start()

    def make(self) -> Executor:
        """Return this executor. Raises LostError if it was returned before: a scheduler that is gone has no second."""
        if self.given:
            raise LostError(self.lost or f"{self.address}: the scheduler is gone")
        self.given = True
        return self

    def close(self) -> None:
        """Let go of the cluster; the workers end what they still do for this round."""
        self.ended.set()
        self.client.close(timeout=5)

    def submit(self, act: Callable[..., Any], /, *words: Any, **named: Any) -> "Future[Any]":
        """Send an order by the name of its server. What a worker does with it is its own `act`, whichever is given here."""
        del act, named
        future: Future[Any] = Future()
        with self.lock:
            if self.lost:
                raise BrokenExecutor(self.lost)
            self._send(words[0], future)
        return future

    def _send(self, order: Order, future: "Future[Heard]") -> None:
        task = Task(
            server=order.name,
            digest=digest(self.servers[order.name]),
            identity=self.identity,
            language=self.language,
            drills=LEFT_OUT not in order.words,
            seconds=order.seconds,
        )
        try:
            remote = self.client.submit(
                perform, msgspec.msgpack.encode(task), pure=False, resources={self.identity.resource: 1}
            )
        except Exception as error:
            self._break(f"{self.address}: the scheduler is gone")
            raise BrokenExecutor(self.lost) from error
        self.sent[future] = Sent(order, remote)
        self._await(remote, future)

    def _await(self, remote: Any, future: "Future[Heard]") -> None:
        """Take the result of a task when there is one. Dask calls back in one thread for all: nothing may wait there."""
        remote.add_done_callback(lambda _remote: self._arrived(future))

    def _arrived(self, future: "Future[Heard]") -> None:
        """Take what became of a task. One that was given up meanwhile has its result already."""
        sent = self.sent.get(future)
        if sent is None:
            return
        try:
            heard = self._heard(sent)
        except NotHereError:
            if future in self.sent:
                self._await(sent.remote, future)
        except BrokenExecutor as error:
            self._break(str(error))
        except Exception as error:  # noqa: BLE001 — whatever a worker raises is about this server alone
            self._settle(future, error)
        else:
            self._settle(future, heard)

    def _heard(self, sent: Sent) -> Heard:
        status = sent.remote.status
        if status == "error":
            error = sent.remote.exception(timeout=FETCHING)
            if isinstance(error, engine().scheduler.KilledWorker):
                return Heard(missing="died")
            raise error
        try:
            data = sent.remote.result(timeout=FETCHING)
        except TimeoutError as error:  # its worker died with the result: another audits the server again
            raise NotHereError from error
        except BaseException as error:
            raise BrokenExecutor(f"{self.address}: the scheduler is gone") from error
        told = msgspec.msgpack.decode(data, type=Told)
        if told.heard is None:
            why = f"worker {told.worker}: refused: {told.refused}"
            self.tell(shown(why))
            return Heard(missing="failed", detail=shown(why))
        unpack(told.reports, Path(sent.order.reports))
        return told.heard

    def _settle(self, future: "Future[Heard]", what: Heard | BaseException) -> None:
        with self.lock:
            sent = self.sent.pop(future, None)
        if sent is None:
            return
        sent.remote.release()
        if isinstance(what, BaseException):
            future.set_exception(what)
        else:
            future.set_result(what)

    def _break(self, why: str) -> None:
        with self.lock:
            self.lost = self.lost or why
            left = list(self.sent)
        for future in left:
            self._settle(future, BrokenExecutor(self.lost))

    def _began(self, event: Any) -> None:
        name = event[1] if isinstance(event, tuple | list) else event
        with self.lock:
            for sent in self.sent.values():
                if sent.order.name == name:
                    sent.begun = time.monotonic()

    def _watch(self) -> None:
        """Give up what nobody answers: audits after their deadline, a round that is stopped, one without workers."""
        looked = alone = time.monotonic()
        while not self.ended.wait(LOOK):
            now = time.monotonic()
            for future, sent in list(self.sent.items()):
                if Path(sent.order.stop).exists():
                    self._settle(future, Heard(missing="interrupted"))
                elif sent.begun is not None and now > sent.begun + sent.order.seconds + GRACE:
                    self._settle(future, Heard(missing="late"))
            if now - looked >= WORKERS:
                looked = now
                alone = now if self._any_worker() else alone
                if now - alone > PATIENCE:
                    self._break(f"{self.address}: no worker is left")

    def _any_worker(self) -> bool:
        """Return whether a worker is left that may be sent something, and name those that joined and may not."""
        found = self._workers()
        for address, row in found.items():
            if self.identity.resource not in row["resources"] and address not in self.refused:
                self._refuse(address, str(row["name"]), "it has another inventory, or runs another version")
        return any(row["resources"].get(self.identity.resource) for row in found.values())

    def _workers(self) -> Mapping[str, Any]:
        try:
            return dict(self.client.scheduler_info(n_workers=-1)["workers"])
        except Exception:  # noqa: BLE001 — without an answer there is none; the futures say whether the scheduler is gone
            return {}

    def _first_workers(self) -> int:
        """Return how many audits the workers run at once. Raises FleetError if there is none that may be sent anything."""
        until = time.monotonic() + FIRST
        while not (slots := self._described()) and not self.refused and time.monotonic() < until:
            time.sleep(LOOK)
        if slots:
            return slots
        if self.refused:
            raise FleetError(f"{self.address}: all {len(self.refused)} workers are refused, for the reasons above")
        raise FleetError(f"{self.address}: there is no worker; start one: python -m fleet worker {self.address}")

    def _described(self) -> int:
        """Ask every worker what it is, and refuse by name those that are not as this machine."""
        slots = 0
        names = {address: str(row["name"]) for address, row in self._workers().items()}
        for address, answer in self._answers().items():
            name = names.get(address, address)
            if not isinstance(answer, bytes):
                self._refuse(address, name, f"it runs another version, or its inventory is wrong: {answer}")
                continue
            found = msgspec.msgpack.decode(answer, type=Described)
            if why := self.identity.differs(found.identity):
                self._refuse(address, found.name, why)
            else:
                slots += found.slots
        return slots

    def _answers(self) -> Mapping[str, Any]:
        """Have every worker read its inventory. Raises FleetError if one does not answer, such as one on a folder that hangs."""
        try:
            found = self.client.sync(self.client._run, describe, on_error="return", callback_timeout=READING)
        except (OSError, TimeoutError) as error:
            raise FleetError(f"{self.address}: not every worker answers; restart the one that hangs") from error
        return dict(found)

    def _refuse(self, address: str, name: str, why: str) -> None:
        self.refused[address] = shown(f"worker {name}: refused: {why}")
        self.tell(self.refused[address])
