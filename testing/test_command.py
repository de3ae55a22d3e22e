"""Every command, called as a user calls it: an error is one line, and its exit status is not that of a decision."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from gate.command import complain
from gate.history import remember
from gate.past import Past
from testing import forked
from testing.in_process import run
from testing.places import entered_by_all
from testing.small_audit import TARGET
from testing.threats import attack

ROOT = Path(__file__).parents[1]
AUDIT = ("pytest", "--target=demo", "--reports={folder}/reports")
SPEAKING = (
    ("reports", "list"),
    ("reports", "explain", "DSK-01"),
    ("reports", "schema"),
    ("remediations", "rights", "--target={folder}", "--into={folder}/rights"),
    ("fixtures", "check", "{folder}"),
    AUDIT,
)
EVERY = (*SPEAKING, ("notify", "test", "{folder}"))
PEOPLE = (
    ("history", "{folder}"),
    ("history", "{folder}", "--export", "/proc/none/x.jsonl"),
    ("history", "{folder}", "--prune-before", "2026-01-01"),
    ("attest", "{folder}", "DEC-04", "--who", "Dana Leroy", "--role", "sponsor"),
    ("waive", "{folder}", "DOC-01", "--reason", "in review", "--approver", "Dana Leroy"),
    ("log", "{folder}", "--activity", "backups", "--hours", "6"),
)
full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is Linux' full disk")
NOBODY = 65534
READ = ["cat", "gate/command.py", os.__file__, pytest.__file__]  # this checkout, Python and its packages
other = pytest.mark.skipif(
    os.geteuid() != 0
    or subprocess.run(READ, cwd=ROOT, capture_output=True, user=NOBODY, group=NOBODY, extra_groups=[]).returncode != 0,
    reason="only root can become an account without rights, which has to be able to read this checkout",
)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A target with a history, in a folder that every account may enter."""
    with entered_by_all() as place:
        made = place / "edge"
        made.mkdir()
        (made / "target.toml").write_text(TARGET)
        remember(made / "history.sqlite", Past())
        yield made


def ended(
    words: tuple[str, ...], folder: Path, shell: str = "", env: Mapping[str, str] = {}, options: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    """Run a command; `shell` is a redirection or other shell code after it."""
    command = [sys.executable, *options, "-m", *(word.format(folder=folder) for word in words)]
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {shell}', "sh", *command],
        cwd=ROOT,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        timeout=120,
        stdin=subprocess.DEVNULL,
    )
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
    return done


@full
@pytest.mark.parametrize("words", SPEAKING, ids=" ".join)
def test_a_full_disk_behind_standard_output_is_one_line_and_no_success(words: tuple[str, ...], folder: Path) -> None:
    done = ended(words, folder, ">/dev/full")
    assert done.returncode == 74
    assert done.stderr == "standard output cannot be written: No space left on device\n"
    if words == AUDIT:  # nobody could read it, and it is written all the same
        assert {"verdict.html", "run.json", "detail.html"} <= {file.name for file in (folder / "reports").iterdir()}


@pytest.mark.parametrize("words", SPEAKING, ids=" ".join)
def test_a_closed_standard_output_is_one_line_and_no_success(words: tuple[str, ...], folder: Path) -> None:
    done = ended(words, folder, ">&-")
    assert done.returncode in (4, 74)
    assert done.stderr.startswith("standard output is closed")
    assert done.stderr.count("\n") == 1


def test_who_has_seen_enough_of_an_audit_does_not_end_it(folder: Path) -> None:
    done = ended(AUDIT, folder, "| { read -r line; }")
    assert (done.returncode, done.stderr) == (0, ""), "the status of a pipe is its last command's"
    assert (folder / "reports" / "verdict.html").exists()


@attack("N5", "Without assertions nothing is judged")
@pytest.mark.parametrize(
    ("words", "env", "options"),
    [(words, {"PYTHONOPTIMIZE": "1"}, ()) for words in EVERY]
    + [(AUDIT, {"PYTHONOPTIMIZE": "2"}, ()), (AUDIT, {}, ("-O",))],
)
def test_an_optimised_python_is_refused(
    words: tuple[str, ...], env: dict[str, str], options: tuple[str, ...], folder: Path
) -> None:
    """The audit is started with PYTHONOPTIMIZE or python -O, which leave out every assert: a NO-GO would read UNDECIDED."""
    done = ended(words, folder, env=env, options=options)
    assert (done.returncode, done.stdout) == (4, "")
    (line,) = filter(None, done.stderr.splitlines())
    assert line.removeprefix("ERROR: ").startswith("python -O and")
    assert not (folder / "reports").exists()


@other
@pytest.mark.parametrize("words", PEOPLE, ids=lambda words: f"{words[0]} {len(words)}")
@pytest.mark.parametrize("closed", ["", "history.sqlite", "target.toml"])
def test_an_account_without_rights_reads_one_line(words: tuple[str, ...], closed: str, folder: Path) -> None:
    for name in ("attestations.toml", "waivers.toml", "worklog.csv"):
        (folder / name).touch()
    (folder / closed).chmod(0o700 if closed == "" else 0o600)
    done = forked.run("reports", *(word.format(folder=folder) for word in words), account=NOBODY)
    if done.returncode == 0:  # this account may read the file
        assert words[0] == "history"
        return
    assert (done.returncode, done.stdout) == (4, "")
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == 1
    assert str(folder) in done.stderr or "/proc/none" in done.stderr


@pytest.mark.parametrize("words", PEOPLE, ids=lambda words: f"{words[0]} {len(words)}")
def test_a_folder_that_is_not_there_is_one_line(words: tuple[str, ...], tmp_path: Path) -> None:
    for missing in (tmp_path / "nowhere", tmp_path / ("x" * 300), Path("/dev/null/edge")):
        done = run("reports", *(word.format(folder=missing) for word in words))
        assert (done.returncode, done.stdout) == (4, "")
        assert done.stderr.count("\n") == 1


def test_what_a_terminal_obeys_is_written_as_its_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert complain("no such row: \x1b[31mSITE\x07\u202e é\u00a0!", 4) == 4
    assert capsys.readouterr().err == "no such row: \\x1b[31mSITE\\x07\\u202e é\u00a0!\n"
