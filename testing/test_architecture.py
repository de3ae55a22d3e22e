"""The structure of the project: its layers, the size of its files and functions, one test for every criterion."""

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from gate.contract import load_contract
from gate.sentence import locale
from testing.small_audit import ROOT

ROOMS = ("phase0_gate", "tests", "gate", "fixtures", "remediations", "init", "reports", "notify", "fleet", "lab")
SITE = "tests/test_site.py"  # judges the rows of a target, and none of the contract
LONGEST_FILE, LONGEST_FUNCTION = 250, 50  # upper limits in lines; the usual limits are 120 and 15
ADDRESS = re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b")
OURS = re.compile(
    r"127\.|0\.0\.0\.0|255\.|10\.77\.|10\.4[23]\."  # loopback, the lab, and the cluster's own networks
    r"|192\.0\.2\.|198\.51\.100\.|203\.0\.113\."  # and those for examples, which nobody has
)
MARKED = re.compile(r"@criterion\(\"([A-Z0-9-]+)\"\)\ndef test_")


@cache
def committed() -> list[Path]:
    """Return the files that git tracks, or would track if they were added."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return sorted(path for name in listed.split("\0") if name and (path := ROOT / name).is_file())


def python(*rooms: str) -> list[Path]:
    return [path for path in committed() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in rooms]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    return [
        node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    ]


def test_imports_go_down_only() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([str(program), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_every_criterion_of_the_contract_has_one_test_and_every_test_is_of_one() -> None:
    found: Counter[str] = Counter()
    for path in (one for one in python("tests") if name(one) != SITE):
        text = path.read_text(encoding="utf-8")
        found.update(MARKED.findall(text))
        assert len(re.findall(r"^def test_", text, re.MULTILINE)) == len(MARKED.findall(text)), name(path)
    assert dict(found) == dict.fromkeys(load_contract(), 1)


def test_a_file_is_one_thing_on_a_few_screens() -> None:
    files = [name(path) for path in python(*ROOMS) if len(path.read_text(encoding="utf-8").splitlines()) > LONGEST_FILE]
    long = [
        f"{name(path)} {node.name}"
        for path in python(*ROOMS)
        for node in functions(path)
        if not isinstance(node, ast.ClassDef) and (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION
    ]
    assert (files, long) == ([], [])


MOST_PATHS = 10
CONVOLUTED = {  # functions above the limit; this list must not grow
    "fixtures/ask/connection.py refused",
    "fixtures/ask/redaction.py _entry",
    "fixtures/host/system/mcp_workloads.py _workloads",
    "fixtures/session/outcome.py _result",
    "fixtures/session/sources.py _refusal",
}


def paths(function: ast.AST) -> int:
    """Return the number of paths through a function, counting `and`, `or` and the conditions of comprehensions.

    ruff's measure leaves those out.
    """
    return 1 + sum(map(branches, ast.walk(function)))


def branches(node: ast.AST) -> int:
    match node:
        case ast.BoolOp(values=values):
            return len(values) - 1
        case ast.comprehension(ifs=conditions):
            return len(conditions)
        case ast.If() | ast.IfExp() | ast.For() | ast.While() | ast.ExceptHandler() | ast.Assert() | ast.match_case():
            return 1
        case _:
            return 0


def test_a_function_has_few_ways_through_it() -> None:
    """A function with too many paths should name its cases, each in a small function.

    A function that has become simple must leave the list CONVOLUTED.
    """
    found = {
        f"{name(path)} {node.name}"
        for path in python(*ROOMS)
        for node in functions(path)
        if not isinstance(node, ast.ClassDef) and paths(node) > MOST_PATHS
    }
    assert found == CONVOLUTED


def test_conditions_of_comprehensions_count() -> None:
    def ways(text: str) -> int:
        return paths(ast.parse(f"def f(x): return {text}").body[0])

    assert ways("[y for y in x if y and y > 1 or y < 0]") == 4
    assert (ways("[y for y in x]"), ways("1 if x else 2"), ways("x or 1")) == (1, 2, 2)


def public(path: Path) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    """Yield the public functions and classes of a module, and the public methods of its classes."""
    body = tree(path).body
    for node in [*body, *(inner for outer in body if isinstance(outer, ast.ClassDef) for inner in outer.body)]:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node


def test_what_others_use_says_what_it_is() -> None:
    files = python("phase0_gate", "gate", "fixtures", "remediations", "init", "reports", "notify", "fleet", "lab")
    silent = [name(path) for path in files if path.name != "__init__.py" and not ast.get_docstring(tree(path))]
    silent += [f"{name(path)} {node.name}" for path in files for node in public(path) if not ast.get_docstring(node)]
    assert silent == []


def test_names_and_leftovers() -> None:
    files = python(*ROOMS, "testing")
    drawers = [name(path) for path in files if path.stem in ("utils", "util", "helpers", "misc", "common")]
    managers = [node.name for path in files for node in functions(path) if node.name.endswith("Manager")]
    left = re.compile(r"\b(?:TO[D]O|FIX[M]E|XX[X])\b")
    unfinished = [name(path) for path in files if left.search(path.read_text(encoding="utf-8"))]
    assert (drawers, managers, unfinished) == ([], [], [])


def texts() -> list[Path]:
    suffixes = (".py", ".sh", ".toml", ".yaml", ".yml", ".cfg", ".html", ".md", ".json")
    return [path for path in committed() if path.suffix in suffixes or path.name in ("Makefile", "run")]


def test_no_address_of_anybody_s_server_stands_in_the_code() -> None:
    allowed = ("docs/", "README.md", "CHANGELOG.md", "testing/", "lab/recordings/")
    for path in texts():
        if not name(path).startswith(allowed):
            strange = [found for found in ADDRESS.findall(path.read_text(encoding="utf-8")) if not OURS.match(found)]
            assert not strange, f"{name(path)}: {strange}"


def test_no_path_of_the_machine_it_was_written_on() -> None:
    for path in texts():
        found = re.search(r"/wor[k]/(?:main|shared)|/var/tm[p]/brief|\.librar[y]/", path.read_text(encoding="utf-8"))
        assert not found, name(path)


CODES = re.compile(r"\b(?:Unknown|Reason)\(\s*\"([a-z0-9-]+)\"")


def test_every_reason_has_its_sentence_and_its_cure_in_both_languages() -> None:
    rooms = python("tests", "gate", "fixtures", "remediations", "reports")
    codes = {code for path in rooms for code in CODES.findall(path.read_text(encoding="utf-8"))}
    for language in ("en", "fr"):
        for table in ("reason", "cure"):
            known = {code for code in codes if code in locale(language)[table]} | {"void"}
            assert not {code for code in codes - known if not code.startswith("void-")}, f"[{table}] in {language}"
