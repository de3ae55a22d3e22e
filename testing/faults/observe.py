"""Audit a copy of a target folder as the command line does, and return the result."""

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from gate.contract import Kind, load_contract
from testing.faults.forked_audits import audit

ROOT = Path(__file__).parents[2]
PATIENCE = 300  # seconds
SITE = "tests/test_site.py::test_the_sites_criterion"
MARKED = re.compile(r"^@criterion\(\"([A-Z0-9-]+)\"\)\ndef (test_\w+)", re.MULTILINE)


def outcomes(
    folder: Path, drills: Collection[str] = (), change: str = "true", only: Collection[str] = ()
) -> dict[str, str]:
    """Return the outcome of each criterion, as `audited` observed it; with `only`, just those criteria are judged."""
    named = [test for id, test in _tests() if id in only] + [f"{SITE}[{id}]" for id in only if id.startswith("SITE-")]
    return by_criterion(audited(folder, drills, change, named))


def by_criterion(run: Mapping[str, Any]) -> dict[str, str]:
    """Return the outcome of each criterion of a run, by its id."""
    return {id: str(row["outcome"]) for id, row in run["results"].items()}


def audited(
    folder: Path, drills: Collection[str] = (), change: str = "true", options: Sequence[str] = ()
) -> dict[str, Any]:
    """Return run.json of an audit of a copy of the target, after `change` (shell code) in it.

    Only the named drills are run. The copy is needed because an audit adds a sample to the history beside target.toml,
    and the next audit would see an incident. Raises RuntimeError if the audit reached no verdict.
    """
    with tempfile.TemporaryDirectory(prefix="phase0-proof-") as scratch:
        copy = Path(scratch) / "target"
        shutil.copytree(folder, copy, symlinks=True)
        subprocess.run(["sh", "-eu"], input=change, text=True, cwd=copy, check=True, capture_output=True)
        return _audit(copy, Path(scratch) / "out", [*_without_others(drills), *options])


def _audit(folder: Path, out: Path, options: Sequence[str]) -> dict[str, Any]:
    output = folder.parent / "said"
    status = audit(["-q", f"--target={folder}", f"--reports={out}", *options], output, PATIENCE)
    try:
        run: dict[str, Any] = json.loads((out / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RuntimeError(f"no verdict (exit {status}): {output.read_text(errors='replace')[-600:]}") from error
    return run


def _without_others(drills: Collection[str]) -> list[str]:
    if not drills:
        return ["-m", "not drill"]
    return [f"--deselect={test}" for id, test in _drills().items() if id not in drills]


@cache
def _drills() -> dict[str, str]:
    """Return the test of each drill, by the id of its criterion."""
    contract = load_contract()
    return {id: test for id, test in _tests() if contract[id].kind is Kind.DRILL}


@cache
def _tests() -> list[tuple[str, str]]:
    return [
        (id, f"tests/{file.name}::{name}")
        for file in sorted((ROOT / "tests").glob("test_*.py"))
        for id, name in MARKED.findall(file.read_text(encoding="utf-8"))
    ]
