"""What a round says on the terminal, and the words that its page and its other reports share."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from fleet.decision import FleetDecision, decide_fleet
from fleet.round import Round, Row
from gate.decision import Verdict
from reports.text.words import Voice, shown

PAGE = "fleet.html"


def verdict(one: Verdict, voice: Voice) -> str:
    """Return the word of a verdict."""
    return voice.say("verdict", one.name)


def headline(decision: FleetDecision, voice: Voice) -> str:
    """Return one sentence on the whole fleet."""
    open = decision.servers - decision.counts[Verdict.GO]
    if open:
        return voice.say("fleet", "headline", {"open": open, "servers": decision.servers, "unknown": decision.unknown})
    waiting = next((state for state in decision.rings if state.waits_for), None)
    if waiting:
        values = {"servers": decision.servers, "ring": waiting.ring.name, "before": waiting.waits_for}
        return voice.say("fleet", "headline-rings", values)
    return voice.say("fleet", "headline-go", {"servers": decision.servers})


def counts(decision: FleetDecision, voice: Voice) -> list[tuple[Verdict, str, int]]:
    """Return each verdict that servers have, worst first, with its word and their number."""
    worst_first = sorted(Verdict, reverse=True)
    return [(one, verdict(one, voice), decision.counts[one]) for one in worst_first if decision.counts[one]]


def earliest(decision: FleetDecision, voice: Voice) -> str:
    """Return the day before which a GO is impossible, in words, or "" if that is not known or not asked."""
    if not decision.earliest or decision.verdict is Verdict.GO:
        return ""
    return voice.say("fleet", "earliest-on", {"day": voice.day(datetime.fromisoformat(decision.earliest))})


def role(person: str, voice: Voice) -> str:
    """Return a name as it is, and the role of the contract in words if the target names nobody."""
    return voice.say("owner", person) if voice.knows("owner", person) else shown(person)


def missing(row: Row, voice: Voice) -> str:
    """Return why a server has no result that counts, or that its host did not answer, or ""."""
    if row.missing:
        return voice.say("fleet", row.missing)
    if row.judged and not row.judged.reached:
        return voice.say("fleet", "no-answer")
    return ""


def summary(round: Round, voice: Voice, folder: Path) -> Iterator[str]:
    """Yield the lines of the terminal: the decision on the fleet, and where the page is."""
    decision = decide_fleet(round)
    yield ""
    yield f"  {verdict(decision.verdict, voice)}    {shown(round.title)}"
    yield ""
    yield headline(decision, voice)
    yield " · ".join(f"{count} {word}" for _, word, count in counts(decision, voice))
    if day := earliest(decision, voice):
        yield f"{voice.say('fleet', 'earliest')}{voice.colon}{day}"
    if round.unfinished:
        done = len(round.asked) - len(round.unfinished)
        yield voice.say("fleet", "stopped", {"done": done, "asked": len(round.asked), "names": round.unfinished})
    yield voice.say("fleet", "page", {"file": str(folder / PAGE)})
