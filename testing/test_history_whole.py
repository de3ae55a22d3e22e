"""The history in an audit: a fault of the file costs the stability window, but not the audit.

Nor does a long history slow the report down.
"""

import gc
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from fixtures.ask.facts import FACTS, Asked, Fact
from fixtures.session.recording import read_recording
from gate.contract import load_contract
from gate.decision import decide
from gate.history import adopt, recall, remember
from gate.history_series import history_series
from gate.identity import Adoption, Identity
from gate.outcome import Outcome
from gate.past import Past
from gate.sample import Reading, Sample
from reports.pages.verdict import render_verdict
from testing.golden import AT, go
from testing.growth import LINEAR, growth
from testing.places import fake_ssh
from testing.small_audit import TWO, House

WRITER = """
import sys
from datetime import datetime, timedelta
from pathlib import Path
from gate.history import remember
from gate.past import Past
from gate.sample import Sample
for number in range(25):
    at = datetime.fromisoformat(sys.argv[2]) + timedelta(minutes=number)
    remember(Path(sys.argv[1]), Past((Sample(at),)))
"""


@pytest.mark.parametrize(
    ("damage", "expected"), [(b"no database at all " * 300, "to start anew: mv"), (None, "newer version")]
)
def test_an_audit_goes_on_without_a_history_it_cannot_read_and_says_so(
    house: House, damage: bytes | None, expected: str
) -> None:
    file = house.target / "history.sqlite"
    remember(file, Past((Sample(AT),)))
    if damage is None:
        script = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('PRAGMA user_version = 99')"
        subprocess.run([sys.executable, "-c", script, str(file)], check=True)
    else:
        file.write_bytes(damage)
    before = file.read_bytes()
    ran = house.audit(TWO)
    assert ran.status == 0
    assert expected in " ".join(ran.output.split())
    assert "goes on without history" in " ".join(ran.output.split())
    assert file.read_bytes() == before, "kept as it was"


def test_two_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    file = tmp_path / "history.sqlite"
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(file), (AT + timedelta(days=day)).isoformat()],
            cwd=Path(__file__).parents[1],
        )
        for day in range(2)
    ]
    assert [writer.wait(timeout=120) for writer in writers] == [0, 0]
    assert len(recall(file).whole.samples) == 50


def test_a_thousand_audits_leave_the_report_quick(tmp_path: Path) -> None:
    contract = load_contract()
    readings = {id: Reading(Outcome.PASS, 61.2) for id in contract}
    for count in (250, 1000):
        past = Past(tuple(Sample(AT - timedelta(hours=hour), readings=readings) for hour in range(1, count + 1)))
        remember(tmp_path / str(count), past)

    def report(count: int) -> bytes:
        samples = recall(tmp_path / str(count)).whole.samples
        seen = history_series(samples, ["DSK-01", "LOG-06", "DSK-05"], len(contract), AT)
        run = msgspec.structs.replace(go(), contract=contract, history_series=seen)
        return render_verdict(run, decide(run), (), "en")

    assert len(report(1000)) < 1_000_000
    assert growth(report, 1000) < LINEAR


def test_the_collector_never_walks_through_the_readings_of_a_history(tmp_path: Path) -> None:
    """Ten thousand samples hold a million of them: walking through these took three quarters of the time to read them."""
    remember(tmp_path / "h", Past((Sample(AT, readings={"DSK-01": Reading(Outcome.PASS, 61.2)}),)))
    (sample,) = recall(tmp_path / "h").whole.samples
    assert not gc.is_tracked(sample)
    assert not gc.is_tracked(sample.readings["DSK-01"])


def test_an_audit_says_which_server_it_watched_and_what_of_the_history_is_another_s(house: House) -> None:
    file, other = house.target / "history.sqlite", Identity("0" * 64, "SHA256:other", "uid")
    earlier = tuple(Sample(datetime.now(UTC) - timedelta(hours=hour)) for hour in range(30, 0, -1))
    remember(file, Past(earlier, identity=other))
    fake_ssh(house.pytester.path / "bin", house.monkeypatch)
    answer = f"printf 'machine {'a' * 64}\\nboot b1\\n'"
    house.monkeypatch.setitem(FACTS, "machine", msgspec.structs.replace(FACTS["machine"], ask=answer))
    house.monkeypatch.setitem(FACTS, "one", Fact("one", "echo true", Asked.HOST, str, 5))
    tests = "@criterion('A-01')\ndef test_a(one, past, judge): assert judge(len(past.samples))\n"
    first = house.audit(tests, f"--record={house.target}/r.json")
    assert first.run["identity"] == {"machine": "a" * 64}
    assert (first.run["left_out"]["samples"], first.outcome("A-01")) == (30, "fail")
    assert "Not counted. 30 samples" in " ".join(first.output.split())
    assert recall(file).newest == Identity("a" * 64)
    assert read_recording(house.target / "r.json").past.identity == Identity("a" * 64)
    adopt(file, Adoption(datetime.now(UTC), "Alice", "a new disk", Identity("a" * 64), (other,)))
    house.pages = True
    second = house.run()
    assert (second.run["adopted"][0]["reason"], second.outcome("A-01")) == ("a new disk", "pass")
    assert "“a new disk”" in " ".join(second.output.split())
    assert "left_out" not in second.run or second.run["left_out"] is None
    page = (second.folder / "verdict.html").read_text()
    assert all(expected in page for expected in ("“a new disk”", "«\u00a0a new disk\u00a0»", f"machine {'a' * 8}"))


def test_a_server_that_does_not_say_who_it_is_leaves_its_history_unknown(house: House) -> None:
    """The history may well be about it: what needs the history is unknown, not put off as if there were none."""
    earlier = tuple(Sample(datetime.now(UTC) - timedelta(hours=hour)) for hour in range(30, 0, -1))
    remember(house.target / "history.sqlite", Past(earlier, identity=Identity("0" * 64)))
    fake_ssh(house.pytester.path / "bin", house.monkeypatch)
    house.monkeypatch.setattr("fixtures.ask.connection.HOST_KEY", SimpleNamespace(findall=lambda _: ["SHA256:seen"]))
    house.monkeypatch.setitem(FACTS, "machine", msgspec.structs.replace(FACTS["machine"], ask="exit 3"))
    house.monkeypatch.setitem(FACTS, "one", Fact("one", "echo true", Asked.HOST, str, 5))
    audited = house.audit("@criterion('A-01')\ndef test_a(one, past, judge): assert judge(len(past.samples))\n")
    assert (audited.outcome("A-01"), audited.reason("A-01")) == ("unknown", "no-answer")


def test_a_history_that_cannot_be_read_leaves_what_rests_on_it_unknown(house: House) -> None:
    """Its days may well be whole: nothing is put off to a date as if there were none."""
    (house.target / "history.sqlite").write_bytes(b"not a database, but long enough to look at" * 99)
    fake_ssh(house.pytester.path / "bin", house.monkeypatch)
    house.monkeypatch.setitem(FACTS, "one", Fact("one", "echo true", Asked.HOST, str, 5))
    audited = house.audit("@criterion('A-01')\ndef test_a(one, past, judge): assert judge(len(past.samples))\n")
    assert (audited.outcome("A-01"), audited.reason("A-01")) == ("unknown", "history-unreadable")
    assert (house.target / "history.sqlite").read_bytes().startswith(b"not a database")
