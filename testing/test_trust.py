"""What the page says a decision rests on, and how large it may become."""

import json
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from gate.decision import decide
from gate.identity import Identity
from gate.outcome import Outcome
from gate.past import EARLIER
from gate.run import Finding, Result, Run, read_run
from gate.sentence import LANGUAGES
from reports.pages.proofs import read_proofs
from reports.pages.verdict import render_verdict
from reports.text.trust import trust
from reports.text.words import Voice
from testing.audits import ROOT, replayed
from testing.golden import GOLDEN, go

MOST = 350_000  # bytes of verdict.html with both languages


def rows(run: Run, *noticed: bool, language: str = "en") -> dict[str, str]:
    return dict(trust(run, decide(run), noticed, Voice(language)))


@pytest.mark.parametrize("scenario", ["before", "stabilised", "ready"])
def test_the_page_of_a_recorded_server_stays_small(scenario: str, tmp_path: Path) -> None:
    judged = replayed(ROOT / "lab" / "recordings" / f"{scenario}.json", tmp_path)
    run = read_run(json.dumps(judged.run).encode(), "run.json")
    proofs = read_proofs(ROOT / "lab" / "recordings")
    assert len(proofs) > 400
    assert len(render_verdict(run, decide(run), proofs, "en")) <= MOST


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", GOLDEN)
def test_every_state_says_what_it_rests_on_without_a_proof(name: str, language: str) -> None:
    run = GOLDEN[name]()
    found = rows(run, language=language)
    assert len(found) >= 5
    assert "make proof" in [*found.values()][-1]


def test_a_shell_an_unknown_and_an_earlier_drill_are_said() -> None:
    late = Result("DSK-01", Outcome.UNKNOWN)
    drill = msgspec.structs.replace(go().results["BKP-10"], findings=(Finding(EARLIER, {}),))
    run = msgspec.structs.replace(
        go(),
        account="shell",
        results={**go().results, "DSK-01": late, "BKP-10": drill},
        identity=Identity("abcdef0123"),
    )
    found = rows(run, True, False)
    assert "with a shell" in found["Who asked"]
    assert "machine abcdef01; evidence of any other server" in found["Which server"]
    open = [id for id, row in decide(run).results.items() if row.outcome is Outcome.UNKNOWN]
    assert "DSK-01" in open
    assert found["Unknown"].startswith(f"{len(open)} of {len(run.contract)} criteria, ")
    assert "1\u00a0drill of an earlier audit" in found["Age"]
    assert found["Faults tried"].startswith("1 of 2 faults")


def test_a_recording_says_what_it_does_not_know() -> None:
    run = msgspec.structs.replace(go(), account="", replayed_from="x.json", identity=Identity())
    found = rows(run)
    assert found["Who asked"] == "The recording does not say which kind of account asked."
    assert found["Which server"].startswith("Neither a machine id")
    assert found["Unknown"] == f"None of the {len(run.contract)} criteria."
    assert rows(msgspec.structs.replace(run, replayed_from=""))["Who asked"] == "The server was not asked."
    older = msgspec.structs.replace(run, ended=run.ended + timedelta(hours=3))
    assert rows(older)["Age"] != found["Age"]
