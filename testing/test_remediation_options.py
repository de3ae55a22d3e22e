"""`--fix` on the command line: what is refused before anything is contacted."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from fixtures.session.recording import Recording, write_recording
from fixtures.target.folder import load_target
from gate.people import People
from testing.audits import forked
from testing.in_process import run

TARGET = """\
[target]
name = "here"
title = "Here"
[host]
address = "127.0.0.1"
port = 9
user = "twister"
{root}
[cluster]
kubeconfig = "kubeconfig"
"""


@pytest.fixture
def target(tmp_path: Path) -> Path:
    (tmp_path / "target.toml").write_text(TARGET.format(root=""))
    return tmp_path


@pytest.mark.parametrize("option", ["--fix", "--fix=plan", "--fix=log_rotation"])
def test_a_recorded_server_cannot_be_changed(option: str, target: Path, tmp_path: Path) -> None:
    file = tmp_path / "recording.json"
    write_recording(
        Recording(
            at=datetime(2026, 2, 4, tzinfo=UTC),
            target=load_target(target),
            people=People(),
            window=None,
            answers={},
            failures={},
        ),
        file,
    )
    refused = forked(f"replay:{file}", tmp_path / "out", option)
    assert refused.status == 4
    assert "a recorded server cannot be changed" in refused.output
    assert "Traceback" not in refused.output


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--fix=no_such_remedy"], "no_such_remedy: no criterion or remedy of that name"),
        (["--fix=DEC-04"], "DEC-04 has no remedy here"),
        (["--fix", "tests/test_disk.py"], "write --fix=NAME, or --fix last on the line"),
        (["--fix-disruptive"], "add --fix"),
    ],
)
def test_what_makes_no_sense_is_one_line(options: list[str], expected: str, target: Path, tmp_path: Path) -> None:
    refused = forked(str(target), tmp_path / "out", *options)
    assert refused.status == 4
    assert expected in refused.output
    assert not refused.run


@pytest.mark.parametrize("fix", ["--fix", "--fix=plan"])
def test_several_processes_would_fix_at_once_and_are_refused(fix: str, target: Path, tmp_path: Path) -> None:
    refused = forked(str(target), tmp_path / "out", "-n2", fix)
    assert (refused.status, refused.run, "Traceback" in refused.output) == (4, {}, False)


def test_without_roots_rights_nothing_can_be_fixed(target: Path, tmp_path: Path) -> None:
    (target / "target.toml").write_text(TARGET.format(root='root = "none"'))
    refused = forked(str(target), tmp_path / "out", "--fix")
    assert (refused.status, "need root's rights" in refused.output) == (4, True)


def test_a_server_that_cannot_be_entered_is_judged_all_the_same_and_not_changed(target: Path, tmp_path: Path) -> None:
    audited = forked(str(target), tmp_path / "out", "--fix", "-m", "live")
    assert audited.status == 10
    assert "--fix: nothing was changed" in " ".join(audited.output.split())
    assert audited.run["interventions"] == []


@pytest.mark.parametrize("fix", ["--fix", "--fix=plan"])
@pytest.mark.parametrize(
    ("selected", "status", "expected"),
    [("no_such_test", 5, "no criterion is selected: nothing was judged"), ("go_no_go or decision", 10, "0 steps")],
)
def test_where_nothing_is_left_to_rehearse_it_is_one_line(
    fix: str, selected: str, status: int, expected: str, target: Path, tmp_path: Path
) -> None:
    """No test at all, or only those that are derived from the others."""
    audited = forked(str(target), tmp_path / "out", fix, "-k", selected)
    assert (audited.status, "INTERNALERROR" in audited.output, "Traceback" in audited.output) == (status, False, False)
    assert expected in " ".join(audited.output.split()) or fix == "--fix"


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["rollback", "x", "--target=/nowhere"], 4),
        (["prune", "--target=/nowhere"], 4),
        (["prune", "--days=0", "--target=x"], 4),
        (["prune", "--days=soon", "--target=x"], 4),
        (["runs"], 4),
        (["rollback", "--target=x"], 4),
    ],
)
def test_the_command_that_takes_a_run_back_says_what_it_needs(words: list[str], status: int) -> None:
    done = run("remediations", *words)
    assert (done.returncode, "Traceback" in done.stderr) == (status, False)
    assert done.stderr
