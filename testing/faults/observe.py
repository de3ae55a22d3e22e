"""Audits a copy of a target folder with the real command line and reads what came of it."""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from reports.model.contract import Kind, load_contract

ROOT = Path(__file__).parents[2]
PATIENCE = 300  # seconds
MARKED = re.compile(r"^@criterion\(\"([A-Z0-9-]+)\"\)\ndef (test_\w+)", re.MULTILINE)


def outcomes(folder: Path, drill: str = "", change: str = "true") -> dict[str, str]:
    """Outcome per criterion, as `audited` saw it."""
    return by_criterion(audited(folder, drill, change))


def by_criterion(run: Mapping[str, Any]) -> dict[str, str]:
    """Outcomes of a run."""
    return {id: str(row["outcome"]) for id, row in run["results"].items()}


def audited(folder: Path, drill: str = "", change: str = "true", options: Sequence[str] = ()) -> dict[str, Any]:
    """run.json, after `change` (shell) in a copy of the target; of the drills only the one named is done.

    A copy, because a real audit leaves a sample in the history beside target.toml, and the next would see an incident.
    RuntimeError when the audit reached no verdict.
    """
    with tempfile.TemporaryDirectory(prefix="phase0-proof-") as scratch:
        copy = Path(scratch) / "target"
        shutil.copytree(folder, copy, symlinks=True)
        subprocess.run(["sh", "-eu"], input=change, text=True, cwd=copy, check=True, capture_output=True)
        return _audit(copy, Path(scratch) / "out", [*_without_others(drill), *options])


def _audit(folder: Path, out: Path, options: Sequence[str]) -> dict[str, Any]:
    command = [sys.executable, "-m", "pytest", "-q", f"--target={folder}", f"--reports={out}", *options]
    audit = subprocess.run(command, cwd=ROOT, timeout=PATIENCE, check=False, capture_output=True, text=True)
    try:
        run: dict[str, Any] = json.loads((out / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        said = (audit.stdout + audit.stderr)[-600:]
        raise RuntimeError(f"no verdict (exit {audit.returncode}): {said}") from error
    return run


def _without_others(drill: str) -> list[str]:
    if not drill:
        return ["-m", "not drill"]
    return [f"--deselect={test}" for id, test in _drills().items() if id != drill]


@cache
def _drills() -> dict[str, str]:
    """Where the test of each drill is."""
    contract = load_contract()
    return {id: test for id, test in _tests() if contract[id].kind is Kind.DRILL}


def _tests() -> Iterator[tuple[str, str]]:
    for file in sorted((ROOT / "tests").glob("test_*.py")):
        for id, name in MARKED.findall(file.read_text(encoding="utf-8")):
            yield id, f"tests/{file.name}::{name}"
