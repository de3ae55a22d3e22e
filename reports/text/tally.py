"""Counts for the first screen: blocking criteria by outcome, open ones by what they wait for, and what remedies mend."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from gate.decision import Decision
from gate.outcome import Outcome
from gate.resolve import COUNTS_ALL
from gate.run import Result, Run
from reports.text.actions import planning
from reports.text.words import Voice


def still_open(run: Run, decision: Decision, voice: Voice) -> str:
    """Return `12 criteria are open: 7 wait until 4 December, 4 for a signature, 1 is unknown`, as `tally` counts them."""
    open = [result for result in counted(run, decision) if not result.outcome.settled]
    counts = Counter(_waits_for(result, decision) for result in open)
    day = voice.day(datetime.fromisoformat(decision.earliest)) if decision.earliest else ""
    names = [name for name in ("date", "person", "nobody") if counts[name]]
    parts = [voice.say("open", name, {"count": counts[name], "day": day}) for name in names]
    return voice.say("open", "all", {"count": len(open), "parts": ", ".join(parts)}) if parts else ""


def _waits_for(result: Result, decision: Decision) -> str:
    if result.outcome is Outcome.MANUAL:
        return "person"
    return "date" if decision.earliest and result.reason and result.reason.values.get("until") else "nobody"


def counted(run: Run, decision: Decision) -> list[Result]:
    """Return the results that the first screen counts: all blocking criteria except the one that counts the others."""
    return [decision.results[id] for id, row in run.contract.items() if row.blocking and id != COUNTS_ALL]


def tally(run: Run, decision: Decision, voice: Voice) -> str:
    """Return `41 blocking criteria: 10 pass, 4 unknown, 27 fail`; the conditions add up to the same figures."""
    outcomes = Counter(result.outcome for result in counted(run, decision))
    parts = [f"{outcomes[one]} {voice.outcome(one, outcomes[one])}" for one in Outcome if outcomes[one]]
    return voice.say("tally", "all", {"count": sum(outcomes.values()), "parts": ", ".join(parts)})


def remedies(run: Run, decision: Decision, voice: Voice) -> str:
    """Return, for a recording, how many failures have a remedy, and the command that plans them all. Otherwise return ""."""
    failed = [result.id for result in counted(run, decision) if result.outcome is Outcome.FAIL]
    curable = [id for id in failed if run.contract[id].remedy]
    if not (run.replayed_from and curable):
        return ""
    told = voice.word("remedies", count=len(curable), failed=len(failed))
    return f"`{planning(run, (), voice)}`{voice.colon}{told}"


def counts(decision: Decision, voice: Voice) -> Iterator[tuple[Outcome, str, int]]:
    """Yield each outcome with its word and the number of its criteria."""
    seen = Counter(result.outcome for result in decision.results.values())
    yield from ((outcome, voice.outcome(outcome, seen[outcome]), seen[outcome]) for outcome in Outcome if seen[outcome])
