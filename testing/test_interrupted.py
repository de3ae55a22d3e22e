"""An audit that is interrupted: the last report stays complete, no sample is stored, and the status is no decision's."""

from pathlib import Path

import pytest

from gate.history import recall
from testing.small_audit import TWO, House
from testing.threats import attack

HTML = ("-p", "metadata", "-p", "html")
CTRL_C = """
import os, signal
@criterion("A-01")
def test_a(judge): assert judge(1)
@criterion("B-01")
def test_b(judge): os.kill(os.getpid(), signal.SIGINT)
"""
AGAIN = {
    "not": "",
    "heard": "import os, signal\ndef pytest_keyboard_interrupt(): os.kill(os.getpid(), signal.SIGINT)\n",
    "at-the-end": "import os, signal\ndef pytest_sessionfinish(): os.kill(os.getpid(), signal.SIGINT)\n",
    "before-it-was-noted": "def pytest_keyboard_interrupt(): raise KeyboardInterrupt\n",
}


def pages(folder: Path) -> dict[str, bytes]:
    """Return the content of every file except pytest's own junit file, which may change."""
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.name != "pytest.xml"}


@attack("N4", "An audit that was interrupted leaves the former report and no sample, and claims no decision")
@pytest.mark.parametrize("again", AGAIN)
def test_an_interrupted_audit_leaves_everything_as_it_was(
    house: House, again: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C in the middle of an audit, once and a second time: while pytest notes the first, and while it ends."""
    house.pages = True
    assert house.audit(TWO, *HTML).status == 0
    before = pages(house.reports)
    assert {"verdict.html", "detail.html"} <= before.keys()
    house.pytester.makeconftest(AGAIN[again])
    try:
        ran = house.audit(CTRL_C, *HTML)
    except KeyboardInterrupt:
        output = capfd.readouterr().out
    else:
        output = ran.output
        assert ran.status == 2
    assert pages(house.reports) == before
    assert len(recall(house.target / "history.sqlite").whole.samples) == 1
    if again != "at-the-end":  # the second interrupt cuts the final output short
        assert "No decision was reached, and this audit leaves no sample" in " ".join(output.split())
        assert "is from an earlier run" in output


@pytest.mark.parametrize("options", [("-x",), ("--maxfail=1",)])
def test_who_ends_at_the_first_failure_has_a_decision(house: House, options: tuple[str, ...]) -> None:
    ran = house.audit(TWO.replace("assert judge(1)", "assert judge(0)", 1), *options)
    assert (ran.status, ran.outcome("A-01"), ran.outcome("B-01")) == (1, "fail", "unknown")


def test_a_crash_of_pytest_is_no_decision_either(house: House) -> None:
    house.pytester.makeconftest("def pytest_runtest_logfinish(): 1 / 0\n")
    house.pages = True
    ran = house.audit(TWO, *HTML)
    assert (ran.status, ran.run) == (3, {})
    assert pages(house.reports) == {}
