"""The standing attacks: tests marked with `@attack`, each with a row in the table of docs/threat-model.md.

`make docs` writes the table anew. `make test` runs the attacks that need no server; `make attacks` those below
testing/lab.
"""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "threat-model.md"
BEGIN, END = "<!-- attacks: make docs -->", "<!-- end of attacks -->"
Test = TypeVar("Test", bound=Callable[..., Any])


class Attack(NamedTuple):
    """One row of the table: the kind (T1 to T16, N for a further one), the claim, what is tried, and the test."""

    kind: str
    claim: str
    tried: str
    test: str


def attack(kind: str, claim: str) -> Callable[[Test], Test]:
    """Mark a test as an attack of this kind on this claim; its docstring says in one sentence what is tried."""
    assert re.fullmatch(r"[TN]\d+", kind), kind
    assert claim

    def mark(test: Test) -> Test:
        assert test.__doc__, test.__name__
        return pytest.mark.attack(test)  # type: ignore[no-any-return]  # pytest types it as Any

    return mark


def attacks() -> list[Attack]:
    """Return all attacks, sorted by kind and name. They are read from the sources; nothing is collected."""
    found = [row for path in sorted((ROOT / "testing").rglob("test_*.py")) for row in _in(path)]
    return sorted(found, key=lambda row: (row.kind[0] != "T", int(row.kind[1:]), row.test))


def _in(path: Path) -> Iterator[Attack]:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            for kind, claim in _marks(node):
                tried = " ".join((ast.get_docstring(node) or "").split())
                yield Attack(kind, claim, tried, f"{path.relative_to(ROOT)}::{node.name}")


def _marks(test: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    for call in test.decorator_list:
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "attack":
            kind, claim = (str(ast.literal_eval(argument)) for argument in call.args)
            yield kind, claim


def table() -> str:
    """Return the table of docs/threat-model.md in Markdown, one row for each attack."""
    rows = [f"| {row.kind} | {row.claim} | {row.tried} | `{row.test}` |" for row in attacks()]
    return "\n".join(["| | claim | attack | test |", "|---|---|---|---|", *rows])


def written(page: str) -> str:
    """Return the page with the present table."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
