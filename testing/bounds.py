"""The targets of the contract in the form in which evidence and remedies receive them."""

from collections.abc import Mapping
from types import MappingProxyType

from gate.bound import Bounds
from gate.contract import load_contract
from gate.thresholds import tighten

PLAN: Mapping[str, str] = MappingProxyType({})


def bounds(thresholds: Mapping[str, str] = PLAN) -> Bounds:
    """Return the plan's targets by id, tightened by these thresholds."""
    return {id: row.bound for id, row in tighten(load_contract(), thresholds).items()}
