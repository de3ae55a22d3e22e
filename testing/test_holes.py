"""Every value that a sentence of the contract names is passed by its test: the page would show a missing one as “–”.

What was seen is compared with what the tests pass on the recorded servers. Findings that no recording contains are
compared with the source of their test: with the call that names their values, or else with all names that the test
passes.
"""

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import msgspec
import pytest

from fixtures.drills.backup_failure import Failed
from gate.contract import Criterion, load_contract
from gate.run import Run
from gate.sentence import holes
from reports.text.words import OWN
from testing.audits import ROOT, demo

CONTRACT = load_contract()
FOLDER = OWN | {"own"}  # values that every sentence may use, and the target's folder


@pytest.fixture(scope="module")
def seen() -> list[Run]:
    """The runs of the recorded servers."""
    return [msgspec.convert(demo(name).run, Run) for name in ("before", "ready")]


def wanted(row: Criterion) -> set[str]:
    """Return the names in `seen`, `missed`, the figure of the plan's table and the advice."""
    texts = [
        row.seen,
        *row.without.values(),
        row.next,
        *([row.missed] if row.missed else []),
        *([row.kpi.now] if row.kpi else []),
    ]
    named = {name for names in row.without for name in names.split()}
    return ({name for text in texts for name in holes(text.en)} | named) - FOLDER


def test_what_was_seen_fills_its_sentences(seen: list[Run]) -> None:
    missing = {
        id: lacking
        for run in seen
        for id, result in run.results.items()
        if result.seen and (lacking := wanted(CONTRACT[id]) - result.seen.keys())
    }
    assert not missing
    assert not {id for id in CONTRACT if not any(run.results[id].seen for run in seen)}, (
        "no recording shows what is seen"
    )


def test_what_was_found_fills_its_sentences(seen: list[Run]) -> None:
    for run in seen:
        for id, result in run.results.items():
            for found in result.findings:
                assert holes(CONTRACT[id].finding[found.name].en) - OWN <= found.values.keys(), f"{id} {found.name}"


@pytest.mark.parametrize("id", CONTRACT)
def test_every_finding_is_handed_what_its_sentence_names(id: str) -> None:
    nodes = list(reached(id))
    exact = [call for node in nodes for call in findings(node)]
    somewhere = {name for node in nodes for name in handed(node)}
    for name, text in CONTRACT[id].finding.items():
        calls = [values for called, values in exact if called == name] or [somewhere]
        for values in calls:
            assert holes(text.en) - OWN <= values, f"{id}, finding {name}"


def test_a_name_nobody_hands_over_is_noticed() -> None:
    source = 'def test_x(judge): judge(1, findings=[Finding("a", {"x": 1}), *found({"b": 1}, y=1), Finding("c", told)])'
    assert list(findings(ast.parse(source))) == [("a", {"x"}), ("b", {"y"})]


def findings(tree: ast.AST) -> Iterator[tuple[str, set[str]]]:
    """Yield each finding that is made with a literal name and literal values, and the names of those values."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name("Finding"), args=[ast.Constant(str(name))]):
                yield name, set()
            case ast.Call(func=ast.Name("Finding"), args=[ast.Constant(str(name)), ast.Dict(keys=keys)]):
                if all(isinstance(key, ast.Constant) for key in keys):
                    yield name, {str(key.value) for key in keys if isinstance(key, ast.Constant)}
            case ast.Call(func=ast.Name("found"), args=[ast.Dict(keys=names)], keywords=keywords):
                for key in names:
                    if isinstance(key, ast.Constant):
                        yield str(key.value), {word.arg for word in keywords if word.arg}


def handed(tree: ast.AST) -> Iterator[str]:
    """Yield every name of a value that is passed anywhere in the tree."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            yield from (str(key.value) for key in node.keys if isinstance(key, ast.Constant))
        elif isinstance(node, ast.keyword) and node.arg:
            yield node.arg
        elif isinstance(node, ast.Attribute) and node.attr == "asdict":
            yield from Failed.__struct_fields__  # the only struct whose fields become values


def reached(id: str) -> Iterator[ast.AST]:
    """Yield the test of a criterion, the functions of its module that it calls, and modules that make its findings."""
    for path in sorted((ROOT / "tests").glob("test_*.py")):
        functions = {node.name: node for node in tree(path).body if isinstance(node, ast.FunctionDef)}
        for function in functions.values():
            if any(ast.unparse(one) == f"criterion('{id}')" for one in function.decorator_list):
                nodes = list(called(function, functions, set()))
                yield from nodes
                yield from makers(
                    path, {one.id for node in nodes for one in ast.walk(node) if isinstance(one, ast.Name)}
                )


def called(function: ast.FunctionDef, functions: Mapping[str, ast.FunctionDef], known: set[str]) -> Iterator[ast.AST]:
    """Yield the function, and all functions of the same module that it calls, directly or not."""
    known.add(function.name)
    yield function
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and node.id in functions and node.id not in known:
            yield from called(functions[node.id], functions, known)


def makers(path: Path, named: set[str]) -> Iterator[ast.AST]:
    """Yield the modules of `fixtures.evidence` that make findings and from which one of the names is imported."""
    for node in tree(path).body:
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("fixtures.evidence"):
            module = tree(ROOT / f"{node.module.replace('.', '/')}.py")
            if named & {alias.name for alias in node.names} and "Finding(" in ast.unparse(module):
                yield module


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))
