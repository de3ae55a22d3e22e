"""A plugin of pytest that kills the audit that loads it."""

import os
import signal


def pytest_addoption() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
