"""Where a criterion is judged and what that looks at, read from the sources: `explain` runs no test."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import msgspec

ROOT = Path(__file__).parents[2]


class Fact(msgspec.Struct, frozen=True):
    """A fact a test names, and how it is asked: the command itself, or the file that holds it."""

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
            asked = {parser.name: _asked(file, parser, root) for file, parser in _functions(root / "fixtures")}
            facts = tuple(Fact(each.arg, asked[each.arg]) for each in function.args.args if asked.get(each.arg))
            return Judging(f"{path.relative_to(root)}::{function.name}", facts)
    return None


def _functions(folder: Path) -> Iterator[tuple[Path, ast.FunctionDef]]:
    for path in sorted(folder.rglob("*.py")):
        yield from ((path, node) for node in _tree(path).body if isinstance(node, ast.FunctionDef))


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _asked(file: Path, parser: ast.FunctionDef, root: Path) -> str:
    """Nothing for a function that is no fact."""
    arguments = _calls(parser, "fact")
    if not arguments:
        return ""
    if isinstance(arguments[0], ast.Constant):
        return str(arguments[0].value)
    script = file.with_suffix(".sh")
    return str((script if script.exists() else file).relative_to(root))


def _arguments(function: ast.FunctionDef, decorator: str) -> list[str]:
    """The texts a decorator of this name is called with."""
    return [str(argument.value) for argument in _calls(function, decorator) if isinstance(argument, ast.Constant)]


def _calls(function: ast.FunctionDef, decorator: str) -> list[ast.expr]:
    """The arguments a decorator of this name is called with."""
    return [
        argument
        for call in function.decorator_list
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == decorator
        for argument in call.args
    ]
