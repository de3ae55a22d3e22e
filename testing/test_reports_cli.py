import json
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from gate.contract import load_contract
from gate.run import schema, write_run
from reports.__main__ import main
from reports.exports import EXPORTS, write_all
from reports.text.words import Voice
from testing.golden import fixed, go, no_go
from testing.in_process import run

ROOT = Path(__file__).parents[1]


def reports(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return run("reports", *arguments)


def refused(*arguments: str | Path) -> str:
    """Return the error of a command that must print one line on stderr and end with status 4."""
    done = reports(*arguments)
    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


@pytest.mark.parametrize("language", ["en", "fr"])
def test_list_has_a_line_for_each_criterion(language: str) -> None:
    lines = reports("list", "--lang", language).stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(load_contract())
    dsk = next(line for line in lines if line.startswith("DSK-01"))
    assert Voice(language).title(load_contract()["DSK-01"]) in dsk


def test_list_may_be_cut_short() -> None:
    pipe = ["sh", "-c", f"{sys.executable} -m reports list | head -1"]
    done = subprocess.run(pipe, cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.startswith("MCP-01")
    assert done.stderr == ""


def test_explain_tells_what_is_observed_and_by_which_test() -> None:
    output = reports("explain", "DSK-01").stdout
    assert "tests/test_disk.py::test_root_filesystem_is_below_target" in output
    assert "df --local" in output
    assert "<\u00a070\u00a0%" in output


def test_every_criterion_can_be_explained_in_french(capsys: pytest.CaptureFixture[str]) -> None:
    for id, criterion in load_contract().items():
        assert main(["explain", id, "--lang=fr"]) == 0
        assert Voice("fr").title(criterion) in capsys.readouterr().out


def test_an_unknown_criterion_names_the_near_ones() -> None:
    assert "DSK-01" in refused("explain", "dsk-1").partition("did you mean")[2]


@pytest.mark.parametrize("arguments", [(), ("explain",), ("frobnicate",), ("list", "--lang", "de"), ("list", "x")])
def test_a_wrong_command_line_is_one_line(arguments: tuple[str, ...]) -> None:
    assert "see: python -m reports" in refused(*arguments)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_render_makes_the_same_files_byte_for_byte(tmp_path: Path, language: str) -> None:
    proof = '[{"criterion": "DSK-01", "fault": "full", "expected": "fail", "observed": "fail", "ok": true}]'
    (tmp_path / "proof.json").write_text(proof)
    write_all(fixed(), tmp_path, language)
    done = reports("render", tmp_path / "run.json", "--reports", tmp_path / "again", "--lang", language)
    assert done.returncode == 0, done.stderr
    made = {file.name: file.read_bytes() for file in (tmp_path / "again").iterdir()}
    assert len(made) == len(EXPORTS)
    assert made == {name: (tmp_path / name).read_bytes() for name in made}


@pytest.mark.parametrize(
    ("changed", "warns"),
    [
        ({}, False),
        ({"target": "< 65 %"}, False),
        ({"target": "< 75 %"}, True),
        ({"blocking": False}, True),
        ({"waivable": True}, True),
        ({"attestable": True}, True),
    ],
)
def test_render_tells_of_a_contract_that_asks_less(tmp_path: Path, changed: dict[str, object], warns: bool) -> None:
    ours = load_contract()
    contract = {**ours, "DSK-01": msgspec.structs.replace(ours["DSK-01"], **changed)}
    (tmp_path / "run.json").write_bytes(write_run(msgspec.structs.replace(go(), contract=contract)))
    assert ("another contract" in reports("render", tmp_path / "run.json").stdout) is warns


def test_render_tells_of_a_criterion_a_contract_does_not_have(tmp_path: Path) -> None:
    contract = {id: row for id, row in load_contract().items() if id != "MCP-01"}
    (tmp_path / "run.json").write_bytes(write_run(msgspec.structs.replace(go(), contract=contract)))
    assert "more of: MCP-01" in " ".join(reports("render", tmp_path / "run.json").stdout.split())


def test_render_tells_the_decision(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_bytes(write_run(no_go()))
    assert "NO-GO" in reports("render", tmp_path / "run.json").stdout
    assert (tmp_path / "verdict.html").exists()


def test_a_run_that_cannot_be_used_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "No such file" in refused("render", tmp_path / "none.json")
    damaged, newer = tmp_path / "damaged.json", tmp_path / "newer.json"
    for data in (b"", b"{", b"[]", b"\xff", b'{"version": 1}', write_run(go())[:-40]):
        damaged.write_bytes(data)
        assert main(["render", str(damaged)]) == 4
        printed = capsys.readouterr()
        assert (printed.out, printed.err.count("\n")) == ("", 1)
        assert str(damaged) in printed.err
    newer.write_bytes(write_run(go()).replace(b'"version": 1', b'"version": 99'))
    assert "version 99" in refused("render", newer)


def test_schema_is_the_models() -> None:
    assert json.loads(reports("schema").stdout) == json.loads(msgspec.json.encode(schema()))


def test_a_terminal_without_utf8_reads_something_and_no_traceback() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "reports", "list"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={"PYTHONIOENCODING": "ascii"},
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("MCP-01")
