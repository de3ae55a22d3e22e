"""Small audits: the real plugins with a contract and tests that a test writes."""

import importlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from runpy import run_path
from types import ModuleType
from typing import Any
from unittest import mock
from xml.etree import ElementTree as ET

import pytest

import fixtures.session.audit
from fixtures.session.registry import for_pytest
from gate.contract import Contract, Kind, parse_contract
from reports.exports import EXPORTS

ROOT = Path(__file__).parents[1]
TARGET = """
[target]
name = "edge"
title = "Edge"
[host]
address = "127.0.0.1"
user = "audit"
[cluster]
kubeconfig = "kubeconfig"
"""
ADDOPTS = (
    "--import-mode=importlib",
    "--strict-markers",
    "--continue-on-collection-errors",
    "--tb=no",
    "--show-capture=no",
    "-p",
    "no:cacheprovider",
)
IMPORTS = """
import pytest
from fixtures.ask.answer import Unknown
from fixtures.session.judge import Judge, criterion
from gate.run import Finding, Reason
"""
TWO = """
@criterion("A-01")
def test_a(judge): assert judge(1)

@criterion("B-01")
def test_b(judge): assert judge(1)
"""


def rows(*ids: str, kind: Kind = Kind.LIVE, **changed: str) -> str:
    """Return the TOML of criteria whose target 1 meets and 0 misses; `changed` replaces or adds lines."""
    lines = {
        "chapter": '"disk"',
        "plan": '"2"',
        "kind": f'"{kind}"',
        "basis": '"plan"',
        "blocking": "true",
        "owner": '"host"',
        "target": '"≥ 1 point"',
        "title": '{ en = "T", fr = "T" }',
        "why": '{ en = "W", fr = "W" }',
        "seen": '{ en = "saw {what}", fr = "vu {what}" }',
        "next": '{ en = "N", fr = "N" }',
        "finding": '{ odd = { en = "odd {x}", fr = "x" }, mild = { en = "mild", fr = "x", reserve = true } }',
    } | changed
    return "\n".join(f"[{id}]\n" + "\n".join(f"{key} = {value}" for key, value in lines.items()) for id in ids)


@pytest.fixture(scope="session")
def plugins() -> list[ModuleType]:
    """Return the audit's plugins, as conftest.py registers them: hooks and fixtures, and nothing else of a module.

    They are imported here first, since pytester forgets modules that are imported later. An option `-p` for each would
    read the list of installed packages again, as conftest.py says.
    """
    return [for_pytest(importlib.import_module(name)) for name in run_path(str(ROOT / "conftest.py"))["PLUGINS"]]


@dataclass
class Ran:
    """The result of a small audit."""

    status: int
    output: str
    folder: Path
    run: Mapping[str, Any] = field(default_factory=dict)

    def outcome(self, id: str) -> str:
        """Return the outcome of a criterion, "unknown" if it has no result."""
        result = self.run["results"].get(id)
        return str(result["outcome"]) if result else "unknown"

    def reason(self, id: str) -> str:
        """Return the code of the criterion's reason."""
        return str(self.run["results"][id]["reason"]["code"])

    @property
    def junit(self) -> dict[str, Any]:
        """Return the results in pytest's own junit file, by the name of the test."""
        cases = ET.parse(self.folder / "pytest.xml").iter("testcase")  # noqa: S314 — we wrote it
        return {
            str(case.get("name")): json.loads(str(one.get("value")))
            for case in cases
            for one in case.iter("property")
            if one.get("name") == "result"
        }


@pytest.fixture
def house(plugins: list[ModuleType], pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> "House":
    """Runs small audits with the real plugins."""
    return House(plugins, pytester, monkeypatch)


class House:
    """Runs small audits in this process, each in its own folder.

    Of the reports they write only run.json; all of them once `pages` is True, which takes twice as long.
    """

    pages = False

    def __init__(self, plugins: list[ModuleType], pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
        self.plugins, self.pytester, self.monkeypatch = plugins, pytester, monkeypatch
        self.target = pytester.mkdir("target")
        self.reports = pytester.path / "out"
        (self.target / "target.toml").write_text(TARGET)
        monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    def audit(self, tests: str, *options: str, contract: str = "") -> Ran:
        """Run a module of `tests` with this contract (by default A-01 and B-01)."""
        self.under(parse_contract(contract or rows("A-01", "B-01"), "criteria.toml"))
        self.pytester.makepyfile(test_small=IMPORTS + tests)
        return self.run(*options)

    def under(self, contract: Contract) -> None:
        """Use this contract for the next audits."""
        self.monkeypatch.setattr(fixtures.session.audit, "load_contract", lambda: dict(contract))

    def run(self, *options: str) -> Ran:
        """Run the tests that are in the folder."""
        target = [] if any(option.startswith("--target") for option in options) else [f"--target={self.target}"]
        written = EXPORTS if self.pages else {"run.json": EXPORTS["run.json"]}
        with mock.patch.dict(EXPORTS, dict(written), clear=True):
            done = self.pytester.runpytest_inprocess(
                *ADDOPTS,
                f"--reports={self.reports}",
                f"--junitxml={self.reports}/pytest.xml",
                *target,
                *options,
                plugins=self.plugins,
                no_reraise_ctrlc=True,
            )
        file = self.reports / "run.json"
        run = json.loads(file.read_text()) if file.exists() else {}
        file.unlink(missing_ok=True)
        return Ran(int(done.ret), done.stdout.str() + done.stderr.str(), self.reports, run)
