"""The type of the function that writes to the operator's terminal."""

from typing import Protocol


class Write(Protocol):
    """Writes text to the operator's terminal. It adds no newline."""

    def __call__(self, text: str, markup: str = "") -> None:
        """Write `text`. `markup` is bold, red, green, yellow or ""."""
