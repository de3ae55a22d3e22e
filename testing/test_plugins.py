"""conftest.py names every module whose fact a criterion asks for: one that nobody loads is a test that breaks."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[1]


def functions(path: Path) -> list[ast.FunctionDef]:
    return [node for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.FunctionDef)]


def test_every_module_with_a_fact_of_a_criterion_is_a_plugin() -> None:
    tests = [test for path in (ROOT / "tests").glob("test_*.py") for test in functions(path)]
    asked = {argument.arg for test in tests for argument in test.args.args}
    declaring = {".".join(path.relative_to(ROOT).with_suffix("").parts) for path in (ROOT / "fixtures").rglob("*.py")
                 if any(function.name in asked and function.decorator_list for function in functions(path))}
    loaded = {node.value for node in ast.walk(ast.parse((ROOT / "conftest.py").read_text(encoding="utf-8")))
              if isinstance(node, ast.Constant)}
    assert declaring
    assert declaring - loaded == set(), "add them to PLUGINS of conftest.py"
