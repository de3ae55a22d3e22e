"""One `--fix` from the first rehearsal to the last: judge, plan, apply, judge again, take back what made it worse."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest

from fixtures.answer import Unknown
from fixtures.audit import AUDIT
from remediations.transaction.apply import Applied, Tell, Transaction
from remediations.transaction.choice import Wanted, choose, regressed
from remediations.transaction.interrupt import Interrupts
from remediations.transaction.lock import locked
from remediations.transaction.observe import connected, observe
from remediations.transaction.plan import Plan, draw_plan, shown
from remediations.transaction.rehearsal import rehearse
from remediations.transaction.remedy import REMEDIES
from remediations.transaction.step import Risk
from reports.model.outcome import Outcome
from reports.model.run import Intervention
from reports.model.sentence import phrase
from reports.model.stash import BEFORE, CONTRACT, INTERVENTIONS, LANGUAGE, NOTICES

Outcomes = Mapping[str, str]


class Fixing:
    """What `--fix` does in one pytest session. Plans, and remedies what fails and nothing else."""

    def __init__(self, session: pytest.Session, wanted: Wanted, tell: Tell) -> None:
        """Nothing is contacted before `plan` or `fix`."""
        self.session, self.config, self.wanted, self.tell = session, session.config, wanted, tell

    def plan(self) -> None:
        """Show what `--fix` would do. Nothing on the host is changed."""
        chosen = self._chosen(self._judged("what fails now?"))
        for remedy, criteria in chosen.items():
            plan = self._drawn(remedy, criteria)
            if plan is not None:
                self._show(plan)
                self._keep(plan, "planned", 0.0)
        self.tell(f"planned: {sum(len(kept.steps) for kept in self.config.stash[INTERVENTIONS])} steps; "
                  "nothing was changed. Apply them: --fix\n", "bold")

    def fix(self) -> None:
        """Under the host's lock: take back what a killed run left, then remedy what fails."""
        target = self.config.stash[AUDIT].target.target
        with Interrupts() as interrupts, locked(connected(self.config), target.title) as session:
            transaction = Transaction(session, self.tell, interrupts)
            for run in transaction.recover():
                self.config.stash[INTERVENTIONS].append(Intervention(
                    ", ".join(run.remedies), "rolled-back", (), (f"run {run.id} of {run.who}, cut short, taken back",)))
            now = self._judged("what fails now?")
            self.config.stash[BEFORE].update(now)
            for remedy in self._chosen(now):
                now = self._remedied(transaction, remedy, now)
            transaction.finish()
            if transaction.steps:
                self.config.stash[NOTICES].append(
                    f"to take this run back: python -m remediations rollback {transaction.run} "
                    f"--target={self.config.getoption('--target')}")

    def _judged(self, why: str) -> Outcomes:
        self.tell(f"judging ({why}) …")
        outcomes = rehearse(self.session)
        said = [f"{list(outcomes.values()).count(one)} {one}" for one in (Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN)]
        self.tell(f" {', '.join(said)}\n")
        return outcomes

    def _chosen(self, outcomes: Outcomes) -> dict[str, tuple[str, ...]]:
        contract = self.config.stash[CONTRACT]
        chosen = choose(self.wanted, outcomes, contract, REMEDIES)
        if not chosen:
            self.tell("nothing to fix: 0 steps\n", "bold")
        return chosen

    def _drawn(self, remedy: str, criteria: tuple[str, ...]) -> Plan | None:
        """What the remedy yields for the host as it is now; None when it cannot tell, or has nothing to do."""
        try:
            seen = observe(REMEDIES[remedy], self.config)
        except Unknown as unknown:
            said = phrase("reason", unknown.code, unknown.values, self.config.stash[LANGUAGE])
            self._say(f"{remedy}: cannot be planned: {said}")
            return None
        plan = draw_plan(remedy, criteria, REMEDIES[remedy].cure(**seen))
        if not plan.steps:
            self._say(f"{remedy}: 0 steps: what it does is done; {', '.join(criteria)} fails for another reason")
            for note in plan.notes:
                self._say(f"{remedy}: left alone: {note.what}")
        return plan if plan.steps else None

    def _remedied(self, transaction: Transaction, remedy: str, now: Outcomes) -> Outcomes:
        """Outcomes after one remedy; as before it when it did not stay."""
        contract = self.config.stash[CONTRACT]
        criteria = choose(self.wanted, now, contract, REMEDIES).get(remedy, ())
        plan = self._drawn(remedy, criteria) if criteria else None
        if plan is None:
            return now
        self._show(plan)
        if plan.risk is Risk.DISRUPTIVE and not self.wanted.disruptive:
            self._say(f"{remedy}: not applied: it is disruptive; allow that with --fix-disruptive")
            return now
        with self._kept_anyway(plan):
            applied = transaction.apply(plan)
            if applied.why:
                self._refused(plan, applied)
                return now
            return self._judged_again(transaction, plan, applied, now)

    @contextmanager
    def _kept_anyway(self, plan: Plan) -> Iterator[None]:
        """A remedy whose end nobody saw is still an intervention."""
        kept = len(self.config.stash[INTERVENTIONS])
        try:
            yield
        except BaseException:
            if len(self.config.stash[INTERVENTIONS]) == kept:
                self._keep(plan, "failed", 0.0)
            raise

    def _refused(self, plan: Plan, applied: Applied) -> None:
        self._keep(plan, "failed", applied.seconds)
        if applied.why == "interrupted":
            raise KeyboardInterrupt
        self._say(f"{plan.remedy}: {applied.why}; the host is as it was before")

    def _judged_again(self, transaction: Transaction, plan: Plan, applied: Applied, before: Outcomes) -> Outcomes:
        """Seen twice to be worse, it is taken back."""
        try:
            after = self._judged("again")
            worse = regressed(before, after, REMEDIES[plan.remedy])
            if worse:
                self.tell(f"worse: {', '.join(sorted(worse))}\n", "red")
                after = self._judged("to be sure")
                worse &= regressed(before, after, REMEDIES[plan.remedy])
        except KeyboardInterrupt:
            transaction.take_back(applied.numbers, "interrupted before it was judged again")
            transaction.finish()
            self._keep(plan, "rolled-back", applied.seconds)
            raise
        if worse:
            transaction.take_back(applied.numbers, f"{', '.join(sorted(worse))} passed before it and does not now")
            self._say(f"{plan.remedy}: rolled back: it made {', '.join(sorted(worse))} worse")
            self._keep(plan, "rolled-back", applied.seconds)
            return self._judged("after taking it back")
        self._keep(plan, "applied", applied.seconds)
        for id in plan.criteria:
            self.tell(f"  {id}: {before[id]} → {after[id]}\n", "green" if after[id] == Outcome.PASS else "yellow")
        return after

    def _show(self, plan: Plan) -> None:
        for line, markup in shown(plan):
            self.tell(f"{line}\n", markup)

    def _keep(self, plan: Plan, state: str, seconds: float) -> None:
        self.config.stash[INTERVENTIONS].append(
            Intervention(plan.remedy, state, plan.criteria, plan.said, plan.diff, seconds))

    def _say(self, line: str) -> None:
        """Live, and again in the block at the end."""
        self.tell(f"{line}\n", "yellow")
        self.config.stash[NOTICES].append(line)
