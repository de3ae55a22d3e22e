"""Annotations of a GitHub workflow: one for each blocking failure, escaped, and no command of a server is obeyed."""

import re
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.contract import Criterion
from gate.decision import decide
from gate.outcome import Outcome
from gate.run import Run
from reports.session.annotations import MOST, annotations, command, in_workflow
from testing.audits import ROOT, audit, forked
from testing.golden import GOLDEN, no_go
from testing.runs import runs

LINE = re.compile(r"::(notice|error|warning) title=([^:,\r\n]+)::([^\r\n]*)")
CODES = {"%25": "%", "%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ","}


def read(run: Run, language: str = "en") -> list[tuple[str, str, str]]:
    """Return the annotations as GitHub reads them: kind, title and text."""
    found = [LINE.fullmatch(line) for line in annotations(run, decide(run), language)]
    assert all(found)
    return [(one[1], plain(one[2]), plain(one[3])) for one in found if one]


def plain(text: str) -> str:
    return re.sub("%(?:25|0D|0A|3A|2C)", lambda code: CODES[code[0]], text)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", GOLDEN)
def test_each_blocking_failure_is_an_error_and_nothing_else_is(name: str, language: str) -> None:
    run = GOLDEN[name]()
    results = decide(run).results
    seen = read(run, language)
    failed = {id for id, row in run.contract.items() if row.blocking and results[id].outcome is Outcome.FAIL}
    derived = {"DEC-01"}  # only counts the others
    assert {title for kind, title, _ in seen if kind == "error"} in (failed, failed - derived)
    unknown = {id for kind, title, _ in seen if kind == "warning" for id in title.split(", ")}
    assert unknown <= {id for id in run.contract if results[id].outcome is Outcome.UNKNOWN}
    assert [kind for kind, _, _ in seen].count("notice") == 1


def test_an_annotation_says_what_is_wrong_and_who_acts() -> None:
    seen = {title: (kind, text.replace("\u00a0", " ")) for kind, title, text in read(no_go())}
    assert seen["DSK-01"] == ("error", "/ is 85.02 % full (34 GB used, 5.99 GB free) · Who: Alice Martin (server)")
    assert seen["BKP-04"][0] == "warning"
    assert seen["NO-GO · EdgeServer (TwisterLab), 4 February"] == ("notice", "4 of 10 blocking criteria fail.")


def test_what_is_unknown_for_one_cause_is_one_warning() -> None:
    warnings = [title for kind, title, _ in read(GOLDEN["undecided"]()) if kind == "warning"]
    assert "MCP-01, BKP-10" in warnings


@settings(max_examples=60)
@given(runs())
def test_an_annotation_of_any_run_is_one_line_and_as_many_as_github_keeps(run: Run) -> None:
    kinds = [kind for kind, _, _ in read(run)]
    assert max(kinds.count("error"), kinds.count("warning")) <= MOST


@given(st.text(), st.text())
def test_a_text_ends_neither_its_line_nor_its_title(title: str, text: str) -> None:
    line = command("error", title, text)
    assert not re.search(r"[\r\n]", line)
    found = re.fullmatch(r"::error title=([^:,]*)::(.*)", line, re.DOTALL)
    assert found
    assert (plain(found[1]), plain(found[2])) == (title, text)


def test_more_than_github_keeps_are_named_in_the_last() -> None:
    run = no_go()
    contract = {f"MCP-{number:02}": run.contract["MCP-01"] for number in range(1, 15)}
    errors = [(title, text) for kind, title, text in read(many(run, contract)) if kind == "error"]
    assert len(errors) == MOST
    assert errors[-1] == ("5\u00a0more reasons", "MCP-10, MCP-11, MCP-12, MCP-13, MCP-14")


def many(run: Run, contract: dict[str, Criterion]) -> Run:
    results = {id: msgspec.structs.replace(run.results["MCP-01"], id=id) for id in contract}
    return msgspec.structs.replace(run, contract=contract, results=results)


def test_a_workflow_is_one_where_github_says_so() -> None:
    assert [in_workflow({"GITHUB_ACTIONS": word}) for word in ("true", "", "false")] == [True, False, False]
    assert not in_workflow({})


def test_github_obeys_no_line_of_an_audit_but_the_annotations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    done = audit(f"replay:{ROOT / 'lab/recordings/before.json'}", tmp_path, "-k", "disk")
    lines = done.output.splitlines()
    token = lines[0].removeprefix("::stop-commands::")
    assert re.fullmatch(r"[0-9a-f]{32}", token), "the first line"
    on = lines.index(f"::{token}::")
    assert sum(token in line for line in lines) == 2
    assert all(LINE.fullmatch(line) for line in lines[on + 1 :])
    assert any(line.startswith("::error title=DSK-01::") for line in lines[on + 1 :])
    assert not any(LINE.match(line) for line in lines[:on])


def test_outside_a_workflow_no_line_is_a_command(tmp_path: Path) -> None:
    done = forked(f"replay:{ROOT / 'lab/recordings/before.json'}", tmp_path, "-k", "disk")
    assert not re.search("^::", done.output, re.MULTILINE)
