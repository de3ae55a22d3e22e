"""Counts for the first screen: open criteria by what they wait for, reasons by outcome, and who is responsible."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from gate.decision import Decision
from gate.outcome import Outcome
from gate.run import Result, Run
from reports.text.responsibility import person
from reports.text.words import Voice


def still_open(decision: Decision, voice: Voice) -> str:
    """Return `11 criteria are open: 6 wait until 4 December, 4 for a signature, 1 is unknown`.

    Derived criteria that only follow from others are not counted.
    """
    open = [decision.results[id] for cause in decision.causes for id in cause.ids if cause.outcome is not Outcome.FAIL]
    counts = Counter(_waits_for(result, decision) for result in open)
    day = voice.day(datetime.fromisoformat(decision.earliest)) if decision.earliest else ""
    names = [name for name in ("date", "person", "nobody") if counts[name]]
    parts = [voice.say("open", name, {"count": counts[name], "day": day}) for name in names]
    return voice.say("open", "all", {"count": len(open), "parts": ", ".join(parts)}) if parts else ""


def _waits_for(result: Result, decision: Decision) -> str:
    if result.outcome is Outcome.MANUAL:
        return "person"
    return "date" if decision.earliest and result.reason and result.reason.values.get("until") else "nobody"


def tally(run: Run, decision: Decision, voice: Voice) -> str:
    """Return `11 reasons: 9 failures, 2 unknown · operations 11`, or "" for less than two reasons."""
    if len(decision.causes) < 2:
        return ""
    outcomes = Counter(cause.outcome for cause in decision.causes)
    parts = [
        voice.say("tally", outcome, {"count": outcomes[outcome]}) for outcome in reversed(Outcome) if outcomes[outcome]
    ]
    owners = Counter(person(run, cause.owner, voice) for cause in decision.causes)
    reasons = voice.say("tally", "all", {"count": len(decision.causes), "parts": ", ".join(parts)})
    return f"{reasons} · {', '.join(f'{name} {count}' for name, count in owners.most_common())}"


def remedies(run: Run, decision: Decision, voice: Voice) -> str:
    """Return, for a recording, how many failures have a remedy, because its own lines offer none. Otherwise return ""."""
    failed = [id for id, result in decision.results.items() if result.outcome is Outcome.FAIL]
    curable = [id for id in failed if run.contract[id].remedy]
    if not (run.replayed_from and curable):
        return ""
    return voice.word("remedies", count=len(curable), failed=len(failed), target=run.target.folder)


def counts(decision: Decision, voice: Voice) -> Iterator[tuple[Outcome, str, int]]:
    """Yield each outcome with its word and the number of its criteria."""
    seen = Counter(result.outcome for result in decision.results.values())
    yield from ((outcome, voice.outcome(outcome, seen[outcome]), seen[outcome]) for outcome in Outcome if seen[outcome])
