"""A target's own thresholds count everywhere: for outcomes, for what is pending, in titles and in advice."""

import json

import msgspec
import pytest

from gate.outcome import Outcome
from gate.run import Run
from reports.text.actions import todo
from reports.text.words import Voice
from testing.audits import ROOT, replayed
from testing.small_audit import House, rows

TIGHTER = {
    "BKP-08": "≥ 14 days",
    "DEC-02": "≥ 14 days",
    "DSK-01": "< 20 %",
    "LOG-06": "< 0.01 GB",
    "LOG-09": "≥ 30 days",
    "MON-01": "≤ 5 min",
    "MON-03": "≤ 50 %",
}


@pytest.fixture(scope="module")
def tightened(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The run of the recorded server `ready`, judged with tighter thresholds."""
    folder = tmp_path_factory.mktemp("tightened")
    recording = json.loads((ROOT / "lab" / "recordings" / "ready.json").read_text())
    recording["target"]["thresholds"] = TIGHTER
    (folder / "tight.json").write_text(json.dumps(recording))
    return msgspec.convert(replayed(folder / "tight.json", folder).run, Run)


def sentence_of(run: Run, id: str, language: str = "en") -> str:
    """Return title, evidence, reason and advice of one criterion as one text."""
    voice, result = Voice(language), run.results[id]
    parts = (voice.title(run.contract[id]), voice.describe(run.contract[id], result), todo(run, [result], voice))
    return " | ".join(parts).replace("\u00a0", " ")


def test_outcomes_follow(tightened: Run) -> None:
    outcomes = {id: tightened.results[id].outcome for id in TIGHTER}
    assert outcomes == {
        "BKP-08": Outcome.PENDING,
        "DEC-02": Outcome.PENDING,
        "DSK-01": Outcome.FAIL,
        "LOG-06": Outcome.FAIL,
        "LOG-09": Outcome.PENDING,
        "MON-01": Outcome.FAIL,
        "MON-03": Outcome.FAIL,
    }


@pytest.mark.parametrize(
    ("id", "words"),
    [
        ("BKP-08", ("kept for 14 days", "9 days of backups are kept")),
        ("DEC-02", ("14 days without incident", "the last of 14 ends on")),
        ("DSK-01", ("below 20 %",)),
        ("LOG-09", ("reaches back 30 days", "The journal reaches back 30 days")),
        ("MON-03", ("warns from 50 % on",)),
    ],
)
def test_sentences_follow(tightened: Run, id: str, words: tuple[str, ...]) -> None:
    for word in words:
        assert word in sentence_of(tightened, id)
    assert "–" not in sentence_of(tightened, id)
    assert "–" not in sentence_of(tightened, id, "fr")


def test_advice_follows(tightened: Run) -> None:
    advice = Voice("fr").sentence(tightened.contract["BKP-08"], tightened.contract["BKP-08"].next, {})
    assert "un jour de plus que la cible (≥\u00a014\u00a0jours)" in advice


@pytest.mark.parametrize(
    ("target", "body", "outcome"),
    [
        ('"< 1 point"', "judge(2, pending=Reason('window-open'))", "fail"),  # the figure can only grow
        ('"≤ 1 point"', "judge(1.5, pending=Reason('window-open'))", "fail"),
        ('"< 1 point"', "judge(0.5, pending=Reason('window-open'))", "pending"),
        ('"≥ 1 point"', "judge(0, pending=Reason('window-open'))", "pending"),  # the figure may still reach the target
        ('"≥ 1 point"', "judge(0, findings=[Finding('odd')], pending=Reason('window-open'))", "fail"),
        ('"≥ 1 point"', "judge(0, findings=[Finding('mild')], pending=Reason('window-open'))", "pending"),
        ('"< 1 point"', "judge(None, findings=[Finding('odd')], pending=Reason('window-open'))", "fail"),
        ('"< 1 point"', "judge(2, unknown=Reason('open-criteria'))", "unknown"),  # the figure itself is not certain
    ],
)
def test_waiting_is_no_excuse_where_it_cannot_help(house: House, target: str, body: str, outcome: str) -> None:
    test = f"@criterion('A-01')\ndef test_a(judge): assert {body}"
    assert house.audit(test, contract=rows("A-01", target=target)).outcome("A-01") == outcome


def test_judge_hands_out_its_bound(house: House) -> None:
    body = "assert (judge.bound.figure, judge.bound.unit, bounds['A-01']) == (1, 'point', judge.bound)"
    test = f"@criterion('A-01')\ndef test_a(judge, bounds):\n    {body}\n    assert judge(1)"
    assert house.audit(test).outcome("A-01") == "pass"
