"""A fact without an answer passes nothing: every fact is removed, cut or emptied, on a server where all is well.

Facts that no criterion shares are changed in one audit, so that each outcome depends on one changed fact only.
"""

import ast
from collections.abc import Callable, Iterator

import msgspec
import pytest

from fixtures.ask.answer import Answer
from fixtures.ask.facts import ENDING
from fixtures.session.recording import Failure, Recording, read_recording
from gate.contract import Kind, load_contract
from testing.audits import expected
from testing.small_audit import ROOT, House, Ran

READY = read_recording(ROOT / "lab" / "recordings" / "ready.json")
OFFLINE = Failure("unreachable", {"cause": "host", "address": "127.0.0.1", "port": 22, "user": "audit", "why": "-"})
EXCUSES = {
    ("INF-04", "booted"): "the time of the start only excuses what a reboot ended: without it more counts",
    ("BKP-06", "api_groups"): "the groups are asked for copies made of manifests: this one has the datastore",
}
EMPTY_IS_AN_ANSWER: dict[str, str] = {}  # criterion: why it may pass on an empty answer of one of its facts


def judged(house: House, *options: str, **changed: object) -> Ran:
    """Run the product's tests on the recording of `ready` with these fields replaced."""
    file = house.pytester.path / "recording.json"
    recording: Recording = msgspec.structs.replace(READY, **changed)
    file.write_bytes(msgspec.json.encode(recording, enc_hook=str))
    return house.run("--noconftest", f"--target=replay:{file}", str(ROOT / "tests"), *options)


def alone(group: set[str]) -> Iterator[str]:
    """Yield the options that deselect the tests of all criteria that name no fact of the group."""
    yield from (f"--deselect={test}" for id, test in TESTS.items() if not NEEDED[id] & group)


def needed() -> Iterator[tuple[str, set[str], str]]:
    """Yield each criterion, the recorded facts that its test names, and the test."""
    for file in sorted((ROOT / "tests").glob("test_*.py")):
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.decorator_list:
                (mark,) = [call for call in node.decorator_list if isinstance(call, ast.Call)]
                yield (
                    ast.literal_eval(mark.args[0]),
                    {one.arg.removeprefix("maybe_") for one in node.args.args} & READY.answers.keys(),
                    f"{file.relative_to(ROOT)}::{node.name}",
                )


NEEDED = {id: facts for id, facts, _ in needed()}
TESTS = {id: test for id, _, test in needed()}


def apart() -> list[set[str]]:
    """Return all recorded facts in as few groups as possible; no criterion names two facts of a group."""
    groups = list[set[str]]()
    for name in sorted(READY.answers):
        beside = set[str]().union(*(facts for facts in NEEDED.values() if name in facts))
        fitting = next((group for group in groups if not group & beside), None)
        if fitting is None:
            groups.append({name})
        else:
            fitting.add(name)
    return groups


def answering(old: Answer, out: str) -> Answer:
    """Return an answer of the same source with another content."""
    return msgspec.structs.replace(old, out=out + ENDING * old.out.endswith(ENDING))


def changed(group: set[str], change: Callable[[Answer], Answer]) -> dict[str, Answer]:
    return {name: change(answer) if name in group else answer for name, answer in READY.answers.items()}


def touched(ran: Ran, group: set[str]) -> Iterator[tuple[str, str]]:
    """Yield the outcome of each criterion that names a fact of the group."""
    yield from (
        (id, ran.outcome(id))
        for id, facts in NEEDED.items()
        if {fact for fact in facts & group if (id, fact) not in EXCUSES}
    )


def test_a_server_that_answers_nothing_passes_nothing(house: House) -> None:
    ran = judged(house, answers={}, failures=dict.fromkeys(READY.answers, OFFLINE))
    seen = [id for id, row in load_contract().items() if row.kind in (Kind.LIVE, Kind.DRILL) and NEEDED[id]]
    assert {id: ran.outcome(id) for id in seen} == dict.fromkeys(seen, "unknown")
    assert ran.status == 10


@pytest.mark.parametrize("group", apart(), ids=min)
def test_a_criterion_that_is_judged_alone_comes_out_as_beside_all_others(house: House, group: set[str]) -> None:
    ran, (_, whole) = judged(house, *alone(group)), expected("ready")
    assert {id: (outcome, whole[id]) for id, outcome in touched(ran, group) if outcome != whole[id]} == {}
    assert len(ran.run["results"]) < len(NEEDED)


@pytest.mark.parametrize("group", apart(), ids=min)
def test_without_one_of_its_facts_no_criterion_passes(house: House, group: set[str]) -> None:
    kept = {name: answer for name, answer in READY.answers.items() if name not in group}
    ran = judged(house, *alone(group), answers=kept, failures=dict.fromkeys(group, OFFLINE))
    assert {id: outcome for id, outcome in touched(ran, group) if outcome != "unknown"} == {}


@pytest.mark.parametrize("group", apart(), ids=min)
def test_an_answer_cut_in_the_middle_breaks_nothing(house: House, group: set[str]) -> None:
    def cut(answer: Answer) -> Answer:
        return answering(answer, answer.out[: len(answer.out) // 2] + "\0\x1b[")

    house.pages = True
    ran = judged(house, answers=changed(group, cut))
    broken = [
        id for id, _ in touched(ran, group) if (ran.run["results"][id].get("reason") or {}).get("code") == "internal"
    ]
    assert broken == []
    assert "Traceback (most" not in ran.output
    assert "cannot be made" not in ran.output, "every report is written"


@pytest.mark.parametrize("group", apart(), ids=min)
def test_an_empty_answer_passes_only_where_it_says_something(house: House, group: set[str]) -> None:
    ran = judged(house, *alone(group), answers=changed(group, lambda old: msgspec.structs.replace(old, out="")))
    assert {id for id, outcome in touched(ran, group) if outcome == "pass"} <= EMPTY_IS_AN_ANSWER.keys()
