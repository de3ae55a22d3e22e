"""The command `phase0-gate`: one name for the programs of this project.

In a clone the packages stand beside this one. In a wheel they are in its folder `rooms`, which only this command puts
on the path: PyPI has a `fixtures` of its own.
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOMS = HERE / "rooms"  # only in a wheel
HOME = ROOMS if ROOMS.is_dir() else HERE.parent
INSTALLED = not (HOME / "Makefile").exists()  # in a clone, reports go to reports/out of it


def main() -> int:
    """Run the command with the words of the command line and return its exit status."""
    sys.path.insert(0, str(HOME))
    from gate.command import status_of
    from phase0_gate.dispatch import dispatch

    return status_of(dispatch, sys.argv[1:])
