"""Conducts a round: which audit starts when, what becomes of one that hangs or dies, and one result for each server."""

import math
import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait

import msgspec

from fleet.rows import Heard
from fleet.running.order import Order
from fleet.running.progress import Progress
from reports.text.words import shown

STEP = 0.5  # seconds after which the conductor looks up at the latest


class LostError(Exception):
    """There is no executor any more, and none can be made; the message is one line that says why."""


class Limits(msgspec.Struct, frozen=True):
    """How many audits are in flight at once, and how many of these run drills.

    A worker that says nothing `grace` seconds after the deadline of its audit is given up. Between the starts of two
    audits with drills lie `stagger` seconds.
    """

    at_once: int
    drills: int
    grace: float = 60
    stagger: float = 0


class Flight(msgspec.Struct, frozen=True):
    """An audit that is under way, the executor that has it, and when it is given up."""

    order: Order
    executor: int
    until: float


class Conductor:
    """Runs orders on an executor. `act` is called with each order, and `make` returns a new executor.

    A worker that dies costs its server one more attempt, alone, so that it cannot take others with it twice; an audit
    that changes its server has one attempt. After a result that `halts`, nothing further is started.
    """

    def __init__(
        self,
        make: Callable[[], Executor],
        act: Callable[[Order], Heard],
        limits: Limits,
        progress: Progress,
        stopped: Callable[[], bool] = lambda: False,
        clock: Callable[[], float] = time.monotonic,
        halts: Callable[[Heard], bool] = lambda _told: False,
    ) -> None:
        self.make, self.act, self.limits, self.progress = make, act, limits, progress
        self.stopped, self.halts, self.clock, self.step = stopped, halts, clock, STEP
        self.waiting: deque[Order] = deque()
        self.again: deque[Order] = deque()
        self.flying: dict[Future[Heard], Flight] = {}
        self.repeated: set[str] = set()
        self.results: dict[str, Heard] = {}
        self.executor, self.made = make(), 0
        self.drilled = -math.inf

    def run(self, orders: Iterable[Order]) -> dict[str, Heard]:
        """Return one result for each order. After a stop, those that did not end have none."""
        self.waiting.extend(orders)
        everything = list(self.waiting)
        try:
            self._run()
        except LostError as error:
            self._lose(everything, str(error))
        return self.results

    def _run(self) -> None:
        while (self.waiting or self.again or self.flying) and not self.stopped():
            self._launch()
            self._collect(self.step)
        if self.flying:  # stopped: the workers end what they do, and what has just ended still counts
            wait(self.flying, timeout=self.limits.grace)
            self._collect(0)

    def _lose(self, orders: Iterable[Order], why: str) -> None:
        """Keep what has ended, and note for all others that nothing is known of them."""
        for future, flight in self.flying.items():
            if future.done() and not future.cancelled() and not future.exception():
                self._end(flight.order, future.result())
        self.flying.clear()
        for order in orders:
            self._end(order, Heard(missing="lost", detail=shown(why)))

    def _launch(self) -> None:
        while self.waiting and len(self.flying) < self.limits.at_once and (order := self._next()):
            self._submit(order)
        if self.again and not self.flying and not self.waiting:
            self._submit(self.again.popleft())

    def _next(self) -> Order | None:
        """Take the next order that may start now: its turn has come, and not more than so many run drills at once."""
        turn = min(order.turn for order in (*(flight.order for flight in self.flying.values()), *self.waiting))
        drills = self._drill_may_start()
        free = next((order for order in self.waiting if order.turn == turn and (drills or not order.drills)), None)
        if free:
            self.waiting.remove(free)
            self.drilled = self.clock() if free.drills else self.drilled
        return free

    def _drill_may_start(self) -> bool:
        drilling = sum(flight.order.drills for flight in self.flying.values())
        return drilling < self.limits.drills and self.clock() - self.drilled >= self.limits.stagger

    def _submit(self, order: Order) -> None:
        try:
            future = self.executor.submit(self.act, order)
        except BrokenExecutor:
            self._renew(self.made)
            future = self.executor.submit(self.act, order)
        self.flying[future] = Flight(order, self.made, self.clock() + order.seconds + self.limits.grace)
        self.progress.started(len(self.flying))

    def _renew(self, broken: int) -> None:
        """Replace the executor, unless it has been replaced since the audit was submitted."""
        if broken == self.made:
            self.executor, self.made = self.make(), self.made + 1

    def _collect(self, seconds: float) -> None:
        done, _ = wait(self.flying, timeout=seconds, return_when=FIRST_COMPLETED)
        for future in [future for future in self.flying if future in done]:
            self._settle(self.flying.pop(future), future)
        now = self.clock()
        for future in [future for future, flight in self.flying.items() if flight.until <= now]:
            flight = self.flying.pop(future)
            self._renew(flight.executor)
            self._end(flight.order, Heard(missing="late"))

    def _settle(self, flight: Flight, future: Future[Heard]) -> None:
        try:
            told = future.result()
        except (BrokenExecutor, CancelledError):
            self._renew(flight.executor)
            told = Heard(missing="died")
        except Exception as error:  # noqa: BLE001 — whatever a worker raises is about this server alone
            told = Heard(missing="failed", detail=shown(f"{type(error).__name__}: {error}"))
        if told.missing == "died" and not flight.order.patience and flight.order.name not in self.repeated:
            self.repeated.add(flight.order.name)
            self.again.append(flight.order)
        elif told.missing != "interrupted":
            self._end(flight.order, told)

    def _end(self, order: Order, told: Heard) -> None:
        if order.name not in self.results:
            self.results[order.name] = told
            self.progress.ended(order.name, told, len(self.flying))
        if self.halts(told):
            self.waiting.clear()
