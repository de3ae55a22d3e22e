"""Which remedies a `--fix` means, and for which criteria. Pure."""

from collections.abc import Mapping

import msgspec

from fixtures.session.options import EVERYTHING
from gate.contract import Contract, Kind
from gate.outcome import Outcome
from remediations.transaction.remedy import Remedy

PLAN = "plan"


class Wanted(msgspec.Struct, frozen=True):
    """What was asked for. `names` are criteria and remedies; none means all."""

    plan_only: bool
    names: tuple[str, ...]
    disruptive: bool


def parse(written: str, disruptive: bool, contract: Contract, remedies: Mapping[str, Remedy]) -> Wanted:
    """`--fix=plan`, `--fix`, `--fix=ID,remedy`; ValueError names what is no criterion with a remedy and no remedy."""
    words = [word.strip() for word in written.split(",") if word.strip()]
    names = tuple(word for word in words if word not in (PLAN, EVERYTHING))
    for name in names:
        if name in contract and contract[name].remedy not in remedies:
            raise ValueError(f"{name} has no remedy here; what to do instead: python -m reports explain {name}")
        if name not in contract and name not in remedies:
            raise ValueError(
                f"{name}: no criterion or remedy of that name (remedies: {', '.join(sorted(remedies))}); "
                "write --fix=NAME, or --fix last on the line"
            )
    return Wanted(PLAN in words, names, disruptive)


def choose(
    wanted: Wanted, outcomes: Mapping[str, str], contract: Contract, remedies: Mapping[str, Remedy]
) -> dict[str, tuple[str, ...]]:
    """Remedy → the failing criteria it is for. Only `fail` is remedied: what could not be observed is left alone."""
    chosen: dict[str, tuple[str, ...]] = {}
    for id, outcome in outcomes.items():
        remedy = contract[id].remedy
        if outcome == Outcome.FAIL and remedy in remedies and _meant(wanted, id, remedy):
            chosen[remedy] = (*chosen.get(remedy, ()), id)
    return chosen


def drills(wanted: Wanted, contract: Contract, remedies: Mapping[str, Remedy], after: Remedy | None) -> frozenset[str]:
    """The drills worth a rehearsal: a remedy that is meant can cure them, and `after` may have influenced them."""
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
    """Criteria in the remedy's scope that passed before it and do not now."""
    return frozenset(
        id
        for id, outcome in before.items()
        if outcome == Outcome.PASS and remedy.influences(id) and after.get(id, Outcome.UNKNOWN) != Outcome.PASS
    )
