"""Selects the remedies that a `--fix` asks for, and the criteria each is for. Nothing here contacts the host."""

from collections.abc import Mapping

import msgspec

from fixtures.session.options import EVERYTHING
from gate.command import spoken
from gate.contract import Contract, Kind
from gate.outcome import Outcome
from remediations.transaction.remedy import Remedy

PLAN = "plan"


class Wanted(msgspec.Struct, frozen=True):
    """What `--fix` asks for. `names` are criteria and remedies; an empty tuple means all."""

    plan_only: bool
    names: tuple[str, ...]
    disruptive: bool


def parse(written: str, disruptive: bool, contract: Contract, remedies: Mapping[str, Remedy]) -> Wanted:
    """Parse the value of `--fix`, `--fix=plan` or `--fix=ID,remedy`.

    Raises ValueError for a name that is neither a remedy nor a criterion with a remedy.
    """
    words = [word.strip() for word in written.split(",") if word.strip()]
    names = tuple(word for word in words if word not in (PLAN, EVERYTHING))
    for name in names:
        if name in contract and contract[name].remedy not in remedies:
            raise ValueError(
                f"{name} has no remedy here; what to do instead: {spoken('python -m reports')} explain {name}"
            )
        if name not in contract and name not in remedies:
            raise ValueError(
                f"{name}: no criterion or remedy of that name (remedies: {', '.join(sorted(remedies))}); "
                "write --fix=NAME, or --fix last on the line"
            )
    return Wanted(PLAN in words, names, disruptive)


def choose(
    wanted: Wanted, outcomes: Mapping[str, str], contract: Contract, remedies: Mapping[str, Remedy]
) -> dict[str, tuple[str, ...]]:
    """Return the selected remedies with the failing criteria each is for.

    Only a `fail` is remedied; an unknown criterion is left alone.
    """
    chosen: dict[str, tuple[str, ...]] = {}
    for id, outcome in outcomes.items():
        remedy = contract[id].remedy
        if outcome == Outcome.FAIL and remedy in remedies and _meant(wanted, id, remedy):
            chosen[remedy] = (*chosen.get(remedy, ()), id)
    return chosen


def drills(wanted: Wanted, contract: Contract, remedies: Mapping[str, Remedy], after: Remedy | None) -> frozenset[str]:
    """Return the drills to repeat: those a selected remedy can cure, and that `after` may have influenced, if given."""
    return frozenset(
        id
        for id, criterion in contract.items()
        if criterion.kind is Kind.DRILL
        and criterion.remedy in remedies
        and _meant(wanted, id, criterion.remedy)
        and (after is None or after.influences(id))
    )


def _meant(wanted: Wanted, id: str, remedy: str) -> bool:
    return not wanted.names or id in wanted.names or remedy in wanted.names


def regressed(before: Mapping[str, str], after: Mapping[str, str], remedy: Remedy) -> frozenset[str]:
    """Return the criteria in the scope of the remedy that passed before it and do not pass now."""
    return frozenset(
        id
        for id, outcome in before.items()
        if outcome == Outcome.PASS and remedy.influences(id) and after.get(id, Outcome.UNKNOWN) != Outcome.PASS
    )
