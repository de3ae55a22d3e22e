"""Runs `--fix`: it plans, applies, judges again, and undoes a remedy that made a criterion worse."""

from fixtures.session.audit import AUDIT
from fixtures.session.sources import CONNECTION
from fixtures.session.stash import BEFORE, HISTORY, INTERVENTIONS, NOTICES
from gate.contract import Text
from gate.outcome import Outcome
from gate.run import Intervention
from gate.sentence import LANGUAGES, phrase
from remediations.transaction.apply import Applied, Transaction
from remediations.transaction.choice import regressed
from remediations.transaction.interrupt import Interrupts
from remediations.transaction.lock import locked
from remediations.transaction.memory import remember
from remediations.transaction.observe import connected
from remediations.transaction.plan import Plan
from remediations.transaction.planning import Outcomes, Planning
from remediations.transaction.remedy import REMEDIES
from remediations.transaction.risk import Risk
from remediations.transaction.session import TransactionError


class Fixing(Planning):
    """Carries out `--fix` in one pytest session. It remedies only criteria that fail."""

    def fix(self) -> None:
        """Undo what an interrupted run left on the host, then remedy what fails, all under the host's lock."""
        title = self.config.stash[AUDIT].target.target.title
        with Interrupts() as interrupts, locked(connected(self.config), title) as session:
            transaction = Transaction(session, self.write, interrupts, self.language)
            self.run = transaction.run
            try:
                self._recover(transaction)
                now = self.judged("failing-now")
                self.config.stash[BEFORE].update(now)
                for remedy in self.chosen(now, aloud=True):
                    now = self._remedied(transaction, remedy, now)
            except KeyboardInterrupt:
                transaction.finish()
                self.write(self.word("interrupted-clean") + "\n", "yellow")
                raise
            transaction.finish()
            if any(done.state == "applied" for done in self.config.stash[INTERVENTIONS]):
                self.config.stash[NOTICES].append(
                    self.word("take-back", run=transaction.run, target=self.config.getoption("--target"))
                )

    def _recover(self, transaction: Transaction) -> None:
        for run in transaction.recover():
            self._remember()
            sentence = Text(
                *(phrase("fix", "cut-short-done", {"run": run.id, "who": run.who}, language) for language in LANGUAGES)
            )
            self.config.stash[INTERVENTIONS].append(
                Intervention(", ".join(run.remedies), "rolled-back", (), (sentence,))
            )

    def _remedied(self, transaction: Transaction, remedy: str, now: Outcomes) -> Outcomes:
        """Apply one remedy and return the outcomes afterwards, whether it stayed or was undone.

        Nothing is done if an earlier remedy has cured its criteria. A stale plan is made again, twice at most.
        """
        for last in (False, False, True):
            criteria = self.chosen(now).get(remedy, ())
            plan = self.drawn(remedy, criteria) if criteria else None
            if plan is None:
                return now
            if plan.risk is Risk.DISRUPTIVE and not self.wanted.disruptive:
                self.report("needs-disruptive", remedy=remedy)
                return now
            applied = self._attempted(transaction, plan)
            if not applied.stale or last:
                return self._settled(transaction, plan, applied, now)
            self.report("planned-again", remedy=remedy, why=applied.why)
        return now

    def _attempted(self, transaction: Transaction, plan: Plan) -> Applied:
        """Apply the plan, completely or not at all. An error or an interrupt is recorded before it ends the session."""
        self._remember()
        try:
            applied = transaction.apply(plan)
        except TransactionError:
            self.record(plan, "failed")
            raise
        if applied.interrupted:
            self.record(plan, "rolled-back")
            raise KeyboardInterrupt
        return applied

    def _settled(self, transaction: Transaction, plan: Plan, applied: Applied, now: Outcomes) -> Outcomes:
        if applied.why:
            self.record(plan, "failed", applied.seconds)
            self.report("not-applied", remedy=plan.remedy, why=applied.why)
            return now
        try:
            return self._accepted(transaction, plan, applied, now)
        except KeyboardInterrupt:
            transaction.take_back(self.word("interrupted"))
            self.record(plan, "rolled-back")
            raise
        except TransactionError:
            self.record(plan, "failed")
            raise

    def _accepted(self, transaction: Transaction, plan: Plan, applied: Applied, now: Outcomes) -> Outcomes:
        """Accept the applied plan, or undo it if a criterion that passed before does not pass any more."""
        after, worse = self._judged_again(plan, now)
        if worse:
            transaction.take_back(self.word("worse-since", ids=worse))
            self.report("rolled-back", remedy=plan.remedy, ids=worse)
            self.record(plan, "rolled-back", applied.seconds)
            return {**now, **self.judged("after-taking-back", REMEDIES[plan.remedy])}
        transaction.accept()
        self.record(plan, "applied", applied.seconds)
        for id in plan.criteria:
            self.write(f"  {id}: {now[id]} → {after[id]}\n", "green" if after[id] == Outcome.PASS else "yellow")
        return after

    def _remember(self) -> None:
        if complaint := remember(self.config.stash[HISTORY], self.config.stash[CONNECTION].host_key):
            self.note(complaint)

    def _judged_again(self, plan: Plan, before: Outcomes) -> tuple[Outcomes, str]:
        """Return the outcomes now, and the criteria that are worse in two successive judgements."""
        remedy = REMEDIES[plan.remedy]
        after = {**before, **self.judged("again", remedy)}  # a drill that the remedy cannot influence is not repeated
        worse = regressed(before, after, remedy)
        if worse:
            self.write(self.word("worse", ids=", ".join(sorted(worse))) + "\n", "red")
            after = {**before, **self.judged("to-be-sure", remedy)}
            worse &= regressed(before, after, remedy)
        return after, ", ".join(sorted(worse))
