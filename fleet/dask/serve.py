"""The services of a cluster: `python -m fleet scheduler` and `python -m fleet worker`. Each runs until it is ended."""

import asyncio
import signal
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fleet.dask.certificates import CertificateError, Role, credentials
from fleet.dask.engine import engine, security
from fleet.dask.held import Act, Worker
from fleet.dask.remote import attach
from fleet.running.worker import audit_server

NO_PAGES = "127.0.0.1:0"  # of Dask's dashboard: nothing is served there
PATIENCE = 60  # seconds that a worker waits for its scheduler
Tell = Callable[[str], None]


class ServiceError(ValueError):
    """A service cannot be started, or has lost its scheduler; the message is one line."""


def secured(address: str, folder: Path, role: Role) -> Any:
    """Return the TLS of a role for an address, or None for tcp://. Raises CertificateError if a file cannot be used."""
    if address.startswith("tcp:"):
        return None
    try:
        return security(credentials(folder, role))
    except OSError as error:
        raise CertificateError(f"{folder}: {error.strerror or error}: these are no certificates for TLS") from error


def run_scheduler(address: str, folder: Path, tell: Tell) -> None:
    """Serve at this address until a signal ends it. Raises ServiceError if nobody can listen there."""
    asyncio.run(_scheduler(address, secured(address, folder, "scheduler"), tell))


async def _scheduler(address: str, tls: Any, tell: Tell) -> None:
    place = urlsplit(address)
    try:
        made = engine().Scheduler(
            host=place.hostname,
            port=place.port,
            protocol=place.scheme,
            security=tls,
            dashboard=False,
            dashboard_address=NO_PAGES,
        )
        async with made as scheduler:
            _ending(scheduler)
            tell(f"scheduler at {scheduler.address}")
            await scheduler.finished()
    except OSError as error:
        raise ServiceError(f"{address}: cannot listen there: {error.strerror or error}") from error


def run_worker(
    address: str, folder: Path, file: Path, name: str, slots: int, port: int, tell: Tell, act: Act = audit_server
) -> None:
    """Audit servers of the inventory `file` for the scheduler at this address, until a signal ends it.

    Raises ServiceError if there is no scheduler, or if it has gone.
    """
    tls = secured(address, folder, "worker")
    engine()  # before the processes of the slots: it may be missing
    worker = Worker(file, name, slots, act)
    try:
        with tempfile.TemporaryDirectory() as private:
            asyncio.run(_worker(address, tls, worker, slots, port, private, tell))
    finally:
        worker.pool.close()


async def _worker(address: str, tls: Any, worker: Worker, slots: int, port: int, private: str, tell: Tell) -> None:
    alone = {"host": urlsplit(address).hostname} if tls is None else {}  # nobody else may reach one without TLS
    try:
        made = engine().Worker(
            address,
            name=worker.name,
            nthreads=slots,
            security=tls,
            port=port,
            resources={worker.held.identity.resource: slots},
            local_directory=private,
            memory_limit=0,
            death_timeout=PATIENCE,
            dashboard=False,
            dashboard_address=NO_PAGES,
            **alone,
        )
        attach(made, worker)
        async with made as served:
            ended = _ending(served)
            tell(f"worker {worker.name}: {len(worker.held.fleet.servers)} servers, {slots} at once, for {address}")
            await served.finished()
    except (OSError, ValueError, RuntimeError) as error:
        raise ServiceError(f"{address}: {_last(error)}") from error
    if not ended.is_set():
        raise ServiceError(f"{address}: the scheduler is gone")


def _ending(service: Any) -> asyncio.Event:
    """Close a service when a signal asks for it, and return whether one did."""
    asked, loop = asyncio.Event(), asyncio.get_running_loop()

    def end() -> None:
        if not asked.is_set():
            asked.set()
            service.closing = loop.create_task(service.close(reason="asked to end"))

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, end)
    return asked


def _last(error: BaseException) -> str:
    """Return the last line of the innermost reason."""
    while error.__cause__:
        error = error.__cause__
    return (str(error).strip().splitlines() or [type(error).__name__])[-1]
