"""One kill: a remedy is applied, ended at some point, inspected, and undone by the next run."""

import contextlib
import hashlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import msgspec

from fixtures.ask.connection import Connection
from remediations.transaction.apply import Transaction
from remediations.transaction.interrupt import Interrupts
from remediations.transaction.lock import locked
from remediations.transaction.objects import PatchObject, fields
from remediations.transaction.plan import Plan
from remediations.transaction.session import Session, TransactionError
from remediations.transaction.step import InstallFile, RemoveFile
from testing.kills.server import Server

Kill = Callable[[Session], None]


@dataclass(frozen=True)
class Killed:
    """The result of one kill; `wrong` says what is in neither state, or was not undone."""

    where: str
    steps: int
    wrong: str = ""


@contextlib.contextmanager
def transaction(server: Server) -> Iterator[Transaction]:
    """Yield a transaction with a connection of its own, which may be cut."""
    connection = Connection(server.target)
    connection.open()
    try:
        with Interrupts() as interrupts, locked(connection, "the lab") as session:
            yield Transaction(session, lambda _text, _markup="": None, interrupts)
    finally:
        connection.close()


def killed_after(server: Server, plan: Plan, steps: int, kill: Kill, before: list[str]) -> Killed:
    """End the remedy after that many complete steps, before it is judged."""
    where = f"behind step {steps} of {len(plan.steps)}"
    with transaction(server) as first:
        applied = first.apply(
            msgspec.structs.replace(plan, steps=plan.steps[:steps], checks=plan.checks if steps else ())
        )
        kill(first.session)
    if applied.why:
        return Killed(where, steps, f"the remedy itself failed: {applied.why}")
    return _looked_at(server, plan, before, where)


def killed_at(server: Server, plan: Plan, seconds: float, kill: Kill, before: list[str]) -> Killed:
    """End the remedy after that many seconds, whatever it is doing then."""
    with transaction(server) as first:
        timer = threading.Timer(seconds, kill, (first.session,))
        timer.start()
        with contextlib.suppress(TransactionError):
            first.apply(plan)
        timer.join()
    return _looked_at(server, plan, before, f"after {seconds:.2f} s")


def _looked_at(server: Server, plan: Plan, before: list[str], where: str) -> Killed:
    """Check that each step is either done or not, and that the next run restores the first state."""
    halves = "; ".join(half for step in plan.steps if (half := _half(server, step)))
    with transaction(server) as after:
        left = after.recover()
    changed = sorted(set(server.state()) ^ set(before))
    wrong = halves or ("not taken back: " + " | ".join(changed[:4]) if changed else "")
    return Killed(where, sum(len(run.standing) for run in left), wrong)


def _half(server: Server, step: object) -> str:
    """Return what is neither as before the step nor as after it; "" if there is nothing."""
    match step:
        case InstallFile(path=path, before=before, content=content):
            fine = (before.digest if before else "", hashlib.sha256(content.encode()).hexdigest())
            return "" if server.digest(path) in fine else f"{path} is half-done"
        case RemoveFile(path=path, before=before):
            return "" if server.digest(path) in ("", before.digest) else f"{path} is half-done"
        case PatchObject(object=one, before=before, after=after):
            now = server.fields(one, after)
            return "" if now in (dict(fields(before)), dict(fields(after))) else f"{one.name}: {now}"
    return ""


def measured(server: Server, plan: Plan) -> float:
    """Return the seconds that the whole remedy takes; it is undone afterwards."""
    with transaction(server) as whole:
        applied = whole.apply(plan)
        whole.take_back("measured")
        whole.finish()
    return applied.seconds


def finished(server: Server, plan: Plan) -> str:
    """Apply the remedy without a kill; return why it failed, or ""."""
    with transaction(server) as last:
        applied = last.apply(plan)
        last.accept()
        last.finish()
    return applied.why
