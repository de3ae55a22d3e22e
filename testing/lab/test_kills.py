"""Every remedy is ended half-way once, and some circumstances are met; `make kills` ends them two hundred times, in all."""

import subprocess
import sys
from pathlib import Path

from testing.audits import ROOT

SCENARIO = "before"


def test_whatever_ends_a_remedy_the_server_is_whole(target: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "testing.kills", f"--target={target}", "--kills", "10"],
        cwd=ROOT,
        text=True,
        capture_output=True,
        timeout=1800,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
