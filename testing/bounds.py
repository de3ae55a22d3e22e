"""The targets of the contract, as they are handed to evidence and remedies."""

from collections.abc import Mapping
from types import MappingProxyType

from gate.bound import Bounds
from gate.contract import load_contract
from gate.thresholds import tighten

PLAN: Mapping[str, str] = MappingProxyType({})


def bounds(thresholds: Mapping[str, str] = PLAN) -> Bounds:
    """Those of the plan, tightened as [thresholds] of a target would."""
    return {id: row.bound for id, row in tighten(load_contract(), thresholds).items()}
