import json
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from fixtures.ask.answer import Answer
from fixtures.ask.facts import ENDING, FACTS, Asked, Fact
from fixtures.session.recording import Failure, Recording, read_recording, write_recording
from fixtures.target import Target, TargetError
from gate.people import People
from testing.places import fake_ssh
from testing.small_audit import House, rows

NOW = datetime(2026, 2, 11, 14, 0, tzinfo=UTC)
TARGET = msgspec.convert(
    {"target": {"name": "x", "title": "x"}, "host": {"address": "h", "user": "u"}, "cluster": {"kubeconfig": "k"}},
    Target,
)
TESTS = "\n".join(
    f"@criterion('{id}')\ndef test_{id[0].lower()}({names}, judge):\n    assert judge({value}, {{'what': 'it'}})"
    for id, names, value in (
        ("A-01", "one", "one == '1'"),
        ("B-01", "two", "two == '1'"),
        ("C-01", "three", "1"),
        ("D-01", "four", "1"),
        ("E-01", "five", "bool(five)"),
    )
)
IDS = ("A-01", "B-01", "C-01", "D-01", "E-01")


def recording(name: str = "one") -> Recording:
    answer = Answer(f"out \x00 é{ENDING}", "err", 0, "ask", NOW, 0.5)
    return Recording(
        at=NOW,
        target=TARGET,
        people=People(),
        window=None,
        answers={name: answer},
        failures={"two": Failure("timed-out", {"fact": "two", "when": NOW})},
    )


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    file = tmp_path / "r.json"
    write_recording(recording(), file)
    again = read_recording(file)
    assert again.answers == recording().answers
    assert again.failures["two"].code == "timed-out"
    assert list(tmp_path.iterdir()) == [file]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_recording_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "folder" / "x").mkdir(parents=True)
    for file in (tmp_path / "none" / "r.json", tmp_path / "folder"):
        with pytest.raises(OSError, match=r"No such file|Is a directory|not empty"):
            write_recording(recording(), file)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder"]


def test_two_recorders_at_once_leave_one_whole_recording(tmp_path: Path) -> None:
    file = tmp_path / "r.json"
    with ThreadPoolExecutor(8) as writers:
        list(writers.map(lambda number: write_recording(recording(f"fact-{number}" * 1000), file), range(24)))
    assert len(read_recording(file).answers) == 1
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("hostile", [{"code": 1}, {"self": 1}, {}])
def test_a_failure_with_any_values_is_replayed(
    house: House, hostile: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(FACTS, "two", Fact("two", "x", Asked.HOST, str, 1))
    file = house.pytester.path / "r.json"
    write_recording(msgspec.structs.replace(recording(), failures={"two": Failure("timed-out", hostile)}), file)
    ran = house.audit("@criterion('A-01')\ndef test_a(two, judge): assert judge(1)", f"--target=replay:{file}")
    assert (ran.reason("A-01"), ran.status) == ("timed-out", 10)


def test_a_recording_of_another_version_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "r.json"
    write_recording(recording(), file)
    file.write_text(json.dumps(json.loads(file.read_text()) | {"version": 3}))
    with pytest.raises(TargetError, match="version 3"):
        read_recording(file)


@pytest.fixture
def recorded(house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    """A host with a sound, a failing, a broken and a hanging fact, and one whose answer contains a secret."""
    fake_ssh(house.pytester.path / "bin", monkeypatch)
    for name, command, seconds in (
        ("one", "printf 1", 9),
        ("two", "printf 0", 9),
        ("three", "exit 3", 9),
        ("four", "exec sleep 60", 0.2),
        ("five", "printf 'password=%s2' hunter", 9),
    ):
        monkeypatch.setitem(
            FACTS, name, Fact(name, command, Asked.HOST, lambda out: out.strip().split("=")[-1], seconds)
        )
    return house


def test_a_replay_comes_to_the_same_as_what_was_recorded(recorded: House) -> None:
    file = recorded.pytester.path / "r.json"
    live = recorded.audit(TESTS, f"--record={file}", contract="\n".join(rows(id) for id in IDS))
    assert [live.outcome(id) for id in IDS] == ["pass", "fail", "unknown", "unknown", "pass"]
    assert "hunter2" not in file.read_text()
    recorded.monkeypatch.setenv("PATH", "/nowhere")
    replayed = recorded.run(f"--target=replay:{file}")
    for id in IDS:
        one, two = live.run["results"][id], replayed.run["results"][id]
        assert {key: one[key] for key in ("outcome", "value", "seen", "reason", "sources")} == {
            key: two[key] for key in ("outcome", "value", "seen", "reason", "sources")
        }
    assert (replayed.status, replayed.run["replayed_from"]) == (live.status, "r.json")
    assert not (recorded.pytester.path / "history.sqlite").exists()


def test_a_recording_that_cannot_be_kept_is_said_and_the_verdict_reached(recorded: House) -> None:
    ran = recorded.audit(TESTS, "--record=/dev/null/r.json", contract="\n".join(rows(id) for id in IDS))
    assert ran.status == 1
    assert "/dev/null/r.json: cannot be written" in ran.output
    assert "Traceback" not in ran.output


def test_what_was_not_recorded_is_unknown(recorded: House) -> None:
    file = recorded.pytester.path / "r.json"
    contract = "\n".join(rows(id) for id in IDS)
    recorded.audit(TESTS, f"--record={file}", "-k", "test_a", contract=contract)
    replayed = recorded.run(f"--target=replay:{file}")
    assert (replayed.outcome("A-01"), replayed.reason("B-01")) == ("pass", "not-recorded")
