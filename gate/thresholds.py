"""Applies the thresholds of a target, which may be stricter than the contract but not looser."""

from collections.abc import Mapping

import msgspec

from gate.bound import Bound
from gate.command import spoken
from gate.contract import Contract, ContractError, Criterion


def tighten(contract: Contract, thresholds: Mapping[str, str]) -> dict[str, Criterion]:
    """Return the contract with the thresholds of a target.

    Raises ContractError if a criterion is unknown, a threshold cannot be parsed, or it is looser than the contract. A
    looser threshold is a waiver.
    """
    changed = dict(contract)
    for id, written in thresholds.items():
        if id not in contract:
            raise ContractError(spoken(f"[thresholds] {id}: no such criterion; see: python -m reports list"))
        changed[id] = tightened("[thresholds]", id, contract[id], written)
    return changed


def loosened(contract: Contract, ours: Contract) -> tuple[str, ...]:
    """Return the criteria of `ours` that `contract` lacks or asks less of.

    A GO by `contract` is then not a GO by `ours`.
    """
    return tuple(id for id, row in ours.items() if id not in contract or _asks_less(contract[id], row))


def _asks_less(other: Criterion, ours: Criterion) -> bool:
    same = (other.kind, other.chapter, other.weight, other.finding) == (
        ours.kind,
        ours.chapter,
        ours.weight,
        ours.finding,
    )
    strict = other.blocking >= ours.blocking and other.waivable <= ours.waivable and other.knockout >= ours.knockout
    measured = other.may_be_attested <= ours.may_be_attested
    return not (same and strict and measured and other.bound.tightens(ours.bound))


def tightened(where: str, id: str, criterion: Criterion, written: str) -> Criterion:
    """Return the criterion with another target. Raises ContractError, which begins with `where`, if that is looser."""
    try:
        wanted = Bound.parse(written)
    except ValueError as error:
        raise ContractError(f"{where} {id}: {error}") from error
    if not wanted.tightens(criterion.bound):
        raise ContractError(
            f"{where} {id}: “{written}” is looser than “{criterion.target}”; "
            "a looser target is a waiver: write it in waivers.toml, with an approver and an expiry"
        )
    return msgspec.structs.replace(criterion, target=written)
