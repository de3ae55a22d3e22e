"""A target's own figures: they may only ask for more than the plan does."""

from collections.abc import Mapping

import msgspec

from reports.model.bound import Bound
from reports.model.contract import Contract, ContractError, Criterion


def tighten(contract: Contract, thresholds: Mapping[str, str]) -> dict[str, Criterion]:
    """The contract with a target's own figures; they may only ask for more (loosening is a waiver)."""
    changed = dict(contract)
    for id, written in thresholds.items():
        if id not in contract:
            raise ContractError(f"[thresholds] {id}: no such criterion; see: python -m reports list")
        changed[id] = _tightened(id, contract[id], written)
    return changed


def _tightened(id: str, criterion: Criterion, written: str) -> Criterion:
    try:
        wanted = Bound.parse(written)
    except ValueError as error:
        raise ContractError(f"[thresholds] {id}: {error}") from error
    if not wanted.tightens(criterion.bound):
        raise ContractError(f"[thresholds] {id}: “{written}” is looser than “{criterion.target}”; "
                            "a looser target is a waiver: write it in waivers.toml, with an approver and an expiry")
    return msgspec.structs.replace(criterion, target=written)
