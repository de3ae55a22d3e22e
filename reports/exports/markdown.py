"""Formats texts as Markdown. Text from a host is escaped, and a command in backquotes stays a command."""

import re
from collections.abc import Iterable, Sequence

MARKUP = re.compile(r"[&<>|*_`\[\]~@#\\]")
COMMAND = re.compile("`([^`]+)`")


def escaped(text: str) -> str:
    """Return `text` with all Markdown and HTML characters escaped, so that it contains no markup, link or mention."""
    return MARKUP.sub(lambda found: f"&#{ord(found[0])};", text)


def prose(text: str) -> str:
    """Return a sentence escaped, with its commands in backquotes as code."""
    parts = COMMAND.split(text)  # plain text and commands in turn
    return "".join(f"`{part}`" if number % 2 else escaped(part) for number, part in enumerate(parts))


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterable[str]:
    """Yield the lines of a table. The cells must already be Markdown."""
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)


def written(lines: Iterable[str], most: int) -> bytes:
    """Return as many complete lines as fit into `most` bytes."""
    data, size = [], 0
    for line in lines:
        row = f"{line}\n".encode("utf-8", "backslashreplace")
        size += len(row)
        if size > most:
            break
        data.append(row)
    return b"".join(data)
