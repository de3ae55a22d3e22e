"""Formats texts as Markdown. Text from a host is escaped, and a command in backquotes stays a command."""

import re
from collections.abc import Iterable, Sequence

MARKUP = re.compile(r"[<>|*`~\[\]\\@#]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w+;)")  # within a word, _ is a letter
COMMAND = re.compile("`([^`]+)`")
TICKS = re.compile("`+")


def escaped(text: str) -> str:
    """Return `text` with a backslash before each character that would be markup, a tag, an entity or a mention."""
    return MARKUP.sub(lambda found: f"\\{found[0]}", text)


def prose(text: str) -> str:
    """Return a sentence escaped, with its commands in backquotes as code."""
    parts = COMMAND.split(text)  # plain text and commands in turn
    return "".join(f"`{part}`" if number % 2 else escaped(part) for number, part in enumerate(parts))


def fenced(command: str) -> Iterable[str]:
    """Yield the lines of a command as a block of code, whose fence is longer than any within it."""
    fence = "`" * max(3, 1 + max(map(len, TICKS.findall(command)), default=0))
    yield from (fence, *command.splitlines(), fence)


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
