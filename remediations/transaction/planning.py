"""Makes plans for what fails: it judges silently, selects the remedies, asks for their facts, and shows the plans."""

from collections.abc import Mapping

import pytest

from fixtures.ask.answer import Unknown
from fixtures.session.stash import CONTRACT, INTERVENTIONS, LANGUAGE, NOTICES
from gate.outcome import Outcome
from gate.run import Intervention
from gate.sentence import phrase
from remediations.transaction.choice import Wanted, choose, drills
from remediations.transaction.observe import observe
from remediations.transaction.plan import Plan
from remediations.transaction.rehearsal import rehearse
from remediations.transaction.remedy import REMEDIES, Remedy
from remediations.transaction.showing import shown, whole
from remediations.transaction.write import Write

Outcomes = Mapping[str, str]
COUNTED = (Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN)


class Planning:
    """Carries out `--fix=plan` in one pytest session. It changes nothing on the host."""

    def __init__(self, session: pytest.Session, wanted: Wanted, write: Write) -> None:
        """Prepare the session. The host is not contacted yet."""
        self.session, self.config, self.wanted, self.write = session, session.config, wanted, write
        self.language = self.config.stash[LANGUAGE]
        self.run = ""  # the id of the transaction on the host

    def plan(self) -> None:
        """Show what `--fix` would do, and record the plans."""
        for remedy, criteria in self.chosen(self.judged("failing-now"), aloud=True).items():
            plan = self.drawn(remedy, criteria)
            if plan is not None:
                self.record(plan, "planned")
        steps = sum(len(planned.steps) for planned in self.config.stash[INTERVENTIONS])
        self.write(self.word("planned" if steps else "planned-none", steps=steps) + "\n", "bold")

    def judged(self, why: str, after: Remedy | None = None) -> Outcomes:
        """Judge all criteria again and return their outcomes; `why` is a key of [fix] in reports/locale.

        Of the drills only those are repeated that the remedy `after` may have influenced.
        """
        self.write(self.word("judging", why=self.word(why)))
        contract = self.config.stash[CONTRACT]
        outcomes = rehearse(self.session, drills(self.wanted, contract, REMEDIES, after))
        counts = [
            f"{list(outcomes.values()).count(outcome)} {phrase('outcome', outcome, {}, self.language)}"
            for outcome in COUNTED
        ]
        self.write(f" {', '.join(counts)}\n")
        return outcomes

    def chosen(self, outcomes: Outcomes, *, aloud: bool = False) -> dict[str, tuple[str, ...]]:
        """Return the selected remedies with the failing criteria each is for.

        With `aloud` it tells the operator if there are none.
        """
        contract = self.config.stash[CONTRACT]
        chosen = choose(self.wanted, outcomes, contract, REMEDIES)
        if aloud and not chosen:
            self.write(self.word("nothing") + "\n", "bold")
        return chosen

    def drawn(self, remedy: str, criteria: tuple[str, ...]) -> Plan | None:
        """Plan a remedy for the host as it is now, and show the plan.

        Returns None if the remedy lacks a fact or has nothing to do.
        """
        try:
            bounds = {id: row.bound for id, row in self.config.stash[CONTRACT].items()}
            plan = REMEDIES[remedy].plan(criteria, observe(REMEDIES[remedy], self.config), bounds)
        except Unknown as unknown:
            reason = phrase("reason", unknown.code, unknown.values, self.language)
            self.report("unplannable", remedy=remedy, why=reason)
            return None
        if not plan.steps:
            self.report("no-step" if plan.notes else "done-already", remedy=remedy, ids=", ".join(criteria))
            for note in plan.notes:
                self.report("left", remedy=remedy, what=note.sentence.what.in_language(self.language))
            return None
        for line, markup in shown(plan, self.language):
            self.write(f"{line}\n", markup)
        return plan

    def record(self, plan: Plan, state: str, seconds: float = 0.0) -> None:
        """Record a plan in the run; `state` is planned, applied, rolled-back or failed."""
        self.config.stash[INTERVENTIONS].append(
            Intervention(
                plan.remedy,
                state,
                plan.criteria,
                plan.summaries,
                plan.diff,
                seconds,
                plan.risk,
                whole(plan),
                self.run,
            )
        )

    def word(self, code: str, **values: object) -> str:
        """Return a sentence of [fix] in reports/locale."""
        return phrase("fix", code, values, self.language)

    def report(self, code: str, **values: object) -> None:
        """Tell the operator a sentence of [fix], now and again at the end of the session."""
        self.note(self.word(code, **values))

    def note(self, line: str) -> None:
        """Tell the operator a line, now and again at the end of the session."""
        self.write(f"{line}\n", "yellow")
        self.config.stash[NOTICES].append(line)
