"""conftest.py names every module that declares a fact: a fact nobody loads is a test that breaks."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_every_module_with_a_fact_is_a_plugin() -> None:
    tree = ast.parse((ROOT / "conftest.py").read_text(encoding="utf-8"))
    loaded = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    declaring = {".".join(path.relative_to(ROOT).with_suffix("").parts) for path in (ROOT / "fixtures").rglob("*.py")
                 if "\n@fact(" in path.read_text(encoding="utf-8")}
    assert declaring
    assert declaring - loaded == set(), "add them to pytest_plugins of conftest.py"
