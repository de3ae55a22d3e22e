"""One `--fix` from the first rehearsal to the last: plan, apply, judge again, take back what made something worse."""

from fixtures.audit import AUDIT
from remediations.transaction.apply import INTERRUPTED, Transaction
from remediations.transaction.choice import regressed
from remediations.transaction.interrupt import Interrupts
from remediations.transaction.lock import locked
from remediations.transaction.memory import remember
from remediations.transaction.observe import connected
from remediations.transaction.plan import Plan
from remediations.transaction.planning import Outcomes, Planning
from remediations.transaction.remedy import REMEDIES
from remediations.transaction.session import TransactionError
from remediations.transaction.step import Risk
from reports.model.outcome import Outcome
from reports.model.run import Intervention
from reports.model.stash import BEFORE, HISTORY, INTERVENTIONS, NOTICES


class Fixing(Planning):
    """What `--fix` does in one pytest session: it remedies what fails, and nothing else."""

    def fix(self) -> None:
        """Under the host's lock: take back what a killed run left, then remedy what fails."""
        title = self.config.stash[AUDIT].target.target.title
        with Interrupts() as interrupts, locked(connected(self.config), title) as session:
            transaction = Transaction(session, self.tell, interrupts)
            try:
                self._recover(transaction)
                now = self.judged("what fails now?")
                self.config.stash[BEFORE].update(now)
                for remedy in self.chosen(now, aloud=True):
                    now = self._remedied(transaction, remedy, now)
            except KeyboardInterrupt:
                transaction.finish()
                self.tell("interrupted: nothing is left half-done on the host\n", "yellow")
                raise
            transaction.finish()
            if any(kept.state == "applied" for kept in self.config.stash[INTERVENTIONS]):
                self.config.stash[NOTICES].append(
                    f"to take this run back: python -m remediations rollback {transaction.run} "
                    f"--target={self.config.getoption('--target')}")

    def _recover(self, transaction: Transaction) -> None:
        for run in transaction.recover():
            self._remember()
            said = f"run {run.id} of {run.who}, cut short, taken back"
            self.config.stash[INTERVENTIONS].append(Intervention(", ".join(run.remedies), "rolled-back", (), (said,)))

    def _remedied(self, transaction: Transaction, remedy: str, now: Outcomes) -> Outcomes:
        """Outcomes after one remedy, whether it stayed or not. An earlier one may have cured its criteria already."""
        criteria = self.chosen(now).get(remedy, ())
        plan = self.drawn(remedy, criteria) if criteria else None
        if plan is None:
            return now
        if plan.risk is Risk.DISRUPTIVE and not self.wanted.disruptive:
            self.say(f"{remedy}: not applied: it is disruptive; allow that with --fix-disruptive")
            return now
        try:
            return self._applied(transaction, plan, now)
        except KeyboardInterrupt:
            transaction.take_back(INTERRUPTED)
            self.keep(plan, "rolled-back")
            raise
        except TransactionError:
            self.keep(plan, "failed")
            raise

    def _applied(self, transaction: Transaction, plan: Plan, now: Outcomes) -> Outcomes:
        self._remember()
        applied = transaction.apply(plan)
        if applied.why == INTERRUPTED:
            raise KeyboardInterrupt
        if applied.why:
            self.keep(plan, "failed", applied.seconds)
            self.say(f"{plan.remedy}: {applied.why}; the host is as it was before")
            return now
        after, worse = self._judged_again(plan, now)
        if worse:
            transaction.take_back(f"{worse} passed before it and does not now")
            self.say(f"{plan.remedy}: rolled back: it made {worse} worse")
            self.keep(plan, "rolled-back", applied.seconds)
            return self.judged("after taking it back")
        transaction.accept()
        self.keep(plan, "applied", applied.seconds)
        for id in plan.criteria:
            self.tell(f"  {id}: {now[id]} → {after[id]}\n", "green" if after[id] == Outcome.PASS else "yellow")
        return after

    def _remember(self) -> None:
        if complaint := remember(self.config.stash[HISTORY]):
            self.say(complaint)

    def _judged_again(self, plan: Plan, before: Outcomes) -> tuple[Outcomes, str]:
        """Outcomes now, and the criteria seen twice to be worse."""
        after = self.judged("again")
        worse = regressed(before, after, REMEDIES[plan.remedy])
        if worse:
            self.tell(f"worse: {', '.join(sorted(worse))}\n", "red")
            after = self.judged("to be sure")
            worse &= regressed(before, after, REMEDIES[plan.remedy])
        return after, ", ".join(sorted(worse))
