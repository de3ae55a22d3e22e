"""Run the audit's real command line and read run.json, for tests that see only what a user sees."""

import json
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from gate.contract import load_contract
from testing.faults import forked_audits

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Audited:
    """The result of one run of the command line: exit status, everything printed, run.json."""

    status: int
    output: str
    run: dict[str, Any]

    @property
    def outcomes(self) -> dict[str, str]:
        """The outcome of each criterion, by its id."""
        return {id: row["outcome"] for id, row in self.run["results"].items()}

    def unlike(self, outcomes: dict[str, str]) -> list[str]:
        """What came out otherwise: each criterion with the outcome that was expected, and its row of the run."""
        rows = {**outcomes, **self.outcomes}
        return [
            f"{id}: {outcomes.get(id)} expected, {self.run['results'].get(id)}"
            for id in rows
            if outcomes.get(id) != self.outcomes.get(id)
        ]


def audit(target: str, out: Path, *more: str, seconds: float = 300) -> Audited:
    """Run `pytest --target=TARGET` in the repository, as a user types it."""
    command = [sys.executable, "-m", "pytest", f"--target={target}", f"--reports={out}", *more]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=seconds, check=False, stdin=subprocess.DEVNULL
    )
    return Audited(done.returncode, done.stdout + done.stderr, _run(out))


def forked(target: str, out: Path, *more: str, pages: bool = True) -> Audited:
    """Do the same as `audit` in a forked process, which takes half as long; without `pages`, write only run.json."""
    with TemporaryDirectory() as folder:
        printed = Path(folder) / "printed"
        status = forked_audits.audit([f"--target={target}", f"--reports={out}", *more], printed, 300, pages=pages)
        return Audited(status, printed.read_text(), _run(out))


def replayed(recording: Path, out: Path) -> Audited:
    """Judge a recording in a forked process; of the reports it writes only run.json."""
    return forked(f"replay:{recording}", out, pages=False)


@cache
def demo(scenario: str) -> Audited:
    """Judge the demo's recording of a scenario, once for all tests of this process that only read what came of it."""
    with TemporaryDirectory() as folder:
        return replayed(ROOT / "lab" / "recordings" / f"{scenario}.json", Path(folder))


def _run(out: Path) -> dict[str, Any]:
    file = out / "run.json"
    return json.loads(file.read_text()) if file.exists() else {}


def expected(scenario: str) -> tuple[int, dict[str, str]]:
    """Return the exit status and the outcome of every criterion that expected.toml lists for a scenario."""
    row = tomllib.loads((ROOT / "testing" / "expected.toml").read_text())[scenario]
    return row["status"], {id: row["outcomes"].get(id, "pass") for id in load_contract()}
