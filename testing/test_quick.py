"""`make quick`: which test files a change affects, and what counts as a change."""

import subprocess
from pathlib import Path

import pytest

from testing import quick

WHO = {"GIT_AUTHOR_NAME": "x", "GIT_AUTHOR_EMAIL": "x@example.org"}
WHO |= {name.replace("AUTHOR", "COMMITTER"): value for name, value in WHO.items()}


@pytest.mark.parametrize(
    ("file", "test"),
    [
        ("fixtures/host/logs/journal.py", "testing/test_host_journal.py"),
        ("fixtures/host/logs/journal.sh", "testing/test_host_journal.py"),  # the question of the same fact
        ("fixtures/target/__init__.py", "testing/test_target.py"),
        ("fixtures/sources/guide_texts.py", "testing/test_guides_untrusted.py"),  # through fixtures/sources/guides.py
        ("testing/runs.py", "testing/test_decision.py"),
        ("testing/test_quick.py", "testing/test_quick.py"),
        ("tests/test_disk.py", "testing/test_recordings.py"),
        ("tests/criteria/disk.toml", "testing/test_recordings.py"),
        (".make/audit.sh", "testing/test_make.py"),
        ("docs/operating.md", "testing/test_schedule.py"),
    ],
)
def test_a_change_affects_the_tests_of_its_file(file: str, test: str) -> None:
    assert test in quick.affected([file])


def test_the_nearest_tests_come_first() -> None:
    found = quick.affected(["fixtures/rights/observer.py"])
    assert found.index("testing/test_rights.py") < found.index("testing/test_doors.py")
    assert "testing/test_host_journal.py" not in found
    assert quick.affected(["fixtures/rights/observer.py", "testing/test_doors.py"])[0] == "testing/test_doors.py"


def test_a_file_that_no_test_reads_affects_none() -> None:
    assert quick.affected([f"docs/pictures/{'x' * 9}.webp"]) == []


def test_as_many_files_are_run_as_fit_and_the_others_are_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(quick, "changed", lambda: ["gate/bound.py"])
    quick.main()
    run, left = capsys.readouterr()
    assert run.split()[0] == "testing/test_bound.py"
    assert len(run.split()) == quick.MOST
    assert left.startswith("left to `make test`: testing/test_")


@pytest.mark.parametrize(("upstream", "found"), [(False, ["edited", "new"]), (True, ["committed", "edited", "new"])])
def test_a_change_is_a_difference_from_the_upstream_or_the_last_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, upstream: bool, found: list[str]
) -> None:
    def git(*words: str) -> None:
        subprocess.run(["git", "-C", str(tmp_path / "clone"), *words], check=True, capture_output=True)

    for name, value in WHO.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(quick, "ROOT", tmp_path / "clone")
    (tmp_path / "clone").mkdir()
    git("init", "-q", "-b", "main")
    for name in ("old", "edited", "committed"):
        (tmp_path / "clone" / name).write_text("1")
        git("add", name)
        if name == "edited":
            git("commit", "-qm", "first")
            git("branch", "upstream")
    git("commit", "-qm", "second")
    if upstream:
        git("branch", "-u", "upstream")
    for name in ("edited", "new"):
        (tmp_path / "clone" / name).write_text("2")
    assert quick.changed() == found
