"""The sections of the fleet's page, in words: sites, rings, who must act, what changed, and servers that were not heard."""

from collections.abc import Iterable

import msgspec

from fleet.decision import FleetDecision, RingState
from fleet.round import VERDICTS, Moved, Round, Row
from fleet.text import missing, role, verdict
from gate.decision import Verdict
from reports.text.words import Voice, shown

MOST_ROWS = 40


class Site(msgspec.Struct, frozen=True):
    """The decisions of a site: how many servers have each verdict, from GO to NO-GO. `unknown` of them have no result."""

    name: str
    key: str
    worst: Verdict
    servers: int
    counts: tuple[int, int, int, int]
    unknown: int


class RingLine(msgspec.Struct, frozen=True):
    """A row of the table of rings: a number of servers, a verdict, and texts in the language of the page."""

    name: str
    servers: int
    verdict: Verdict
    word: str
    days: str
    meeting: str
    state: str


class Duty(msgspec.Struct, frozen=True):
    """What waits for one person over all servers."""

    person: str
    load: str
    servers: int
    names: tuple[str, ...]


class Change(msgspec.Struct, frozen=True):
    """A server that is not what it was in the round before. `kind` is worse, better or other; `gone` is one that left."""

    name: str
    kind: str
    before: str
    after: str
    criteria: str
    gone: bool = False


class Silent(msgspec.Struct, frozen=True):
    """A server without a result, or whose host did not answer."""

    name: str
    why: str
    since: str
    last: str


def sites(round: Round, voice: Voice) -> tuple[Site, ...]:
    """Return the sites, the worst first. Servers without a site are one of their own."""
    groups: dict[str, list[Row]] = {}
    for row in round.rows:
        groups.setdefault(row.site, []).append(row)
    found = [_site(name, rows, voice) for name, rows in groups.items()]
    return tuple(sorted(found, key=lambda site: (-site.worst, -site.counts[site.worst], site.name)))


def _site(name: str, rows: list[Row], voice: Voice) -> Site:
    verdicts = [row.verdict for row in rows]
    counts = tuple(verdicts.count(one) for one in Verdict)
    unknown = sum(not row.known for row in rows)
    word = shown(name) if name else voice.say("fleet", "no-site")
    return Site(word, name, max(verdicts), len(rows), (counts[0], counts[1], counts[2], counts[3]), unknown)


def rings(decision: FleetDecision, voice: Voice) -> tuple[RingLine, ...]:
    """Return the rings in their order."""
    return tuple(_ring(state, voice) for state in decision.rings)


def _ring(state: RingState, voice: Voice) -> RingLine:
    meeting = voice.day(state.ring.meeting) if state.ring.meeting else ""
    days = voice.figure(state.ring.days, "days") if state.ring.days else ""
    waits = voice.say("fleet", "ring-waits", {"ring": state.waits_for}) if state.waits_for else ""
    text = voice.semicolon.join(filter(None, (_held(state, voice), waits)))
    return RingLine(
        shown(state.ring.name), state.servers, state.verdict, verdict(state.verdict, voice), days, meeting, text
    )


def _held(state: RingState, voice: Voice) -> str:
    if not (state.since and state.until):
        return voice.say("fleet", "ring-open")
    since = voice.moment(state.since)
    if state.held:
        return voice.say("fleet", "ring-held", {"since": since})
    late = {"late": " "} if state.late else {}
    return voice.say("fleet", "ring-until", {"since": since, "until": voice.moment(state.until), **late})


def duties(round: Round, voice: Voice) -> tuple[Duty, ...]:
    """Return who must act, and on how many servers: the person with the most servers first."""
    loads: dict[str, list[str]] = {}
    for row in round.rows:
        for cause in row.judged.causes if row.judged and row.known else ():
            loads.setdefault(cause.person, []).append(row.name)
    found = [_duty(person, names, voice) for person, names in loads.items()]
    return tuple(sorted(found, key=lambda duty: (-duty.servers, duty.person))[:MOST_ROWS])


def _duty(person: str, names: list[str], voice: Voice) -> Duty:
    servers = tuple(dict.fromkeys(names))
    load = voice.say("fleet", "who-on", {"causes": len(names), "servers": len(servers)})
    return Duty(role(person, voice), load, len(servers), tuple(map(shown, servers[:6])))


def changes(round: Round, voice: Voice) -> tuple[Change, ...]:
    """Return what is not as in the round before: what got worse first."""
    order = {"worse": 0, "better": 1, "other": 2}
    here = {row.name for row in round.rows}
    found = [_change(moved, moved.name not in here, voice) for moved in round.moved]
    return tuple(sorted(found, key=lambda change: (order[change.kind], change.name)))


def _change(moved: Moved, gone: bool, voice: Voice) -> Change:
    parts = [
        voice.say("fleet", f"criteria-{name}", {"ids": ids})
        for name, ids in (("worse", moved.worse), ("better", moved.better))
        if ids
    ]
    before, after = (voice.say("verdict", VERDICTS[one].name) if one else "" for one in (moved.before, moved.after))
    kind = "other" if gone else _kind(moved)
    return Change(shown(moved.name), kind, before, after, voice.semicolon.join(parts), gone)


def _kind(moved: Moved) -> str:
    before, after = (VERDICTS[one] if one else Verdict.UNDECIDED for one in (moved.before, moved.after))
    if after != before:
        return "worse" if after > before else "better"
    more, fewer = len(moved.worse), len(moved.better)
    return "other" if more == fewer else "worse" if more > fewer else "better"


def silent(round: Round, voice: Voice) -> tuple[Silent, ...]:
    """Return the servers that were not heard, the longest silence first."""
    quiet = [row for row in round.rows if row.silent_since]
    return tuple(
        _silent(row, voice) for row in sorted(quiet, key=lambda row: (row.silent_since or round.ended, row.name))
    )


def _silent(row: Row, voice: Voice) -> Silent:
    since = voice.say("fleet", "silent-since", {"at": voice.moment(row.silent_since)}) if row.silent_since else ""
    reason = _reasons(row, voice)
    last = ""
    if row.missing and row.judged:
        values = {"verdict": voice.say("verdict", VERDICTS[row.judged.verdict].name), "at": voice.moment(row.judged.at)}
        last = voice.say("fleet", "last-known", values)
    return Silent(shown(row.name), voice.colon.join(filter(None, reason)), since, last)


def _reasons(row: Row, voice: Voice) -> Iterable[str]:
    yield missing(row, voice)
    if row.missing:
        yield shown(row.detail)
    elif row.judged and row.judged.why:
        yield voice.say("reason", row.judged.why.code, row.judged.why.values)
