"""The end of init: what the audit can reach, and the first verdict, by the programs that everybody uses."""

import os
import subprocess
import sys
from pathlib import Path

from gate.command import spoken
from init.errors import FAILED
from init.folder import CLONE
from init.options import Options
from init.terminal import Terminal

DECIDED = (0, 1, 10, 11)  # exit statuses of an audit that ended in a decision


def judge(given: Options, folder: Path, terminal: Terminal) -> int:
    """Check and audit the server. Return 0 if there is a decision, whichever it is; otherwise the status of pytest."""
    terminal.say("\nWhat an audit can reach:")
    _started(("fixtures", "check", given.name, f"--lang={given.lang}"), {})
    reports = {"PHASE0_REPORTS": os.environ.get("PHASE0_REPORTS") or str(reports_of(given.name))}
    words = ["-c", str(CLONE / "pyproject.toml"), "--rootdir", str(CLONE), str(CLONE / "tests")]
    drills = ["-m", "not drill"] if given.no_drills else []
    terminal.say("\nThe first verdict:")
    status = _started(("pytest", *words, f"--target={given.name}", f"--lang={given.lang}", *drills), reports)
    again, away = (spoken(f".venv/bin/python -m init {given.name}{option}") for option in ("", " --remove"))
    terminal.say(f"\nCorrect {folder}/target.toml where it is wrong, then: {again}. Take everything away: {away}")
    return 0 if status in DECIDED else status or FAILED


def reports_of(name: str) -> Path:
    """Return the folder of the reports, as `make audit` and `phase0-gate audit` have it."""
    return CLONE / "reports" / "out" / name if (CLONE / "Makefile").exists() else Path("phase0-reports") / name


def _started(words: tuple[str, ...], variables: dict[str, str]) -> int:
    env = {**os.environ, "PYTHONPATH": str(CLONE), **variables}
    return subprocess.run(
        [sys.executable, "-P", "-m", *words], env=env, stdin=subprocess.DEVNULL, check=False
    ).returncode
