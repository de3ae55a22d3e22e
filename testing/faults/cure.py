"""Inject a fault, run `--fix`, and compare with a sound server: the fault is gone, and nothing else is worse.

Each fault has a fresh server, so that it meets nothing that another fault or repair left behind.
"""

import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from gate.contract import Contract
from gate.outcome import Outcome
from remediations.transaction.remedy import load_remedies
from reports.pages.proofs import FOLLOWS
from testing.faults.fault import Fault, Where
from testing.faults.observe import ROOT, audited, by_criterion, outcomes
from testing.faults.proof import Proof, drills_of
from testing.faults.server import Server

FIX = ("--fix", "--fix-disruptive")
SOUND = (Outcome.PASS, Outcome.PENDING)  # a criterion that was just repaired may have to wait some days


def curable(faults: Sequence[Fault], contract: Contract) -> list[Fault]:
    """Return the faults whose criterion has a remedy, whether the remedy repairs them or must leave them alone."""
    remedies = load_remedies()
    return [
        fault
        for fault in faults
        if fault.where is Where.HOST and fault.expected == Outcome.FAIL and contract[fault.criterion].remedy in remedies
    ]


def cured(target: Path, faults: Iterable[Fault], contract: Contract) -> Iterator[Proof]:
    """Yield the proof of each fault after `--fix`."""
    sound: Mapping[str, str] = {}
    for fault in faults:
        try:
            reset(target)
            sound = sound or outcomes(target)
            yield judged(fault, sound, _fixed(target, fault, contract), contract)
        except (RuntimeError, OSError, subprocess.SubprocessError) as error:
            yield Proof(fault.criterion, fault.name, "pass", "-", (), ok=False, why=str(error))


def reset(target: Path) -> None:
    """Boot the server anew in the scenario `ready`. Raises RuntimeError if that fails."""
    command = [sys.executable, "-m", "lab", "reset", "--name", target.parent.name, "--scenario", "ready"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    if done.returncode:
        raise RuntimeError(f"the server could not be put back: {done.stderr.strip()[-300:]}")


def _fixed(target: Path, fault: Fault, contract: Contract) -> Mapping[str, Any]:
    server = Server(target)
    try:
        server.run(fault.inject)
        server.until(fault.until)
    finally:
        server.close()
    return audited(target, drills_of([fault], contract), options=FIX)


def judged(fault: Fault, sound: Mapping[str, str], run: Mapping[str, Any], contract: Contract) -> Proof:
    """Return the proof: the fault is repaired, or left alone if it is declared incurable, and nothing else is worse."""
    seen = by_criterion(run)
    expected = Outcome.FAIL if fault.incurable else Outcome.PASS
    observed = seen[fault.criterion]
    states = {row["state"] for row in run["interventions"]}
    changed = [
        id
        for id in contract
        if id != fault.criterion and contract[id].kind not in FOLLOWS and seen.get(id) != sound.get(id)
    ]
    others = {
        id for id in fault.also if not contract[id].remedy and fault.also[id] == seen.get(id)
    }  # faults that only people can repair
    worse = (
        []
        if fault.incurable
        else [id for id in changed if seen.get(id) not in SOUND and sound.get(id) in SOUND and id not in others]
    )
    faults = [f"{fault.criterion} was {observed}"] if observed != expected else []
    faults += [f"{id} became {seen.get(id)}" for id in worse]
    faults += [f"a remedy was {state}" for state in sorted(states - {"applied"})]
    return Proof(fault.criterion, fault.name, expected, observed, tuple(changed), not faults, "; ".join(faults))
