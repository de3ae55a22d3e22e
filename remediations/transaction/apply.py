"""Applies plans on the host. Every step is recorded before and after it; if one fails, all steps of its remedy are undone."""

import time
from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec

from gate.sentence import phrase
from remediations.transaction.calls import reviews
from remediations.transaction.interrupt import Interrupts
from remediations.transaction.journal import Record, left_behind, read_journals
from remediations.transaction.lock import who_am_i
from remediations.transaction.object_scripts import asking_rights
from remediations.transaction.plan import Plan
from remediations.transaction.scripts import candidate_of, files_of, text
from remediations.transaction.session import Session, TransactionError, must
from remediations.transaction.step import Check, Step
from remediations.transaction.write import Write

UNDO_SECONDS = 1800.0  # the time limit to undo all steps of a run
STALE = 79  # the exit status of a step whose object changed after it was planned


class Applied(msgspec.Struct, frozen=True):
    """The result of applying a plan: why it was not applied ("" if it was), and the seconds it took.

    `stale` says that the host had changed since the plan was made; `interrupted`, that the operator stopped it.
    """

    why: str
    seconds: float
    stale: bool = False
    interrupted: bool = False


class Transaction:
    """One run of `--fix` on one host, under its lock. The run's folder on the host is created with the first plan."""

    def __init__(self, session: Session, write: Write, interrupts: Interrupts, language: str = "en") -> None:
        """Create a run in `session`, which must hold the lock."""
        self.session, self.write, self.interrupts, self.language = session, write, interrupts, language
        self.run = f"{datetime.now(UTC):%Y%m%dT%H%M%S-%f}"
        self.begun = False
        self.steps = 0  # the number of the last step, over all remedies of the run
        self.unjudged: list[int] = []  # steps in effect that are neither accepted nor undone yet
        self.stale = False  # whether the failed step was planned for another state of the host

    def apply(self, plan: Plan) -> Applied:
        """Apply all steps of a plan or none.

        Raises TransactionError if the host is lost; the next run then undoes the steps that were begun.
        """
        began, numbered, self.stale = time.monotonic(), list(enumerate(plan.steps, self.steps + 1)), False
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
        return Applied(why, round(time.monotonic() - began, 1), self.stale, bool(why) and self.interrupts.asked)

    @property
    def _interrupted(self) -> str:
        return self.word("interrupted") if self.interrupts.asked else ""

    def word(self, code: str, **values: object) -> str:
        """Return a sentence of [fix] in reports/locale."""
        return phrase("fix", code, values, self.language)

    def accept(self) -> None:
        """Accept the steps applied so far, so that they are not undone any more."""
        self.unjudged.clear()

    def _cancel(self) -> None:
        self.write(f"\n    {self.word('interrupting')}\n", "yellow")
        self.session.interrupt(self.run, self.steps)

    def _prepare(self, plan: Plan, numbered: list[tuple[int, Step]]) -> str:
        """Copy the plan to the host and run its checks before anything is changed. Return why it is refused, or ""."""
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
        return self._rights(plan) or next((why for check in plan.checks if (why := self._check(check))), "")

    def _rights(self, plan: Plan) -> str:
        """Why the account of the host may not ask of the API what the plan asks; empty if it may."""
        if not plan.calls:
            return ""
        self.session.put("reviews", reviews(plan.calls))
        return self._checked(asking_rights(), 60, self.word("rights"))

    def _check(self, check: Check) -> str:
        return self._checked(check.command + "\n", check.seconds, check.sentence.what.in_language(self.language))

    def _checked(self, script: str, seconds: float, what: str) -> str:
        self.session.put("check.sh", script)
        reply = self.session.call("check", "check.sh", f"{seconds:g}", seconds=seconds)
        if reply.status == 0:
            return ""
        return self.word("refused", what=what, why="; ".join(reply.lines[:3]) or reply.last)

    def _step(self, number: int, step: Step) -> str:
        what = step.sentence.what.in_language(self.language)
        self.write(f"{self.word('step', number=number, what=what):>6}")
        began = time.monotonic()
        reply = self.session.call(
            "step",
            number,
            f"{step.seconds:g}",
            seconds=2 * step.seconds,
            heard=lambda line: self.write(f"\n        {line}"),
        )
        took = f" {time.monotonic() - began:.1f} s"
        if reply.status == 0:
            self.write(f"{took} {self.word('done')}\n", "green")
            return ""
        self.write(f"{took} {self.word('failed')}\n", "red")
        if self.interrupts.asked:
            return self._interrupted
        self.stale = reply.status == STALE
        late = self.word("too-late", seconds=round(step.seconds))
        return self.word(
            "step-failed", number=number, what=what, why=late if reply.status in (124, 137) else reply.last
        )

    def take_back(self, why: str) -> None:
        """Undo the steps that were not accepted, newest first, and report `why`."""
        if self.unjudged:
            with self.interrupts.held(lambda: None):
                self.write(f"      {self.word('taking-back', why=why)}", "yellow")
                self._undo(self.run, sorted(self.unjudged, reverse=True))
            self.unjudged.clear()

    def recover(self) -> tuple[Record, ...]:
        """Undo the steps that interrupted runs left in effect, newest run first, and return these runs."""
        left = left_behind(read_journals(must(self.session, "journals")))
        for run in left:
            with self.interrupts.held(lambda: None):
                self.write(self.word("cut-short", run=run.id, who=run.who, steps=len(run.standing)), "yellow")
                self._undo(run.id, run.standing)
                must(self.session, "finish", run.id)
        return left

    def _undo(self, run: str, numbers: Iterable[int]) -> None:
        steps = list(numbers)
        reply = self.session.call("undo", run, *steps, seconds=UNDO_SECONDS) if steps else None
        if reply is not None and reply.status:
            self.write(f" {self.word('failed')}\n", "red")
            folder = f"/var/lib/phase0-gate/runs/{run}"
            raise TransactionError(
                f"run {run} could not be taken back: {'; '.join(reply.lines)}; {folder} on the host "
                f"holds every file as it was; remove the cause, then run there: sudo sh {folder}/undo"
            )
        self.write(f" {self.word('done')}\n", "green")
        for line in reply.lines if reply else ():
            self.write(f"        {line}\n", "yellow")

    def finish(self) -> None:
        """Write the end of the run into its journal. Without it the next run would undo every step."""
        if self.begun:
            must(self.session, "finish", self.run)
