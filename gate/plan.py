"""The plan of a phase: what its meeting decides, by which conditions, and which criteria block.

plans/phase0.toml is the plan of every audit that names no other. The plan of another phase keeps all criteria: it may
ask for more, and where it makes a criterion advice it gives a reason, which every report shows.
"""

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import msgspec

from gate.command import spoken
from gate.contract import Basis, Contract, ContractError, Criterion, Kpi, Text
from gate.people import STABLE
from gate.thresholds import tightened

FILE = Path(__file__).parents[1] / "plans" / "phase0.toml"
BY_FIGURE = Text("", "")  # the `now` of a KPI that is shown as its figure


class Task(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line of the plan's schedule: its first and last day since the start, hours per day, and the criteria that show it is
    done. A task with `meeting` ends on the day of the target's meeting.
    """

    first: int
    last: int
    hours: float
    title: Text
    criteria: tuple[str, ...]
    meeting: bool = False


class Condition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A condition of the plan's decision: the chapters or criteria that judge it, and the criterion with its main figure.

    A `derived` condition only counts the criteria of the others, and is not counted itself.
    """

    title: Text
    chapters: tuple[str, ...] = ()
    criteria: tuple[str, ...] = ()
    figure: str = ""
    derived: bool = False

    def holds(self, id: str, criterion: Criterion) -> bool:
        """Return whether the criterion is one of those that judge the condition."""
        return id in self.criteria or criterion.chapter in self.chapters


class Departure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sentence of the plan, and what following it means on a real server."""

    criterion: str
    plan: Text
    real: Text


class Advisory(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A criterion that blocks by the contract and is advice in this phase, and why."""

    criterion: str
    reason: Text


class PlanKpi(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line of the phase's KPI table: its figure before the phase, and its target if that is stricter than the contract's.

    Without `name` the line has the name that the contract gives it, or the title of the criterion.
    """

    criterion: str
    before: Text
    name: Text | None = None
    target: str = ""


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The plan of a phase. `name` is what the reports call its gate, and `question` what the meeting decides.

    `days` without incident are needed where the phase asks for more than the contract. `blocking` are criteria that are
    advice by the contract and block here, `advisory` those that do not block here. Without a condition the conditions
    are those of plans/phase0.toml; without a KPI the table is the contract's.
    """

    phase: Text
    question: Text
    name: Text
    days: float | None = None
    blocking: tuple[str, ...] = ()
    advisory: tuple[Advisory, ...] = ()
    condition: tuple[Condition, ...] = ()
    kpi: tuple[PlanKpi, ...] = ()
    task: tuple[Task, ...] = ()
    departure: tuple[Departure, ...] = ()

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """The conditions of the decision."""
        return self.condition or default_plan().condition

    def names(self, id: str) -> bool:
        """Return whether the plan itself names the criterion as one that must be met."""
        return id in self.blocking or any(id in condition.criteria for condition in self.condition)


@cache
def default_plan() -> Plan:
    """Return the plan of plans/phase0.toml. Raises ContractError if its file cannot be read."""
    try:
        return msgspec.convert(tomllib.loads(FILE.read_text(encoding="utf-8")), Plan)
    except (OSError, ValueError) as error:
        raise ContractError(f"{FILE}: cannot be read: {error}") from error


def planned(contract: Contract, plan: Plan) -> dict[str, Criterion]:
    """Return the contract as the phase judges by it.

    Raises ContractError, which names the place in the plan, if the plan names no criterion of the contract, asks for
    less than the contract, or counts a criterion in two conditions.
    """
    for wrong in _wrong(contract, plan):
        raise ContractError(wrong)
    rows = {**contract, **{id: _blocking(contract[id]) for id in plan.blocking}}
    for entry in plan.advisory:
        rows[entry.criterion] = msgspec.structs.replace(rows[entry.criterion], blocking=False)
    if plan.days is not None:
        rows[STABLE] = tightened("days", STABLE, rows[STABLE], f"≥ {plan.days:g} days")
    if plan.kpi:
        rows = {id: msgspec.structs.replace(row, kpi=None) for id, row in rows.items()} | dict(_kpis(rows, plan))
    _refuse_twice(rows, plan)
    return rows


def _blocking(row: Criterion) -> Criterion:
    """Return a criterion that blocks because the plan says so: it is no advice of this project any more."""
    basis = Basis.PLAN if row.basis is Basis.HARDENING else row.basis
    return msgspec.structs.replace(row, blocking=True, basis=basis)


def _kpis(rows: Contract, plan: Plan) -> Iterator[tuple[str, Criterion]]:
    for entry in plan.kpi:
        id, row = entry.criterion, rows[entry.criterion]
        now = row.kpi.now if row.kpi else BY_FIGURE
        kpi = Kpi(entry.name or (row.kpi.name if row.kpi else row.title), entry.before, now)
        stricter = tightened("kpi", id, row, entry.target) if entry.target else row
        yield id, msgspec.structs.replace(stricter, kpi=kpi)


def _wrong(contract: Contract, plan: Plan) -> Iterator[str]:
    for key, ids in _named(plan):
        if strange := [id for id in ids if id not in contract]:
            yield spoken(f"{key}: {strange[0]}: no such criterion; see: python -m reports list --target=NAME")
    chapters = {row.chapter for row in contract.values()}
    for condition in plan.condition:
        if other := [name for name in condition.chapters if name not in chapters]:
            yield f"condition: {other[0]}: no such chapter; there are {', '.join(sorted(chapters))}"
    if plan.days is not None and STABLE not in contract:
        yield f"days: there is no {STABLE} that counts them; remove the line"
    yield from _wrongly_moved(contract, plan)


def _named(plan: Plan) -> Iterator[tuple[str, Iterable[str]]]:
    """Yield each key of the plan that names criteria, with their ids."""
    yield "blocking", plan.blocking
    yield "advisory", [entry.criterion for entry in plan.advisory]
    yield "condition", [id for one in plan.condition for id in (*one.criteria, one.figure) if id]
    yield "kpi", [entry.criterion for entry in plan.kpi]
    yield "task", [id for task in plan.task for id in task.criteria]
    yield "departure", [entry.criterion for entry in plan.departure]


def _wrongly_moved(contract: Contract, plan: Plan) -> Iterator[str]:
    yield from (f"blocking: {id} blocks already; remove it" for id in plan.blocking if contract[id].blocking)
    for entry in plan.advisory:
        id, row = entry.criterion, contract[entry.criterion]
        if not row.blocking:
            yield f"advisory: {id} does not block; remove it"
        if not row.waivable:
            yield f"advisory: {id} may not be waived, so no plan makes it advice; remove it"
        if not entry.reason.en.strip():
            yield f"advisory: {id}: gives no reason; write why the phase can do without it"
    for key in ("advisory", "kpi"):
        counts = Counter(dict(_named(plan))[key])
        yield from (f"{key}: {id} is named twice; remove one" for id, count in counts.items() if count > 1)


def _refuse_twice(rows: Contract, plan: Plan) -> None:
    """Raise ContractError if two conditions count one criterion: their counts would not add up."""
    for id, row in rows.items():
        if row.blocking and sum(one.holds(id, row) for one in plan.condition) > 1:
            raise ContractError(f"condition: {id} is counted by two conditions; name it in one")
