"""How the operator hears of what is under way."""

from typing import Protocol


class Tell(Protocol):
    """Writes to the operator's terminal; without a newline unless the text has one."""

    def __call__(self, text: str, markup: str = "") -> None:
        """`markup` is bold, red, green, yellow or nothing."""
