"""The forked audits of the fault proofs behave like those of the command line."""

from pathlib import Path

import pytest

from testing.faults.forked_audits import audit


def test_a_forked_audit_has_the_status_and_the_words_of_the_command_line(tmp_path: Path) -> None:
    assert audit(["--target=nowhere-at-all"], tmp_path / "said", 120) == 4
    assert "no target.toml there" in (tmp_path / "said").read_text()


def test_a_forked_audit_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    with pytest.raises(TimeoutError, match="did not end within 0 s"):
        audit(["--target=nowhere-at-all"], tmp_path / "said", 0)


def test_a_forked_audit_cleans_up_behind_itself(tmp_path: Path) -> None:
    audit(["-p", "testing.leaves_a_file", "--target=nowhere-at-all", f"--reports={tmp_path}"], tmp_path / "said", 120)
    assert (tmp_path / "left").exists()
