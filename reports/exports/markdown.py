"""Texts as Markdown: what a host says stays text, a command in backquotes stays a command."""

import re
from collections.abc import Iterable, Sequence

MARKUP = re.compile(r"[&<>|*_`\[\]~@#\\]")
COMMAND = re.compile("`([^`]+)`")


def escaped(text: str) -> str:
    """Nothing in it is markup, a link, or calls somebody."""
    return MARKUP.sub(lambda found: f"&#{ord(found[0])};", text)


def prose(text: str) -> str:
    """A sentence with its commands set as code."""
    parts = COMMAND.split(text)  # what stands between, and by turns what is quoted
    return "".join(f"`{part}`" if number % 2 else escaped(part) for number, part in enumerate(parts))


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterable[str]:
    """Cells are Markdown already."""
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)


def written(lines: Iterable[str], most: int) -> bytes:
    """As many whole lines as fit."""
    data, size = [], 0
    for line in lines:
        row = f"{line}\n".encode("utf-8", "backslashreplace")
        size += len(row)
        if size > most:
            break
        data.append(row)
    return b"".join(data)
