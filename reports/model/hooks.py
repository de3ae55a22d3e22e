"""What the rooms tell the operator in mid-run; whoever knows the language words it."""

from collections.abc import Mapping


def pytest_phase0_waiting(code: str, values: Mapping[str, str]) -> None:
    """Something takes its time: a sentence of the locale, by its code, with its figures."""
