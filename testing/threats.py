"""The standing attacks: each is a test that carries `@attack`, and a row of the table in docs/threat-model.md.

`make docs` writes the table anew. A test that needs no server runs in `make test`, one below testing/lab in `make attacks`.
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
    """One row: the kind of attack (T1 to T16, or N for a further one), what is claimed, what is tried, and the test."""

    kind: str
    claim: str
    tried: str
    test: str


def attack(kind: str, claim: str) -> Callable[[Test], Test]:
    """Mark a test as an attack of this kind against this claim; its docstring says in one sentence what is tried."""
    assert re.fullmatch(r"[TN]\d+", kind), kind
    assert claim

    def mark(test: Test) -> Test:
        assert test.__doc__, test.__name__
        return pytest.mark.attack(test)  # type: ignore[no-any-return]  # pytest types it as Any

    return mark


def attacks() -> list[Attack]:
    """Every attack there is, by kind and name; read from the sources, so that nothing needs to be collected."""
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
    """The table of docs/threat-model.md in Markdown, one row for each attack."""
    rows = [f"| {row.kind} | {row.claim} | {row.tried} | `{row.test}` |" for row in attacks()]
    return "\n".join(["| | claim | attack | test |", "|---|---|---|---|", *rows])


def written(page: str) -> str:
    """The page with the table of today."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
