"""What the page says a decision rests on, and how large it may become."""

import json
import shlex
import subprocess
from collections.abc import Iterator
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
from remediations.transaction.choice import parse as parse_fix
from remediations.transaction.remedy import load_remedies
from reports.pages.criteria import chapters
from reports.pages.proofs import read_proofs
from reports.pages.rendering import code
from reports.pages.verdict import render_verdict
from reports.session.terminal import summary
from reports.text.actions import ABSENT, Action
from reports.text.briefing import brief
from reports.text.trust import trust
from reports.text.words import Voice
from testing.audits import ROOT, demo
from testing.golden import GOLDEN, go
from testing.pictures import PICTURES, words

MOST = 350_000  # bytes of verdict.html with both languages


def rows(run: Run, *noticed: bool, language: str = "en") -> dict[str, str]:
    return dict(trust(run, decide(run), noticed, Voice(language)))


def copied(run: Run, language: str) -> Iterator[Action]:
    """Yield every step with a command that the page of a run offers to copy."""
    decision, voice = decide(run), Voice(language)
    briefing = brief(run, decision, voice)
    told = [line.actions for line in (*briefing.reasons, *briefing.reserves)]
    told += [card.actions for chapter in chapters(run, decision, voice) for card in chapter.cards]
    for actions in told:
        yield from (step for step in actions if step.command and 'class="form"' not in code(step.command))


def fails_when_copied(step: Action, run: Run, absent: frozenset[str]) -> bool:
    """Return whether a command names no remedy or server of this project, or a file that the server lacks."""
    first, *words = shlex.split(step.command)
    if first != "make":
        return first.startswith(".venv") or any(path in step.command for path in absent)
    given = dict(word.split("=", 1) for word in words[1:])
    parse_fix(given["FIX"], False, run.contract, load_remedies())
    return words[0] != "audit" or (given["TARGET"], given["SCENARIO"]) != ("lab", Path(run.replayed_from).stem)


@pytest.mark.parametrize("scenario", ["before", "stabilised", "ready"])
def test_the_page_of_a_recorded_server_stays_small_and_its_commands_work(scenario: str) -> None:
    run = read_run(json.dumps(demo(scenario).run).encode(), "run.json")
    found = [one for result in run.results.values() for one in result.findings if one.name in ABSENT]
    absent = frozenset(str(value) for one in found for value in one.values.values() if str(value).startswith("/"))
    offered = [step for language in LANGUAGES for step in copied(run, language)]
    assert bool(offered) is (scenario != "ready")
    assert [step for step in offered if fails_when_copied(step, run, absent)] == []
    for language in LANGUAGES:
        picture = (PICTURES / f"{scenario}.{language}.txt").read_text(encoding="utf-8")
        assert words(run, language) == picture, "make the README's pictures again: python -m testing.pictures"
        assert len([*summary(run, decide(run), language, [], Path("reports/out"), 80)]) <= 40
    script = "".join(f"f() {{\n{step.command}\n}}\n" for step in offered)
    assert subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True, check=False).stderr == ""
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
