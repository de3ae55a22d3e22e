"""pytest's own reports may fail; the decision and this project's reports are still written."""

from pathlib import Path

import pytest

from gate.contract import load_contract
from testing.audits import forked


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is Linux' full disk")
@pytest.mark.parametrize("option", ["--junitxml=/dev/full", "--html=/dev/full"])
def test_a_full_disk_costs_a_notice_and_not_the_verdict(tmp_path: Path, option: str) -> None:
    done = forked("demo", tmp_path, option)
    assert (done.status, done.run["results"].keys()) == (1, load_contract().keys())
    assert "No space left on device; the decision stands" in " ".join(done.output.split())
    assert "Traceback (most" not in done.output
    assert str(tmp_path / "verdict.html") in done.output


def test_a_report_that_was_not_written_is_not_named_as_one(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    done = forked("demo", tmp_path / "file")
    assert "verdict.html: cannot be written" in " ".join(done.output.split())
    assert "Report:" not in done.output
