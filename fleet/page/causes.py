"""What several servers share: each cause with the number of servers that have it, worst first."""

from collections import Counter
from collections.abc import Iterable

import msgspec

from fleet.round import Known, Round, SharedCause
from fleet.text import role
from gate.bound import Bound
from gate.outcome import Outcome
from gate.run import Result
from reports.text.words import Voice, shown

MOST_IDS, MOST_NAMES = 4, 6


class CauseLine(msgspec.Struct, frozen=True):
    """A cause in words. `key` is the criterion that the servers are found by; `names` are some of the servers."""

    outcome: Outcome
    word: str
    key: str
    ids: str
    title: str
    spread: str
    servers: int
    people: tuple[str, ...]
    names: tuple[str, ...]


def causes(round: Round, voice: Voice) -> tuple[CauseLine, ...]:
    """Return the causes of all servers with a result that counts, by outcome, then by how many servers share them."""
    groups: dict[tuple[Outcome, str], list[tuple[str, SharedCause]]] = {}
    for row in round.rows:
        for cause in row.judged.causes if row.judged and row.known else ():
            groups.setdefault((cause.outcome, cause.key), []).append((row.name, cause))
    lines = [_line(outcome, found, round, voice) for (outcome, _), found in groups.items()]
    return tuple(sorted(lines, key=lambda line: (-line.outcome.severity, -line.servers, line.ids)))


def _line(outcome: Outcome, found: list[tuple[str, SharedCause]], round: Round, voice: Voice) -> CauseLine:
    often = Counter(id for _, cause in found for id in cause.ids)
    ids = [id for id, _ in often.most_common()]
    names = tuple(dict.fromkeys(name for name, _ in found))
    more = f" {voice.say('fleet', 'more-ids', {'count': len(ids) - MOST_IDS})}" if len(ids) > MOST_IDS else ""
    spread = voice.say("fleet", "on", {"count": len(names), "servers": len(round.rows)})
    offer = _remedies(outcome, ids, round, voice)
    return CauseLine(
        outcome,
        voice.outcome(outcome),
        shown(ids[0]),
        ", ".join(map(shown, ids[:MOST_IDS])) + more,
        _problem(found, ids, round, voice),
        f"{spread}{voice.colon}{offer}" if offer else spread,
        len(names),
        tuple(role(person, voice) for person, _ in Counter(cause.person for _, cause in found).most_common(MOST_NAMES)),
        tuple(map(shown, names[:MOST_NAMES])),
    )


def _problem(found: list[tuple[str, SharedCause]], ids: list[str], round: Round, voice: Voice) -> str:
    """Return the reason that several criteria share, as the first server gives it, or the title of the criterion."""
    why = next((cause.why for _, cause in found if cause.why), None)
    if why and len(ids) > 1:
        return voice.reason(Result(ids[0], reason=why))
    return title(round.criteria.get(ids[0]), voice)


def title(known: Known | None, voice: Voice) -> str:
    """Return the title of a criterion with the figure of its target, or "" if no run says it."""
    if known is None:
        return ""
    bound = Bound.parse(known.target)
    return voice.text(known.title, {"target": voice.bound(bound), "figure": voice.figure(bound.figure, bound.unit)})


def _remedies(outcome: Outcome, ids: Iterable[str], round: Round, voice: Voice) -> str:
    """Return the remedies of a failure, or "" if it has none."""
    if outcome is not Outcome.FAIL:
        return ""
    named = (round.criteria[id].remedy for id in ids if id in round.criteria)
    remedies = list(dict.fromkeys(filter(None, named)))
    key = "one-remedy" if len(remedies) == 1 else "some-remedies"
    return voice.say("fleet", key, {"remedies": ",".join(remedies)}) if remedies else ""
