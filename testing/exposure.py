"""How much a unit could do, as systemd says."""

import re
import subprocess
from pathlib import Path

import pytest


def exposure(unit: Path) -> float:
    """Return the exposure of a unit without drop-ins, from 0 (can do nothing) to 10; skip where systemd cannot tell offline."""
    done = subprocess.run(["systemd-analyze", "security", "--offline=true", str(unit)], capture_output=True, text=True)
    if "unrecognized option" in done.stderr:
        pytest.skip("this systemd has no --offline")
    level = re.search(r"Overall exposure level for .*: ([\d.]+)", done.stdout)
    assert level is not None, done.stderr
    return float(level[1])
