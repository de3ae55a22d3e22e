"""What the client has the workers do: say what they are, and audit a server. It runs in their processes."""

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec

from fleet.dask.engine import engine
from fleet.dask.held import Worker
from fleet.dask.identity import Identity
from fleet.dask.task import Task

STARTED = "phase0-started"  # the topic on which a worker says that it begins with a server
UNDER_WAY = ("executing", "long-running")


class Described(msgspec.Struct, frozen=True):
    """A worker: its name, what it is, and how many audits it runs at once."""

    name: str
    identity: Identity
    slots: int


def attach(dask_worker: Any, worker: Worker) -> None:
    """Let a worker of Dask audit servers. `perform` and `describe` find it there."""
    dask_worker.phase0_worker = worker


async def describe(dask_worker: Any) -> bytes:
    """Have a worker read its inventory anew, and return what it is. It offers itself for tasks of this identity alone."""
    worker: Worker = dask_worker.phase0_worker
    before = worker.held.identity
    held = await asyncio.to_thread(worker.read)
    slots = dask_worker.state.nthreads
    await dask_worker.set_resources(**{before.resource: 0, held.identity.resource: slots})
    return msgspec.msgpack.encode(Described(worker.name, held.identity, slots))


def perform(task: bytes) -> bytes:
    """Audit the server that a task names, and return the result. Ends the audit if nobody waits for it any more."""
    dask_worker = engine().get_worker()
    wanted = msgspec.msgpack.decode(task, type=Task)
    dask_worker.log_event(STARTED, wanted.server)
    told = dask_worker.phase0_worker.perform(wanted, _stopped(dask_worker, dask_worker.get_current_task()))
    return msgspec.msgpack.encode(told)


def _stopped(dask_worker: Any, key: Any) -> Callable[[], bool]:
    """Return whether the scheduler has taken the task back, or the worker ends."""

    def stopped() -> bool:
        task = dask_worker.state.tasks.get(key)
        return dask_worker.status.name != "running" or task is None or task.state not in UNDER_WAY

    return stopped
