"""Allows one transaction at a time per host. The kernel releases the lock when the root shell that holds it ends."""

import getpass
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from fixtures.ask.connection import Connection
from remediations.transaction.session import Session, TransactionError

HELD = 75


def who_am_i() -> str:
    """Return user@machine, which identifies this run to others."""
    return f"{getpass.getuser()}@{socket.gethostname()}"


def take_lock(session: Session, where: str) -> None:
    """Take the lock of the host.

    Raises TransactionError, which names the holder if another run has the lock, or says why root's rights are missing.
    """
    reply = session.call("lock", f"{who_am_i()} since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC")
    if reply.status == HELD:
        raise TransactionError(
            f"another run is changing {where}: {reply.last}; wait for it (if it is gone: sudo kill that process there)"
        )
    if reply.status:
        raise TransactionError(f"{where} cannot be locked: {reply.last}")


@contextmanager
def locked(connection: Connection, where: str) -> Iterator[Session]:
    """Open a root shell on the host that holds the lock. Raises TransactionError as take_lock() does."""
    session = Session(lambda command: connection.start(command, lasting=True))
    try:
        take_lock(session, where)
        yield session
    finally:
        session.close()
