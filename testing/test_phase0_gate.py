"""The command `phase0-gate`: what it starts, its help, its completions and its manual page."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import fixtures.__main__
import remediations.__main__
import reports.__main__
from fixtures.target.folder import find_folder, known_targets
from gate.command import STARTED_BY, spoken
from phase0_gate import HOME
from phase0_gate.commands import COMMANDS, PROGRAMS
from phase0_gate.completion import SHELLS
from phase0_gate.dispatch import dispatch, pytest_words, reports_folder
from phase0_gate.helping import command_help, overview
from phase0_gate.manual import manual
from phase0_gate.parsers import Options, parsers, subcommands

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "phase0-gate.1"
PYTEST = ["-m", "pytest", "-c", str(ROOT / "pyproject.toml"), "--rootdir", str(ROOT), str(ROOT / "tests")]
bash = pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
zsh = pytest.mark.skipif(shutil.which("zsh") is None, reason="there is no zsh")


@pytest.fixture(autouse=True)
def started_by_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable that the command sets, which is gone after the test; and none of those that it reads."""
    monkeypatch.setenv(STARTED_BY, "phase0-gate")
    for name in ("PHASE0_TARGET", "PHASE0_REPORTS", "PHASE0_PYTHON", "PYTHONPATH"):
        monkeypatch.setenv(name, "")  # so that what the command sets is undone
        monkeypatch.delenv(name)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The command lines of the programs that were started, none of which runs."""
    calls: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda _, words: calls.append(words))
    return calls


def typed(*words: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    env = {name: value for name, value in os.environ.items() if name != STARTED_BY} | variables
    return subprocess.run(
        [sys.executable, "-m", "phase0_gate", *words], cwd=ROOT, env=env, capture_output=True, text=True
    )


def test_every_command_of_a_program_is_one_of_this() -> None:
    """A new command of a program must get a row in phase0_gate/commands.py."""
    programs = (fixtures.__main__.parser(), reports.__main__.parser(), remediations.__main__.parser())
    theirs = {name for program in programs for name in subcommands(program)} | {"notify", "fleet", "init"}
    assert theirs == {name for name, command in COMMANDS.items() if command.program in PROGRAMS}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_has_help_and_examples_that_its_program_understands(name: str) -> None:
    shown = command_help(name)
    assert shown.startswith(f"usage: phase0-gate {name} ")
    for words in COMMANDS[name].examples:
        assert f"  phase0-gate {name} {words}".rstrip() in shown
        _, left = parsers()[name].parse_known_args(shlex.split(words))
        assert left in ([], ["-m", "not drill"]), "those of pytest are not in our parser"
    assert f"\n  {name} " in overview()


def test_a_start_by_words_has_every_option_of_an_audit() -> None:
    for name in ("audit", "fix"):
        taken = {option for action in parsers()[name]._actions for option in action.option_strings}
        assert [option for option in Options().registered if option not in taken] == (
            ["--target"] if name == "audit" else ["--target", "--fix"]
        ), "those two are words"


@pytest.mark.parametrize(
    ("name", "words", "given"),
    [
        ("audit", [], []),
        ("audit", ["edge"], ["--target=edge"]),
        ("audit", ["edge", "-m", "not drill", "--lang", "fr"], ["--target=edge", "-m", "not drill", "--lang", "fr"]),
        ("audit", ["--target=edge", "--fix=plan"], ["--target=edge", "--fix=plan"]),
        ("audit", [""], ["--target="]),
        ("fix", ["edge"], ["--target=edge", "--fix"]),
        ("fix", ["edge", "plan"], ["--target=edge", "--fix=plan"]),
        ("fix", ["edge", "--fix-disruptive"], ["--target=edge", "--fix", "--fix-disruptive"]),
        ("fix", ["--target=edge"], ["--fix", "--target=edge"]),
    ],
)
def test_words_of_an_audit_become_options_of_pytest(name: str, words: list[str], given: list[str]) -> None:
    assert pytest_words(name, words) == [*PYTEST, *given]


@pytest.mark.parametrize(
    ("words", "begun"),
    [
        (["check", "edge"], ["-m", "fixtures", "check", "edge"]),
        (["explain", "DSK-01", "--lang=fr"], ["-m", "reports", "explain", "DSK-01", "--lang=fr"]),
        (["rollback", "RUN", "--target=edge"], ["-m", "remediations", "rollback", "RUN", "--target=edge"]),
        (["notify", "test", "edge"], ["-m", "notify", "test", "edge"]),
        (["notify", "test", "--help"], ["-m", "notify", "test", "--help"]),
        (["--target=demo", "-q"], [*PYTEST, "--target=demo", "-q"]),
        (["reports", "history", "edge"], ["-m", "reports", "history", "edge"]),
        (["fixtures", "check", "--help"], ["-m", "fixtures", "check", "--help"]),
    ],
)
def test_a_command_becomes_its_program(started: list[list[str]], words: list[str], begun: list[str]) -> None:
    """The last three are how version 0.1 was called."""
    dispatch(words)
    assert started == [[sys.executable, "-P", *begun]]
    assert os.environ["PYTHONPATH"] == str(HOME) == str(ROOT)


@pytest.mark.parametrize(("name", "script"), [("schedule", "deploy/schedule"), ("hold", "deploy/kubernetes/hold")])
def test_a_script_is_told_which_python_runs_it(started: list[list[str]], name: str, script: str) -> None:
    dispatch([name, "sample", "/srv/edge"])
    assert started == [["/bin/sh", str(ROOT / script), "sample", "/srv/edge"]]
    assert os.environ["PHASE0_PYTHON"] == sys.executable


@pytest.mark.parametrize(
    ("words", "folder"),
    [
        ([], "phase0-reports"),
        (["--target=demo"], "phase0-reports"),
        (["--target=replay:some/where.json"], "phase0-reports"),
        (["--target=edge"], "phase0-reports/edge"),
        (["--target=/srv/phase0/edge/"], "phase0-reports/edge"),
        (["-q", "--target", "edge", "-v"], "phase0-reports/edge"),
        (["--target=west", "--target=edge"], "phase0-reports/edge"),
    ],
)
def test_each_target_has_its_reports(words: list[str], folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert reports_folder(words) == folder
    monkeypatch.chdir(ROOT / "testing" / "lab")
    assert reports_folder(["--target=."]) == "phase0-reports/lab"
    assert reports_folder(["--target=.."]) == "phase0-reports/testing"
    monkeypatch.setenv("PHASE0_TARGET", "west")
    assert reports_folder([]) == "phase0-reports/west"


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ([], "phase0-gate: which command? See: phase0-gate --help"),
        (["audti"], "phase0-gate: audti: no such command; did you mean audit? see: phase0-gate --help"),
        (["a" * 500], f"phase0-gate: {'a' * 80}: no such command; see: phase0-gate --help"),
        (["completion", "fish"], "phase0-gate completion: wrong usage; see: phase0-gate completion --help"),
        (["check", "--bogus"], "phase0-gate: unrecognized arguments: --bogus; see: phase0-gate --help"),
        (
            ["rollback"],
            "phase0-gate rollback: the following arguments are required: RUN, --target; see: phase0-gate rollback --help",
        ),
        (["notify", "shout"], "phase0-gate notify: argument "),
        (["explain", "ZZZ"], "ZZZ: no such criterion; see: phase0-gate list"),
    ],
)
def test_a_wrong_usage_is_one_line_and_no_decision(words: list[str], line: str) -> None:
    done = typed(*words)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (4, "", 1)
    assert done.stderr.startswith(line)


def test_the_statuses_of_pytest_are_passed_on() -> None:
    assert typed("audit", "demo", "-k", "no_such_test", "--collect-only").returncode == 5
    assert typed("audit", "no/such/folder").returncode == 4


def test_it_says_which_version_it_is() -> None:
    assert typed("--version").stdout == "phase0-gate 0.2.0\n"


@pytest.mark.parametrize(
    ("clone", "installed"),
    [
        ("`.venv/bin/python -m reports attest edge DEC-04`", "`phase0-gate attest edge DEC-04`"),
        ("see: python -m remediations runs", "see: phase0-gate runs"),
        ("`.venv/bin/python -m notify test edge`", "`phase0-gate notify test edge`"),
        (
            "`.venv/bin/python -m pytest --target=edge --fix=disk_monitor`",
            "`phase0-gate audit --target=edge --fix=disk_monitor`",
        ),
        ("`make audit TARGET=edge FIX=plan`", "`phase0-gate fix edge plan`"),
        ("`make audit TARGET=lab SCENARIO=before FIX=plan`", "`make audit TARGET=lab SCENARIO=before FIX=plan`"),
        ("see targets/twisterlab.example/waivers.toml", f"see {ROOT}/targets/twisterlab.example/waivers.toml"),
        ("python -m reportsX", "python -m reportsX"),
    ],
)
def test_texts_name_the_command_that_there_is(clone: str, installed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert spoken(clone) == installed
    monkeypatch.delenv(STARTED_BY)
    assert spoken(clone) == clone


def test_a_target_is_found_in_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("targets/edge", "targets/twisterlab.example", "west"):
        Path(folder).mkdir(parents=True)
        (Path(folder) / "target.toml").touch()
    assert find_folder("edge") == Path("targets/edge")
    assert find_folder("twisterlab.example").resolve() == ROOT / "targets/twisterlab.example", (
        "that of the program comes first"
    )
    assert find_folder("west") == Path("west")
    assert find_folder("./edge") == Path("edge")
    assert "edge" in known_targets().split(", ")


def completed(folder: Path, *words: str) -> list[str]:
    """Return what bash offers for the last of these words."""
    script = f"""
      {SHELLS["bash"]()}
      COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
      _phase0_gate
      printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(["bash", "-c", script, "bash", *words], cwd=folder, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split("\n")[:-1]


@bash
def test_bash_completes_commands_options_values_and_targets(tmp_path: Path) -> None:
    for name in ("edge", "east side", "$(touch mark)", "x; touch mark"):
        (tmp_path / "targets" / name).mkdir(parents=True)
        (tmp_path / "targets" / name / "target.toml").touch()
    (tmp_path / "run.json").touch()
    assert completed(tmp_path, "phase0-gate", "") == [*COMMANDS]
    assert completed(tmp_path, "phase0-gate", "ex") == ["explain", "export"]
    assert completed(tmp_path, "phase0-gate", "audit", "e") == [r"east\ side", "edge"]
    assert completed(tmp_path, "phase0-gate", "fix", "edge", "pl") == ["plan"]
    assert completed(tmp_path, "phase0-gate", "audit", "edge", "--lang", "=", "f") == ["fr"]
    assert completed(tmp_path, "phase0-gate", "audit", "edge", "--lang", "=") == ["en", "fr"]
    assert completed(tmp_path, "phase0-gate", "attest", "edge", "DEC-0") == [
        "DEC-01",
        "DEC-02",
        "DEC-03",
        "DEC-04",
        "DEC-05",
    ]
    assert "filesystems" in completed(tmp_path, "phase0-gate", "ask", "edge", "file")
    assert completed(tmp_path, "phase0-gate", "compare", "r") == ["run.json"]
    assert completed(tmp_path, "phase0-gate", "completion", "") == ["bash", "zsh"]
    assert completed(tmp_path, "phase0-gate", "no-such", "") == [""]
    completed(tmp_path, "phase0-gate", "audit", "")
    assert not (tmp_path / "mark").exists(), "the name of a folder was run"


@zsh
def test_zsh_completes_the_same(tmp_path: Path) -> None:
    (tmp_path / "targets" / "edge $(touch mark)").mkdir(parents=True)
    (tmp_path / "targets" / "edge $(touch mark)" / "target.toml").touch()
    script = """
      compdef() { :; }; compset() { return 1; }; _files() { :; }
      _describe() { print -rl -- ${(P)2}; }; compadd() { print -r -- "$@"; }
      eval "$1"; shift; words=("$@") CURRENT=$#; _phase0_gate
    """

    def offered(*words: str) -> list[str]:
        command = ["zsh", "-f", "-c", script, "zsh", SHELLS["zsh"](), *words]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout.splitlines()

    assert [line.partition(":")[0] for line in offered("phase0-gate", "")] == [*COMMANDS]
    assert offered("phase0-gate", "audit", "--lang", "") == ["en", "fr"]
    assert {"demo", "-- edge $(touch mark)"} <= set(offered("phase0-gate", "check", ""))
    assert not (tmp_path / "mark").exists(), "the name of a folder was run"


def test_the_manual_page_is_that_of_the_commands() -> None:
    assert PAGE.read_text(encoding="utf-8") == manual(), "write it anew: make docs"
    assert all(f"\n.SS {name}" in manual() for name in COMMANDS)
    assert manual().isascii()


@pytest.mark.skipif(shutil.which("groff") is None, reason="there is no groff")
def test_the_manual_page_is_sound_roff() -> None:
    checked = subprocess.run(["groff", "-man", "-Tascii", "-ww", "-z", PAGE], capture_output=True, text=True)
    assert (checked.returncode, checked.stderr) == (0, "")
