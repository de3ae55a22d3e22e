"""One round of a fleet (fleet.json): a row for every server of the inventory. Decision and pages are made from it alone."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec

from fleet.inventory.inventory import Ring
from gate.bound import Bound
from gate.contract import Text
from gate.decision import Verdict
from gate.outcome import Outcome
from gate.run import Reason
from gate.unseen import plain_json

VERSION = 1
NAME = re.compile(r"[a-z0-9][a-z0-9-]*")  # of a server, which is also that of its folder
REMEDY = re.compile(r"[a-z_]*")
Label = Literal["GO", "UNDECIDED", "NOT YET", "NO-GO"]
Missing = Literal["never", "stale", "late", "died", "failed", "lost", "interrupted"]
VERDICTS = {verdict.label: verdict for verdict in Verdict}
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
LAST_YEAR = 9000  # of a moment that is reckoned with: some days are added to it


class RoundError(ValueError):
    """A fleet.json cannot be used; the message is one line with the file and the reason."""


class Known(msgspec.Struct, frozen=True):
    """What the pages say of a criterion: its title, its chapter, its target and the name of its remedy, or ""."""

    title: Text
    chapter: str
    target: str
    remedy: str = ""


class SharedCause(msgspec.Struct, frozen=True):
    """A cause of one server's decision: the criteria that are not met for it, and the person who must act.

    `why` is the reason of the first criterion, unless it failed.
    """

    key: str
    outcome: Outcome
    ids: tuple[str, ...]
    person: str
    why: Reason | None = None


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """What a fresh run says of a server. `open` holds the criteria that are not met, `met` the number of the others.

    `at` is when the server was audited. `reached` is false if the host did not answer; `why` says why it did not.
    `page` says that the server has a page of its own beside its run.json.
    """

    at: Moment
    verdict: Label
    kind: str = "server"
    met: int = 0
    open: Mapping[str, Outcome] = {}
    blocking: int = 0
    causes: tuple[SharedCause, ...] = ()
    figures: Mapping[str, float] = {}
    earliest: str = ""
    reached: bool = True
    why: Reason | None = None
    seconds: float = 0.0
    page: bool = False


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A server in a round: what its last run says, or why it has no result that counts (`missing`).

    `detail` is the last line that an audit without a result printed. `go_since` is when the server was first found GO
    without an interruption, and `silent_since` when it first gave no result or its host did not answer.
    """

    name: str
    title: str = ""
    site: str = ""
    ring: str = ""
    groups: tuple[str, ...] = ()
    recorded: bool = False
    missing: Missing | None = None
    detail: str = ""
    judged: Judged | None = None
    go_since: Moment | None = None
    silent_since: Moment | None = None

    @property
    def verdict(self) -> Verdict:
        """The verdict that counts for the fleet: UNDECIDED without a result that counts."""
        counts = self.judged is not None and self.missing is None
        return VERDICTS[self.judged.verdict] if counts and self.judged else Verdict.UNDECIDED

    @property
    def known(self) -> bool:
        """Whether the server has a result that counts."""
        return self.judged is not None and self.missing is None


class Moved(msgspec.Struct, frozen=True):
    """A server whose verdict differs from that of the round before; "" if it was not in the fleet, or had no result."""

    name: str
    before: Label | Literal[""]
    after: Label | Literal[""]
    worse: tuple[str, ...] = ()
    better: tuple[str, ...] = ()


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """One round over a fleet. `asked` names the servers that were to be audited in it, and `unfinished` those that it was
    stopped before. All others keep an earlier result.

    `before` is the end of the round that `moved` compares with, or None in the first round.
    """

    name: str
    title: str
    started: Moment
    ended: Moment
    fresh_hours: float
    rows: tuple[Row, ...]
    rings: tuple[Ring, ...] = ()
    asked: tuple[str, ...] = ()
    unfinished: tuple[str, ...] = ()
    criteria: Mapping[str, Known] = {}
    before: Moment | None = None
    moved: tuple[Moved, ...] = ()
    version: int = VERSION

    @property
    def days(self) -> Mapping[str, date]:
        """The meeting of each ring that has one."""
        return {ring.name: ring.meeting for ring in self.rings if ring.meeting}


def write_round(round: Round) -> bytes:
    """Return the round as JSON, a line for each server. The same round always gives the same bytes."""
    return plain_json(round, indent=0)


def read_round(data: bytes, where: str) -> Round:
    """Parse fleet.json. Raises RoundError, which names the file `where`, if it is invalid or of another version."""
    try:
        version = msgspec.json.decode(data, type=dict[str, Any]).get("version")
        if version != VERSION:
            raise RoundError(f"{where}: written as version {version}; this checkout reads version {VERSION}")
        round = msgspec.json.decode(data, type=Round)
    except (msgspec.DecodeError, RecursionError) as error:
        raise RoundError(f"{where}: no round of a fleet: {error}") from error
    if why := _unsound(round):
        raise RoundError(f"{where}: no round of a fleet: {why}")
    return round


def _unsound(round: Round) -> str:
    """Return what no round that was written here has, or ""."""
    names = [row.name for row in round.rows]
    if twice := next((name for name in names if names.count(name) > 1), ""):
        return f"{twice} stands there twice"
    if odd := next((name for name in names if not NAME.fullmatch(name)), ""):
        return f"{odd!a} is no name of a server"
    if late := next((at for at in _moments(round) if at.year > LAST_YEAR), None):
        return f"{late.isoformat()} is no moment of an audit"
    return next((why for why in (*map(_no_criterion, round.criteria.values()), *map(_no_date, round.rows)) if why), "")


def _moments(round: Round) -> Iterator[datetime]:
    yield from filter(None, (round.started, round.ended, round.before))
    for row in round.rows:
        yield from filter(None, (row.go_since, row.silent_since, row.judged and row.judged.at))


def _no_criterion(known: Known) -> str:
    try:
        Bound.parse(known.target)
    except ValueError as error:
        return str(error)
    return "" if REMEDY.fullmatch(known.remedy) else f"{known.remedy!a} is no name of a remedy"


def _no_date(row: Row) -> str:
    earliest = row.judged.earliest if row.judged else ""
    try:
        return (
            "" if not earliest or datetime.fromisoformat(earliest).year <= LAST_YEAR else f"{earliest} is too far away"
        )
    except ValueError:
        return f"{earliest!a} is no date"


def schema() -> dict[str, Any]:
    """Return the JSON Schema of fleet.json."""
    return msgspec.json.schema(Round)
