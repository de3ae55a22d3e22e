"""A question whose answer is cut says so: a limit needs a reason in limits.toml why nothing is lost by it."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import fixtures
from fixtures.ask.facts import FACTS, Asked
from fixtures.session.registry import registered_facts

HERE = Path(fixtures.__file__).parent
REASONS = tomllib.loads((Path(__file__).parent / "limits.toml").read_text(encoding="utf-8"))["fixtures"]
LIMIT = re.compile(
    r"\b(?:head|tail) -[nc1-9{$]|-maxdepth|-xdev|\bfind\b.* -mount\b|--lines|--max-count|\bgrep\b[^|]* -m ?[0-9]"
    r"|journalctl\b[^|]* -n ?[0-9]|\bLIMIT\b [$0-9]|\bsed\b[^|]*[0-9]{2,}q"
)
HARMLESS = re.compile(  # one value is asked for, the form of a file, a position in it, or a thing itself
    r"\b(?:head|tail) (?:-n 1|-1)\b|\b(?:head|tail) -c (?:[0-9]{1,3}\b|[+-])|-maxdepth 0\b|journalctl\b[^|]* -n 1\b"
)


def lines() -> Iterator[tuple[str, str]]:
    """Every line that a server is asked with, and where it stands."""
    for file in sorted(HERE.rglob("*.sh")):
        for line in file.read_text(encoding="utf-8").splitlines():
            yield str(file.relative_to(HERE.parent)), line
    for name, fact in sorted(FACTS.items()):
        if fact.asked in (Asked.HOST, Asked.ROOT):
            yield from ((name, line) for line in fact.ask.splitlines())


def unreported(line: str) -> bool:
    code = HARMLESS.sub("", re.sub(r"^\s*#.*", "", line))
    return LIMIT.search(code) is not None and not any(part in line for part in REASONS)


def test_a_limit_has_a_reason_why_nothing_is_lost() -> None:
    registered_facts()
    assert len(FACTS) > 50, "the facts are loaded"
    assert sorted({(where, line.strip()) for where, line in lines() if unreported(line)}) == []


@pytest.mark.parametrize(
    "line",
    [
        'find "$BACKUPS_DIRECTORY" -xdev -type f',
        "sort -rn | head -n 60",
        "ls | head -60",
        "journalctl -u k3s -n 50",
        "journalctl --lines=50",
        "find / -maxdepth 4",
        "cat x | head -c 2048 | wc -l",
        "grep -m 5 error x",
        "sed 40q x",
    ],
)
def test_a_limit_without_a_reason_is_found(line: str) -> None:
    assert unreported(line)


@pytest.mark.parametrize(
    "line", ["sort -rn | head -n 1", "tail -c 9", "tail -c +29", 'find "$path" -maxdepth 0', "# head -n 60"]
)
def test_what_asks_for_one_thing_is_no_limit(line: str) -> None:
    assert not unreported(line)
