"""Audits a copy of a target folder with the real command line and reads what came of it."""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATIENCE = 300  # seconds


def outcomes(folder: Path, drills: bool, change: str = "true") -> dict[str, str]:
    """Outcome per criterion, after `change` (shell) in the copy. RuntimeError when the audit reached no verdict.

    A copy, because a real audit leaves a sample in the history beside target.toml, and the next would see an incident.
    """
    with tempfile.TemporaryDirectory(prefix="phase0-proof-") as scratch:
        copy = Path(scratch) / "target"
        shutil.copytree(folder, copy, symlinks=True)
        subprocess.run(["sh", "-eu"], input=change, text=True, cwd=copy, check=True, capture_output=True)
        return _audit(copy, Path(scratch) / "out", drills)


def _audit(folder: Path, out: Path, drills: bool) -> dict[str, str]:
    command = [sys.executable, "-m", "pytest", "-q", f"--target={folder}", f"--reports={out}"]
    audit = subprocess.run([*command, *([] if drills else ["-m", "not drill"])], cwd=ROOT, timeout=PATIENCE, check=False,
                           capture_output=True, text=True)
    try:
        rows = json.loads((out / "run.json").read_text(encoding="utf-8"))["results"]
    except (OSError, ValueError, KeyError) as error:
        said = (audit.stdout + audit.stderr)[-600:]
        raise RuntimeError(f"no verdict (exit {audit.returncode}): {said}") from error
    return {id: str(row["outcome"]) for id, row in rows.items()}
