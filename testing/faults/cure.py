"""Inject a fault, `--fix` it, and compare with a sound server: what failed passes, and nothing else is worse.

Each on a fresh server, so that nothing a fault or a fix leaves behind meets the next.
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
SOUND = (Outcome.PASS, Outcome.PENDING)  # what was repaired a moment ago may have to wait for its days


def curable(faults: Sequence[Fault], contract: Contract) -> list[Fault]:
    """Those a remedy is for, whether it is to cure them or to leave them alone."""
    remedies = load_remedies()
    return [
        fault
        for fault in faults
        if fault.where is Where.HOST and fault.expected == Outcome.FAIL and contract[fault.criterion].remedy in remedies
    ]


def cured(target: Path, faults: Iterable[Fault], contract: Contract) -> Iterator[Proof]:
    """What `--fix` makes of each."""
    sound: Mapping[str, str] = {}
    for fault in faults:
        try:
            reset(target)
            sound = sound or outcomes(target)
            yield judged(fault, sound, _fixed(target, fault, contract), contract)
        except (RuntimeError, OSError, subprocess.SubprocessError) as error:
            yield Proof(fault.criterion, fault.name, "pass", "-", (), ok=False, why=str(error))


def reset(target: Path) -> None:
    """The server as it was at first."""
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
    """Cured, or left alone where that is declared; and nobody is worse off."""
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
    }  # for people to repair
    worse = (
        []
        if fault.incurable
        else [id for id in changed if seen.get(id) not in SOUND and sound.get(id) in SOUND and id not in others]
    )
    faults = [f"{fault.criterion} was {observed}"] if observed != expected else []
    faults += [f"{id} became {seen.get(id)}" for id in worse]
    faults += [f"a remedy was {state}" for state in sorted(states - {"applied"})]
    return Proof(fault.criterion, fault.name, expected, observed, tuple(changed), not faults, "; ".join(faults))
