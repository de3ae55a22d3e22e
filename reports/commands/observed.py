"""Finds the test of a criterion and the facts it uses. It reads the sources and runs no test."""

import ast
import inspect
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import msgspec

from fixtures.ask.facts import Fact
from fixtures.session.registry import registered_facts
from fixtures.site.criteria import site_facts
from fixtures.target.site import SiteRow

ROOT = Path(__file__).parents[2]


class ObservedJudging(msgspec.Struct, frozen=True):
    """The test of a criterion, and the facts it uses."""

    node: str
    facts: tuple[Fact, ...]


def judged_by(id: str, rows: Mapping[str, SiteRow] | None = None) -> ObservedJudging | None:
    """Return the test marked with this criterion, or None. `rows` are the site's own criteria."""
    if fact := site_facts(rows or {}).get(id):
        return ObservedJudging(f"tests/test_site.py::test_the_sites_criterion[{id}]", (fact,))
    for path, function in _tests():
        if any(ast.unparse(one) == f"criterion({id!r})" for one in function.decorator_list):
            facts = {fact.name: fact for fact in registered_facts()}
            asked = [one.arg.removeprefix("maybe_") for one in function.args.args]
            named = tuple(facts[name] for name in asked if name in facts)
            return ObservedJudging(f"{path.relative_to(ROOT)}::{function.name}", named)
    return None


def question(fact: Fact) -> str:
    """Return the question of a fact, or the path of its file if the question has several lines. A site's is whole."""
    return question_file(fact) if "\n" in fact.ask and inspect.isfunction(fact.parse) else fact.ask


def question_file(fact: Fact) -> str:
    """Return the path of the file that a question stands in."""
    file = Path(inspect.getfile(fact.parse))
    script = file.with_suffix(".sh")
    return str((script if script.exists() else file).relative_to(ROOT))


@cache
def _tests() -> list[tuple[Path, ast.FunctionDef]]:
    return [(path, node) for path in sorted((ROOT / "tests").glob("test_*.py")) for node in _functions(path)]


def _functions(path: Path) -> Iterator[ast.FunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return (node for node in tree.body if isinstance(node, ast.FunctionDef))
