"""Where a criterion is judged and what that looks at, read from the sources: `explain` runs no test."""

import ast
from collections.abc import Iterator
from pathlib import Path

import msgspec

ROOT = Path(__file__).parents[1]


class Fact(msgspec.Struct, frozen=True):
    """A fact a test names, and the first line of how it is asked."""

    name: str
    asked: str


class Judging(msgspec.Struct, frozen=True):
    """The test of a criterion."""

    node: str
    facts: tuple[Fact, ...]


def judged_by(id: str, root: Path = ROOT) -> Judging | None:
    """The test marked with this criterion, or None."""
    for path, function in _functions(root / "tests"):
        if id in _arguments(function, "criterion"):
            asked = {fact: _arguments(parser, "fact") for _, parser in _functions(root / "fixtures")
                     for fact in [parser.name]}
            names = [argument.arg for argument in function.args.args]
            facts = tuple(Fact(name, asked[name][0]) for name in names if asked.get(name))
            return Judging(f"{path.relative_to(root)}::{function.name}", facts)
    return None


def _functions(folder: Path) -> Iterator[tuple[Path, ast.FunctionDef]]:
    for path in sorted(folder.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        yield from ((path, node) for node in tree.body if isinstance(node, ast.FunctionDef))


def _arguments(function: ast.FunctionDef, decorator: str) -> list[str]:
    """The texts a decorator of this name is called with; a command kept elsewhere is named by its variable."""
    calls = [call for call in function.decorator_list
             if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == decorator]
    return [str(argument.value) if isinstance(argument, ast.Constant) else ast.unparse(argument)
            for call in calls for argument in call.args]
