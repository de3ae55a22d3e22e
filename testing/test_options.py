"""The audit's options as people type them: with a space or =, from any folder; no conftest.py of a named folder is run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from testing.forked import run
from testing.small_audit import ROOT, TARGET
from testing.threats import attack

SCRIPT = Path(sys.executable).with_name("pytest")
NOTHING = ("-k", "no_test_has_this_name", "-q")


def typed(*words: str, script: bool = False) -> tuple[int, str]:
    """Run `pytest WORDS`, as a command or as a module of Python."""
    command = [str(SCRIPT)] if script else [sys.executable, "-m", "pytest"]
    env = (
        {**os.environ, "PYTHONPATH": str(ROOT)} if script else {**os.environ}
    )  # .make/venv.sh installs a .pth file with this path
    done = subprocess.run([*command, *words], cwd=ROOT, env=env, capture_output=True, text=True, timeout=120)
    assert "INTERNALERROR" not in done.stdout + done.stderr
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A sound target with a conftest.py in it, and in folders in which pytest looks for one."""
    target = tmp_path / "edge"
    for place in (target, target / "tests", target / "out"):
        place.mkdir()
        (place / "conftest.py").write_text(f"open({str(tmp_path / 'mark')!r}, 'w')\n")
    (target / "target.toml").write_text(TARGET)
    return target


@attack("T10", "no conftest.py of a target, or of a folder an option names, is ever loaded")
@pytest.mark.parametrize(
    ("script", "words"),
    [
        (False, ("--target", "{}")),
        (True, ("--target", "{}/")),
        (False, ("--reports", "{}/out", "--record", "{}/kept.json", "--target", "{}", "--lang", "fr")),
        (True, ("--target={}", "--reports", "{}/out", "--fix", "plan")),
    ],
)
def test_a_conftest_of_the_folder_is_not_loaded(folder: Path, script: bool, words: tuple[str, ...]) -> None:
    """The target's folder has a conftest.py, and its name stands after a space, where pytest takes it for tests to run."""
    status, output = typed(*(word.format(folder) for word in words), "--collect-only", script=script)
    assert status == 5, output
    assert "test_it_survives_a_reboot" in output
    assert not (folder.parent / "mark").exists()


@attack("T10", "no conftest.py of a target, or of a folder an option names, is ever loaded")
@pytest.mark.parametrize(
    ("script", "words"),
    [
        (False, ("--target", "testing")),
        (True, ("--target", "testing/lab")),
        (True, ("--reports", "testing", "--target", "no-such")),
    ],
)
def test_a_conftest_of_the_clone_s_own_is_not_loaded(script: bool, words: tuple[str, ...]) -> None:
    """A folder of the clone is named that has a conftest.py, whose packages an audit does not need: testing/."""
    status, output = typed(*words, script=script)
    assert (status, "no target.toml there" in output, "hypothesis" in output) == (4, True, False), output


@attack("T10", "no conftest.py of a target, or of a folder an option names, is ever loaded")
@pytest.mark.parametrize(
    "words", [("--target", "{}"), ("--target", "{}", "--reports", "{}/out", "--fix", "plan"), ("--target", ".")]
)
def test_nor_where_the_program_is_installed(folder: Path, words: tuple[str, ...]) -> None:
    """The installed command is run in the folder itself, as a timer or an administrator would."""
    installed = ["-c", str(ROOT / "pyproject.toml"), "--rootdir", str(ROOT), str(ROOT / "tests")]
    done = subprocess.run(
        [sys.executable, "-P", "-m", "pytest", *installed, *(word.format(folder) for word in words), *NOTHING],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "deselected" in done.stdout, done.stdout + done.stderr
    assert not (folder.parent / "mark").exists()


@pytest.mark.parametrize("words", [("--fix",), ("--fix=plan",), ("--fix", "plan")])
def test_a_fix_is_written_in_every_way(words: tuple[str, ...]) -> None:
    done = run("pytest", "--target", "demo", *words)
    assert (done.returncode, "a recorded server cannot be changed" in done.stderr) == (4, True), done


def test_a_value_after_a_space_counts(tmp_path: Path) -> None:
    status, output = typed("--target", "demo", "--lang", "fr", "--reports", str(tmp_path / "out"), script=True)
    assert (status, "NO-GO" in output, "Rapport" in output or "page" in output) == (1, True, True), output
    assert (tmp_path / "out" / "verdict.html").exists()


def test_what_is_no_option_is_told() -> None:
    status, output = typed("--tarjet", "edge")
    assert (status, "unrecognized arguments" in output) == (4, True)


@pytest.mark.parametrize("words", [("-n", "2"), ("-n2",), ("--numprocesses=2",), ("--dist", "load")])
def test_several_processes_are_refused_without_their_plugin(words: tuple[str, ...]) -> None:
    """An audit loads no plugin but those that conftest.py names, though pytest-xdist is installed beside it."""
    done = run("pytest", "--target=demo", *words)
    assert (done.returncode, "one audit is one process" in done.stderr) == (4, True), done
