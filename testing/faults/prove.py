"""Inject a fault, audit, take it back, audit again: it flips exactly what it names, and flips it back."""

import contextlib
import subprocess
from collections.abc import Mapping
from pathlib import Path

import msgspec

from reports.model.contract import Contract, Kind
from testing.faults.fault import Fault, Where
from testing.faults.observe import outcomes
from testing.faults.server import Server

Outcomes = Mapping[str, str]


class Proof(msgspec.Struct, frozen=True, omit_defaults=True):
    """One row of proof.json. `collateral` names everything else that changed; `why` says what was not as expected."""

    criterion: str
    fault: str
    expected: str
    observed: str
    collateral: tuple[str, ...]
    ok: bool
    why: str = ""


def prove(fault: Fault, server: Server, folder: Path, baseline: Outcomes, contract: Contract) -> Proof:
    """Never raises: a fault that cannot be injected or taken back is a row that is not ok."""
    drills = contract[fault.criterion].kind is Kind.DRILL
    try:
        if fault.where is Where.HOST:
            seen, after = _on_host(fault, server, folder, drills)
        else:
            seen, after = outcomes(folder, drills, fault.inject), baseline
    except (RuntimeError, OSError, subprocess.SubprocessError) as error:
        return Proof(fault.criterion, fault.name, fault.expected, "-", (), ok=False, why=str(error))
    return verdict(fault, baseline, seen, after, contract)


def verdict(fault: Fault, baseline: Outcomes, seen: Outcomes, after: Outcomes, contract: Contract) -> Proof:
    """Compare what was seen with what the fault announces."""
    observed = seen.get(fault.criterion, "unknown")
    changed = [id for id in contract if id != fault.criterion and seen.get(id) != baseline.get(id)]
    faults = [f"{fault.criterion} was {observed}"] if observed != fault.expected else []
    faults += [f"{id} became {seen.get(id)}" for id in changed
               if contract[id].kind is not Kind.DERIVED and fault.also.get(id) != seen.get(id)]
    faults += [f"{id} did not change with it" for id in fault.also if id not in changed]
    faults += [f"{id} stayed {after.get(id)} after the revert" for id in contract if after.get(id) != baseline.get(id)]
    return Proof(fault.criterion, fault.name, fault.expected, observed, tuple(changed), not faults, "; ".join(faults))


def _on_host(fault: Fault, server: Server, folder: Path, drills: bool) -> tuple[Outcomes, Outcomes]:
    try:
        server.run(fault.inject)
        server.until(fault.until)
        seen = outcomes(folder, drills)
    except BaseException:
        with contextlib.suppress(RuntimeError):  # what went wrong first is what is told
            server.run(fault.revert)
        raise
    server.run(fault.revert)
    server.until(fault.settled)
    return seen, outcomes(folder, drills)
