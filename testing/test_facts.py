from datetime import UTC, datetime
from typing import Any

import pytest

from fixtures.ask.answer import Answer, Unknown
from fixtures.ask.facts import ENDING, FACTS, Asked, Fact, fact


def answer(out: str = "", err: str = "", status: int = 0) -> Answer:
    return Answer(out, err, status, "x", datetime.now(UTC))


def refusal(of: Fact, given: Answer) -> Unknown:
    with pytest.raises(Unknown) as raised:
        of.read(given)
    return raised.value


def broken(error: BaseException) -> Any:
    def parse(_answer: str) -> None:
        raise error

    return parse


NUMBER = Fact("number", "x", Asked.HOST, int, 5, (0, 1))


def test_an_answer_is_read_by_its_parser_at_the_statuses_it_may_have() -> None:
    assert NUMBER.read(answer(f"7{ENDING}")) == NUMBER.read(answer(f"7{ENDING}", status=1)) == 7
    assert refusal(NUMBER, answer("7", status=2)).code == "no-answer"


@pytest.mark.parametrize("out", ["", "\nwhole", "7", "7\n", "7\nwhole", "7\n\nwhole\n8\n"])
def test_an_answer_of_the_host_without_its_ending_is_unknown(out: str) -> None:
    assert refusal(NUMBER, answer(out)).values["why"] == "ValueError: the answer ends in the middle"


def test_an_empty_answer_of_the_host_is_unknown() -> None:
    text = Fact("text", "x", Asked.HOST, str, 5)
    assert refusal(text, answer(ENDING)).values["why"] == "ValueError: the answer is empty"


@pytest.mark.parametrize("status", [124, 137])
def test_a_command_that_was_ended_timed_out(status: int) -> None:
    assert refusal(NUMBER, answer(status=status)).values == {"cause": "number", "fact": "number", "seconds": 5}


def test_the_last_line_of_what_the_host_said_is_the_reason() -> None:
    assert refusal(NUMBER, answer(err="a\nsh: df: not found\n", status=127)).values["why"] == "sh: df: not found"
    assert refusal(NUMBER, answer(status=3)).values["why"] == "exit status 3"


@pytest.mark.parametrize(
    "error", [ValueError("x"), KeyError("x"), RecursionError(), MemoryError(), AssertionError("x")]
)
def test_whatever_an_answer_does_to_a_parser_is_unknown(error: BaseException) -> None:
    assert refusal(Fact("f", "x", Asked.HOST, broken(error), 5), answer(f"x{ENDING}")).code == "not-understood"


def test_a_parser_may_say_itself_what_is_unknown() -> None:
    assert (
        refusal(Fact("f", "x", Asked.HOST, broken(Unknown("no-such-node")), 5), answer(f"x{ENDING}")).code
        == "no-such-node"
    )


def test_a_name_is_one_fact_s(monkeypatch: pytest.MonkeyPatch) -> None:
    def disk(answer: str) -> str:
        return answer

    monkeypatch.setattr("fixtures.ask.facts.FACTS", {"disk": NUMBER})
    with pytest.raises(ValueError, match="a fact disk is declared in"):
        fact("df", Asked.HOST)(disk)


def test_a_decorated_parser_is_a_fact_of_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fixtures.ask.facts.FACTS", {})

    @fact("uptime", Asked.ROOT, seconds=3, statuses=(0, 2))
    def up(answer: str) -> str:
        return answer

    from fixtures.ask import facts

    declared = dict(facts.FACTS)
    assert declared == {"up": Fact("up", "uptime", Asked.ROOT, up, 3, (0, 2))}
    assert "up" not in FACTS
