"""Run a command; a failure becomes a LabError of one line."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from lab.errors import LabError


def run(*words: str | Path, env: Mapping[str, str] | None = None, stdin: str | None = None) -> str:
    """Run the command and return its stdout.

    Raises LabError with its last lines if the exit status is not 0.
    """
    done = attempt(*words, env=env, stdin=stdin)
    if done.returncode != 0:
        raise LabError(f"{_shown(words)} ended with {done.returncode}: {_last_words(done)}")
    return done.stdout


def attempt(
    *words: str | Path, env: Mapping[str, str] | None = None, stdin: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command and return its result, whatever the exit status is."""
    return subprocess.run(
        [str(word) for word in words],
        env={**os.environ, **(env or {})},
        input=stdin if stdin is not None else "",
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )


def _shown(words: Sequence[str | Path]) -> str:
    return " ".join(str(word) for word in words)[:160]


def _last_words(done: subprocess.CompletedProcess[str]) -> str:
    lines = (done.stderr.strip() or done.stdout.strip() or "no message").splitlines()
    return " / ".join(lines[-3:])
