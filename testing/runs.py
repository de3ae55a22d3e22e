"""Hypothesis strategies for runs: contracts and results of every shape, with hostile texts."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from hypothesis import strategies as st

from gate.bound import Bound
from gate.contract import Basis, Criterion, Kind, Text
from gate.outcome import JUDGED, Outcome
from gate.people import People, Waiver
from gate.run import Audited, Intervention, Reason, Result, Run
from gate.stability import Window

NOW = datetime(2026, 2, 11, 14, 0, tzinfo=UTC)
IDS = ("DSK-01", "MCP-01", "BKP-10", "INF-01", "INF-11", "DEC-04", "DEC-02", "INF-SCORE", "DEC-01")
SENTENCE = Text("said", "dit")
OWN = {
    "DEC-01": ("decision", Kind.DERIVED, "= 100 %"),
    "INF-SCORE": ("infrastructure", Kind.DERIVED, "≥ 75 points"),
    "DEC-02": ("decision", Kind.WINDOW, "≥ 7 days"),
    "DEC-04": ("decision", Kind.ATTESTED, "= 1 approval"),
}


def row(id: str, **changed: Any) -> Criterion:
    """Return a criterion; a derived id has the chapter, kind and target of the real contract."""
    chapter, kind, target = OWN.get(id, ("disk", Kind.LIVE, "< 70 %"))
    fields = {
        "chapter": chapter,
        "plan": "2",
        "kind": kind,
        "basis": Basis.PLAN,
        "target": target,
        "owner": "host",
        "title": SENTENCE,
        "why": SENTENCE,
        "seen": SENTENCE,
        "next": SENTENCE,
        "blocking": True,
        **changed,
    }
    return Criterion(**fields)


def meeting(bound: Bound) -> float:
    """Return a figure that meets the bound."""
    return bound.figure + {"<": -1, ">": 1}.get(bound.compare, 0)


def run(contract: Mapping[str, Criterion], outcomes: Mapping[str, Outcome], **changed: Any) -> Run:
    """Return a run in which the criteria have these outcomes."""
    results = {id: Result(id, outcome, meeting(contract[id].bound)) for id, outcome in outcomes.items()}
    fields = {
        "id": "r",
        "target": Audited("edge", "Edge", "server"),
        "started": NOW,
        "ended": NOW,
        "window": LONG,
        "contract": contract,
        "results": results,
        **changed,
    }
    return Run(**fields)


LONG = Window(170, NOW - timedelta(days=8), NOW, "first-sample")
SHORT = Window(10, NOW - timedelta(days=1), NOW, "change")
GO = run({id: row(id, weight=10 * id.startswith("INF-1")) for id in IDS}, dict.fromkeys(IDS, Outcome.PASS))
WORDS = st.text(max_size=12)
VALUES = st.dictionaries(
    WORDS | st.sampled_from(["until", "cause", "ids"]),
    st.none() | st.integers() | st.floats() | WORDS | st.lists(WORDS, max_size=2),
    max_size=3,
)
BASES = st.sampled_from([Basis.PLAN, Basis.PROOF])


@st.composite
def contracts(draw: st.DrawFn) -> dict[str, Criterion]:
    """Draw a contract with some of the ids in any order, blocking or not."""
    ids = draw(st.permutations(IDS))[: draw(st.integers(0, len(IDS)))]
    return {
        id: row(
            id,
            blocking=draw(st.booleans()),
            waivable=draw(st.booleans()),
            knockout=draw(st.booleans()),
            weight=draw(st.sampled_from([0, 10, 60])),
            basis=draw(BASES),
            cause=draw(WORDS),
        )
        for id in ids
    }


def waivers() -> st.SearchStrategy[tuple[Waiver, ...]]:
    """A strategy for up to three waivers of any criterion."""
    one = st.builds(Waiver, st.sampled_from(IDS), WORDS, WORDS, st.just(NOW + timedelta(days=1)))
    return st.lists(one, max_size=3).map(tuple)


def results(ids: st.SearchStrategy[str], outcomes: tuple[Outcome, ...] = JUDGED) -> st.SearchStrategy[Result]:
    """A strategy for results with any outcome that a test can give."""
    reasons = st.none() | st.builds(Reason, WORDS, VALUES)
    return st.builds(
        Result,
        ids,
        st.sampled_from(outcomes),
        st.none() | st.floats(),
        VALUES,
        reasons,
        before=st.none() | st.sampled_from(outcomes),
    )


@st.composite
def runs(draw: st.DrawFn) -> Run:
    """Draw a run that an audit can end with: results for some criteria of its contract, in any order."""
    contract = draw(contracts())
    judged = draw(st.permutations(sorted(contract)))[: draw(st.integers(0, len(contract)))]
    states = st.lists(st.sampled_from(["applied", "rolled-back", "failed", "planned"]), max_size=2)
    return msgspec.structs.replace(
        GO,
        contract=contract,
        results={id: draw(results(st.just(id))) for id in judged},
        people=People(waivers=draw(waivers())),
        window=draw(st.sampled_from([None, LONG, SHORT])),
        interventions=tuple(Intervention("log_rotation", state, ("LOG-01",)) for state in draw(states)),
    )


@st.composite
def forged_runs(draw: st.DrawFn) -> Run:
    """Draw a run that only a forged file can contain: results under other ids, outcomes that no test gives."""
    made = draw(runs())
    claimed = draw(st.dictionaries(st.sampled_from(IDS) | WORDS, results(st.sampled_from(IDS) | WORDS, tuple(Outcome))))
    return msgspec.structs.replace(made, results=claimed)
