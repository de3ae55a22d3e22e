"""Rounds of fleets for tests: servers with any verdict, and inventories of recordings."""

from collections.abc import Callable, Iterable
from concurrent.futures import Executor, Future
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from fleet.inventory.inventory import Fleet, Ring, Server
from fleet.round import Judged, Known, Label, Round, Row, SharedCause
from fleet.rows import Heard
from fleet.running.order import Order
from gate.contract import load_contract
from gate.outcome import Outcome

NOW = datetime(2026, 12, 4, 9, 0, tzinfo=UTC)
ROOT = Path(__file__).parents[1]
RECORDINGS = ROOT / "lab" / "recordings"
CRITERIA = {id: Known(row.title, row.chapter, row.target, row.remedy) for id, row in load_contract().items()}
RINGS = (Ring("canary", 3.0), Ring("wide", 2.0, (NOW + timedelta(days=10)).date()), Ring("rest"))


def judged(verdict: Label = "GO", at: datetime = NOW, **changed: Any) -> Judged:
    """Return what a run says of a server; a NO-GO fails LOG-01."""
    fails = {"LOG-01": Outcome.FAIL} if verdict == "NO-GO" else {}
    causes = (SharedCause("LOG-01", Outcome.FAIL, ("LOG-01",), "Ana"),) if fails else ()
    rows = {
        "at": at,
        "verdict": verdict,
        "met": 75 - len(fails),
        "open": fails,
        "blocking": len(fails),
        "causes": causes,
    }
    return Judged(**{**rows, **changed})


def row(name: str, verdict: Label | None = "GO", **changed: Any) -> Row:
    """Return the row of a server; without a verdict it was never audited."""
    if verdict is None:
        return Row(**{"name": name, "missing": "never", "silent_since": NOW, **changed})
    since = {"go_since": NOW - timedelta(days=30)} if verdict == "GO" else {}
    return Row(**{"name": name, "judged": judged(verdict), **since, **changed})


def round_of(rows: Iterable[Row], rings: tuple[Ring, ...] = (), **changed: Any) -> Round:
    """Return a round with these rows."""
    fields = {"name": "edge", "title": "Edge", "started": NOW, "ended": NOW, "fresh_hours": 26.0, "criteria": CRITERIA}
    return Round(**{**fields, "rows": tuple(rows), "rings": rings, **changed})


def fleet_of(*names: str, **changed: Any) -> Fleet:
    """Return a fleet of servers with these names."""
    servers = tuple(Server(name=name, title=name, target=f"/srv/{name}") for name in names)
    return Fleet(**{"name": "edge", "title": "Edge", "servers": servers, **changed})


@cache
def recording() -> str:
    """Return a recording without answers, which an inventory takes."""
    rows = msgspec.json.decode((RECORDINGS / "ready.json").read_bytes())
    return msgspec.json.encode({**rows, "answers": {}, "failures": {}}).decode()


def orders(*names: str, **changed: Any) -> list[Order]:
    """Return an order for each name."""
    return [
        Order(**{"name": name, "target": name, "reports": "/dev/null/nowhere", "seconds": 60.0, **changed})
        for name in names
    ]


GO = Heard(judged())


class Scripted(Executor):
    """An executor without processes: `answer` says what becomes of an order, and None leaves it under way for ever."""

    def __init__(self, answer: Callable[[Order], Heard | BaseException | None]) -> None:
        self.answer = answer

    def submit(self, act: Callable[..., Any], /, *words: Any, **named: Any) -> "Future[Any]":
        """Return a future with the scripted answer or exception; with None it is under way for ever."""
        del act, named
        future: Future[Any] = Future()
        told = self.answer(words[0])
        if isinstance(told, BaseException):
            future.set_exception(told)
        elif told is not None:
            future.set_result(told)
        return future


def many(servers: int, sites: int) -> Round:
    """Return a large round in which a third of the servers have thirty criteria open."""
    ids = list(CRITERIA)[:30]
    open = {id: (Outcome.FAIL, Outcome.UNKNOWN, Outcome.PENDING)[number % 3] for number, id in enumerate(ids)}
    causes = tuple(
        SharedCause(id, outcome, (id,), f"person {number % 9}") for number, (id, outcome) in enumerate(open.items())
    )
    bad = judged("NO-GO", open=open, blocking=30, causes=causes, met=45, figures={"DSK-01": 91.0})
    good = judged(figures={"DSK-01": 41.0})
    rows = []
    for number in range(servers):
        name = f"server-{number:04}"
        site = f"site-{number % sites:03}"
        found = bad if number % 3 == 0 else good
        rows.append(Row(name=name, title=f"Edge server {number}", site=site, judged=found, go_since=NOW))
    return round_of([*rows[:-1], msgspec.structs.replace(rows[-1], judged=None, missing="never", silent_since=NOW)])
