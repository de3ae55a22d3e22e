"""A target's own figures: they may only ask for more than the plan does."""

from collections.abc import Mapping

import msgspec

from gate.bound import Bound
from gate.contract import Contract, ContractError, Criterion


def tighten(contract: Contract, thresholds: Mapping[str, str]) -> dict[str, Criterion]:
    """The contract with a target's own figures; they may only ask for more (loosening is a waiver)."""
    changed = dict(contract)
    for id, written in thresholds.items():
        if id not in contract:
            raise ContractError(f"[thresholds] {id}: no such criterion; see: python -m reports list")
        changed[id] = _tightened(id, contract[id], written)
    return changed


def loosened(contract: Contract, ours: Contract) -> tuple[str, ...]:
    """Criteria of which another contract asks less than ours, or nothing: a GO by it is not a GO by ours."""
    return tuple(id for id, row in ours.items() if id not in contract or _asks_less(contract[id], row))


def _asks_less(other: Criterion, ours: Criterion) -> bool:
    kept = (other.kind, other.chapter, other.weight, other.finding) == (
        ours.kind,
        ours.chapter,
        ours.weight,
        ours.finding,
    )
    strict = other.blocking >= ours.blocking and other.waivable <= ours.waivable and other.knockout >= ours.knockout
    measured = other.may_be_attested <= ours.may_be_attested
    return not (kept and strict and measured and other.bound.tightens(ours.bound))


def _tightened(id: str, criterion: Criterion, written: str) -> Criterion:
    try:
        wanted = Bound.parse(written)
    except ValueError as error:
        raise ContractError(f"[thresholds] {id}: {error}") from error
    if not wanted.tightens(criterion.bound):
        raise ContractError(
            f"[thresholds] {id}: “{written}” is looser than “{criterion.target}”; "
            "a looser target is a waiver: write it in waivers.toml, with an approver and an expiry"
        )
    return msgspec.structs.replace(criterion, target=written)
