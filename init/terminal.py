"""How init speaks with the person who runs it."""

import getpass
import sys

from gate.command import UNSEEN


class Terminal:
    """Standard output, and a person who answers if there is one."""

    @property
    def answers(self) -> bool:
        """Whether somebody can be asked."""
        return sys.stdin is not None and sys.stdin.isatty()

    def say(self, line: str = "") -> None:
        """Print a line; what a terminal obeys is written as its code."""
        sys.stdout.write(UNSEEN.sub(lambda found: ascii(found[0])[1:-1], line) + "\n")
        sys.stdout.flush()

    def ask(self, question: str) -> str:
        """Return what a person writes; "" at the end of the input."""
        sys.stdout.write(question)
        sys.stdout.flush()
        return sys.stdin.readline().strip()

    def agrees(self, question: str) -> bool:
        """Return whether a person says yes; anything else is a no."""
        return self.ask(f"{question} [y/N] ").lower() in ("y", "yes")

    def password(self, question: str) -> str:
        """Return what a person writes without its being shown."""
        return getpass.getpass(question)
