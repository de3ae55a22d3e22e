"""One kill: a remedy is applied, ended somewhere, looked at, and taken back by the next run."""

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
    """What one kill came to; `wrong` says what is neither before nor after, or was not taken back."""

    where: str
    steps: int
    wrong: str = ""


@dataclass(frozen=True)
class Before:
    """What is as it was when all is taken back, and what no remedy may lose."""

    state: list[str]
    kept: list[str]


@contextlib.contextmanager
def transaction(server: Server) -> Iterator[Transaction]:
    """On a login of its own, that may be cut."""
    connection = Connection(server.target)
    connection.open()
    try:
        with Interrupts() as interrupts, locked(connection, "the lab") as session:
            yield Transaction(session, lambda _text, _markup="": None, interrupts)
    finally:
        connection.close()


def killed_after(server: Server, plan: Plan, steps: int, kill: Kill, before: Before) -> Killed:
    """At the boundary behind that many steps: all of them are done, none is judged."""
    where = f"behind step {steps} of {len(plan.steps)}"
    with transaction(server) as first:
        applied = first.apply(
            msgspec.structs.replace(plan, steps=plan.steps[:steps], checks=plan.checks if steps else ())
        )
        kill(first.session)
    if applied.why:
        return Killed(where, steps, f"the remedy itself failed: {applied.why}")
    return _looked_at(server, plan, before, where)


def killed_in(server: Server, plan: Plan, step: int, kill: Kill, before: Before) -> Killed:
    """While that step runs, or right behind it if it is quick."""
    server.mark()
    with transaction(server) as first:
        thread = threading.Thread(target=_kill_in, args=(server, step, kill, first.session))
        thread.start()
        with contextlib.suppress(TransactionError):
            first.apply(plan)
        thread.join()
    return _looked_at(server, plan, before, f"in step {step} of {len(plan.steps)}")


def _kill_in(server: Server, step: int, kill: Kill, session: Session) -> None:
    server.wait_for_step(step)
    kill(session)


def killed_undoing(server: Server, plan: Plan, seconds: float, kill: Kill, before: Before) -> Killed:
    """End a remedy while its steps are taken back."""
    with transaction(server) as first, contextlib.suppress(TransactionError):
        first.apply(plan)
        timer = threading.Timer(seconds, kill, (first.session,))
        timer.start()
        try:
            first.take_back("a test")
            first.finish()
        finally:
            timer.join()
    return _looked_at(server, plan, before, f"{seconds:.2f} s into taking back")


def killed_at(server: Server, plan: Plan, seconds: float, kill: Kill, before: Before) -> Killed:
    """At a moment, wherever it is by then."""
    with transaction(server) as first:
        timer = threading.Timer(seconds, kill, (first.session,))
        timer.start()
        with contextlib.suppress(TransactionError):
            first.apply(plan)
        timer.join()
    return _looked_at(server, plan, before, f"after {seconds:.2f} s")


def _looked_at(server: Server, plan: Plan, before: Before, where: str) -> Killed:
    """Between the steps now; as at first once the next run has begun."""
    halves = "; ".join(half for step in plan.steps if (half := _half(server, step)))
    with transaction(server) as after:
        left = after.recover()
    changed = sorted(set(server.state()) ^ set(before.state)) + server.lost(before.kept)
    wrong = halves or ("not taken back: " + " | ".join(changed[:4]) if changed else "")
    return Killed(where, sum(len(run.standing) for run in left), wrong)


def _half(server: Server, step: object) -> str:
    """What is neither as before the step nor as after it."""
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
    """Seconds a whole application takes; it is taken back."""
    with transaction(server) as whole:
        applied = whole.apply(plan)
        whole.take_back("measured")
        whole.finish()
    return applied.seconds


def finished(server: Server, plan: Plan) -> str:
    """The run that is not killed: why it failed, if so."""
    with transaction(server) as last:
        applied = last.apply(plan)
        last.accept()
        last.finish()
    return applied.why
