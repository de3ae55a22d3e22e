"""Steps put into effect: each is noted before and after, and the first that fails takes all of its remedy back."""

import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Protocol

import msgspec

from remediations.transaction.interrupt import Interrupts
from remediations.transaction.journal import Record, left_behind, read_journals
from remediations.transaction.lock import who_am_i
from remediations.transaction.plan import Plan
from remediations.transaction.scripts import candidate_of, files_of, text
from remediations.transaction.session import Session, TransactionError
from remediations.transaction.step import Check, Step

UNDO_SECONDS = 1800.0  # all steps of a run
INTERRUPTED = "interrupted"


class Tell(Protocol):
    """Writes to the operator's terminal; without a newline unless the text has one."""

    def __call__(self, text: str, markup: str = "") -> None:
        """`markup` is bold, red, green, yellow or nothing."""


class Applied(msgspec.Struct, frozen=True):
    """What became of a plan: why none of it stands (empty: all of it does), and the seconds it took."""

    why: str
    seconds: float


class Transaction:
    """One run on one host, under its lock. The run's folder is made with its first plan."""

    def __init__(self, session: Session, tell: Tell, interrupts: Interrupts) -> None:
        """The session must hold the lock."""
        self.session, self.tell, self.interrupts = session, tell, interrupts
        self.run = f"{datetime.now(UTC):%Y%m%dT%H%M%S-%f}"
        self.begun = False
        self.steps = 0                  # numbers given so far, over all remedies of the run
        self.unjudged: list[int] = []   # steps that stand until they are accepted or taken back

    def apply(self, plan: Plan) -> Applied:
        """All steps or none. TransactionError when the host is gone: the next run takes back what was begun."""
        began, numbered = time.monotonic(), list(enumerate(plan.steps, self.steps + 1))
        with self.interrupts.held(self._cancel):
            why = self._prepare(plan, numbered)
            for number, step in numbered:
                if why := why or self._interrupted:
                    break
                self.steps = number
                self.unjudged.append(number)
                why = self._step(number, step)
            if why := why or self._interrupted:
                self.take_back(why)
        return Applied(why, round(time.monotonic() - began, 1))

    @property
    def _interrupted(self) -> str:
        return INTERRUPTED if self.interrupts.asked else ""

    def accept(self) -> None:
        """The steps were judged, and stay."""
        self.unjudged.clear()

    def _cancel(self) -> None:
        self.tell("\n    interrupted: ending this step, then taking back what was done\n", "yellow")
        self.session.interrupt(self.run, self.steps)

    def _prepare(self, plan: Plan, numbered: list[tuple[int, Step]]) -> str:
        """Everything is on the host, and checked, before anything of the host is changed."""
        if not self.begun:
            must(self.session, "begin", self.run, who_am_i())
            self.begun = True
            self.session.put("undo", text("undo.sh"))
        must(self.session, "note", "remedy", plan.remedy)
        for number, step in numbered:
            for name, content in files_of(step, self.run, number).items():
                self.session.put(f"{number}/{name}", content)
        self.session.put("candidate.sh", candidate_of(numbered))
        must(self.session, "candidate", "candidate.sh")
        return next((why for check in plan.checks if (why := self._check(check))), "")

    def _check(self, check: Check) -> str:
        self.session.put("check.sh", check.command + "\n")
        reply = self.session.call("check", "check.sh", f"{check.seconds:g}", seconds=check.seconds)
        if reply.status == 0:
            return ""
        return f"refused before anything was changed ({check.what}): {'; '.join(reply.lines[:3]) or reply.last}"

    def _step(self, number: int, step: Step) -> str:
        self.tell(f"{number:4}. {step.what} …")
        began = time.monotonic()
        reply = self.session.call("step", number, f"{step.seconds:g}", seconds=step.seconds,
                                  heard=lambda line: self.tell(f"\n        {line}"))
        took = f" {time.monotonic() - began:.1f} s"
        if reply.status == 0:
            self.tell(f"{took} done\n", "green")
            return ""
        self.tell(f"{took} failed\n", "red")
        if self.interrupts.asked:
            return INTERRUPTED
        late = f"it was not done within {step.seconds:.0f} s"
        return f"step {number} ({step.what}): {late if reply.status in (124, 137) else reply.last}"

    def take_back(self, why: str) -> None:
        """Undo what was not accepted, the newest first."""
        if self.unjudged:
            with self.interrupts.held(lambda: None):
                self.tell(f"      taking back ({why}) …", "yellow")
                self._undo(self.run, sorted(self.unjudged, reverse=True))
            self.unjudged.clear()

    def recover(self) -> tuple[Record, ...]:
        """Take back what runs that were cut short have left, the newest first."""
        left = left_behind(read_journals(must(self.session, "journals")))
        for run in left:
            with self.interrupts.held(lambda: None):
                steps = len(run.standing)
                self.tell(f"run {run.id} of {run.who} was cut short; taking back its {steps} steps …", "yellow")
                self._undo(run.id, run.standing)
                must(self.session, "finish", run.id)
        return left

    def _undo(self, run: str, numbers: Iterable[int]) -> None:
        steps = list(numbers)
        reply = self.session.call("undo", run, *steps, seconds=UNDO_SECONDS) if steps else None
        if reply is not None and reply.status:
            self.tell(" failed\n", "red")
            folder = f"/var/lib/phase0-gate/runs/{run}"
            raise TransactionError(f"run {run} could not be taken back: {'; '.join(reply.lines)}; {folder} on the host "
                                   f"holds every file as it was; mend that, then there: sudo sh {folder}/undo")
        self.tell(" done\n", "green")

    def finish(self) -> None:
        """The run's journal gets its end; without it the next run would take everything back."""
        if self.begun:
            must(self.session, "finish", self.run)


def must(session: Session, *words: object) -> tuple[str, ...]:
    """A call that has no business failing."""
    reply = session.call(*words)
    if reply.status:
        raise TransactionError(f"{words[0]} on the host: {reply.last}")
    return reply.lines
