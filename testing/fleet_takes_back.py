"""A plugin of pytest that works until it is interrupted, and then takes half a second to take that back.

It leaves `began` and `taken-back` in the folder of the reports.
"""

import signal
import sys
import time
from pathlib import Path


def pytest_addoption() -> None:
    folder = Path(next(word.removeprefix("--reports=") for word in sys.argv if word.startswith("--reports=")))
    try:
        (folder / "began").touch()
        while True:
            signal.pause()
    except KeyboardInterrupt:
        time.sleep(0.5)
        (folder / "taken-back").touch()
        raise
