"""`--baseline RUN` shows what is new or worse since a run, and decides nothing."""

import json
from pathlib import Path

import msgspec
import pytest

from gate.decision import decide
from gate.identity import Identity
from gate.run import Baseline, Run, write_run
from reports.exports.report import Report
from reports.exports.summary import summary
from reports.pages.verdict import render_verdict
from reports.session.baseline import BASELINE, baseline_of, read_baseline
from reports.text.comparison import readings
from reports.text.since import since
from reports.text.words import Voice
from testing.golden import AT, go, no_go
from testing.small_audit import House

ONE = Identity("a" * 64, "SHA256:x", "u-1")
GREEN = (
    "@criterion('A-01')\ndef test_a(judge): assert judge(1)\n@criterion('B-01')\ndef test_b(judge): assert judge(1)\n"
)


def against(run: Run, base: Run) -> Run:
    """Return the run with the other one as its baseline, of which one criterion is missing."""
    found = readings(decide(base).results)
    del found["LOG-01"]
    return msgspec.structs.replace(run, baseline=Baseline(base.target.title, AT, "GO", found))


def test_what_is_worse_or_new_and_open_is_told_and_the_decision_stands() -> None:
    told, plain = against(no_go(), go()), no_go()
    found = since(told, decide(told), Voice("en"))
    worse = {id for id, one in decide(plain).results.items() if not one.outcome.settled} - {"LOG-01"}
    assert {one.id for one in found.worse} == worse != set()
    assert decide(told) == decide(plain)
    assert since(plain, decide(plain), Voice("en")).summary == ""


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_page_and_the_summary_say_whose_baseline_it_is(language: str) -> None:
    run = against(
        no_go(), msgspec.structs.replace(go(), target=msgspec.structs.replace(go().target, title="<b>Old</b>"))
    )
    said = since(run, decide(run), Voice(language)).summary
    assert "<b>Old</b>" in said
    assert "(GO)" in said
    text = summary(Report(run, decide(run), (), language)).decode()
    assert f"## {Voice(language).word('since')}" in text
    page = render_verdict(run, decide(run), (), language).decode()
    assert ("&lt;b&gt;Old" in page, "<b>Old" in page) == (True, False)
    assert f'id="{language}-since"' in page


class Config:
    """What is read of a session's configuration."""

    def __init__(self, baseline: Path) -> None:
        self.baseline, self.stash = baseline, pytest.Stash()

    def getoption(self, _name: str) -> Path:
        """Return the value of the only option that is read."""
        return self.baseline


@pytest.mark.parametrize("data", [None, b"", b"{}", b'{"version": 1}', b"[" * 100_000, b'{"version":1,"id":"\\ud800"}'])
def test_a_damaged_file_is_refused_in_one_line(tmp_path: Path, data: bytes | None) -> None:
    file = tmp_path / "run.json"
    if data is not None:
        file.write_bytes(data)
    with pytest.raises(pytest.UsageError) as refused:
        read_baseline(Config(file))  # type: ignore[arg-type]  # as much of it as is read
    assert str(refused.value).startswith(f"--baseline: {file}: ")
    assert len(str(refused.value).splitlines()) == 1


def test_a_run_of_another_server_is_left_out_and_told(tmp_path: Path) -> None:
    from fixtures.session.stash import LANGUAGE, NOTICES

    config = Config(tmp_path)
    (tmp_path / "run.json").write_bytes(write_run(msgspec.structs.replace(go(), identity=ONE)))
    read_baseline(config)  # type: ignore[arg-type]  # as much of it as is read
    config.stash[LANGUAGE], config.stash[NOTICES] = "en", []
    found = [baseline_of(config, one) for one in (ONE, Identity(), Identity("b" * 64))]  # type: ignore[arg-type]  # as above
    assert [base and base.named for base in found] == [True, False, None]
    assert len(config.stash[NOTICES]) == 1
    assert config.stash[BASELINE] is not None


def test_an_audit_shows_it_in_the_terminal(house: House, tmp_path: Path) -> None:
    first = house.audit(GREEN)
    file = tmp_path / "before.json"
    file.write_text(json.dumps(first.run))
    second = house.audit(GREEN.replace("judge(1)", "judge(99)", 1), f"--baseline={file}")
    assert "Since the baseline" in second.output
    assert second.run["baseline"]["title"] == first.run["target"]["title"]
    refused = house.audit(GREEN, f"--baseline={tmp_path / 'none.json'}")
    assert (refused.status, refused.run) == (4, {})
