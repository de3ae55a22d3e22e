"""Call the lab's command line from tests that need a server."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def lab(*words: str) -> str:
    """Run `python -m lab …` and return what it printed on stdout."""
    return subprocess.run(
        [sys.executable, "-m", "lab", *words],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=1800,
        stdin=subprocess.DEVNULL,
    ).stdout
