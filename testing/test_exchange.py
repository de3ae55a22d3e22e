"""The script is run by this machine's own shell, as the host's shell would run it."""

import shutil
import subprocess
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.ask import exchange as module
from fixtures.ask.answer import Answer
from fixtures.ask.exchange import TOO_LONG, answers_in, exchange, kill, piped, script
from fixtures.ask.facts import Asked, Fact
from fixtures.ask.frame import RIGHTS
from fixtures.ask.redaction import MOST

pytestmark = pytest.mark.skipif(not shutil.which("flock"), reason="the script is for a Linux host")


def ask(text: str, seconds: float = 20, before: str = "") -> tuple[dict[str, Answer], str]:
    """Answers by name, and what the connection itself said."""
    heard: dict[str, Answer] = {}
    process = subprocess.Popen(
        ["sh", "-c", f"{before} exec sh -s"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    with process:
        said = exchange(process, text, seconds, ASKED, heard.__setitem__)
    return heard, said


ASKED = dict.fromkeys(["one", "two", "three", RIGHTS], "asked")


def fact(name: str, command: str, asked: Asked = Asked.HOST, seconds: float = 10) -> Fact:
    return Fact(name, command, asked, str, seconds)


def outs(*facts: Fact, before: str = "") -> dict[str, str]:
    return {name: answer.out for name, answer in ask(script(facts, {}, "none"), before=before)[0].items()}


def test_every_answer_comes_back_with_its_status_and_both_streams() -> None:
    heard, _ = ask(script([fact("one", "echo out; echo err >&2; exit 3"), fact("two", "printf x")], {}, "none"))
    assert (heard["one"].out, heard["one"].err, heard["one"].status) == ("out\n", "err", 3)
    assert (heard["two"].out, heard["two"].status, heard["two"].asked) == ("x", 0, "asked")
    assert abs((heard["one"].at - datetime.now(UTC)).total_seconds()) < 60


@pytest.mark.parametrize(
    "noise",
    [
        "echo Welcome;",
        "printf 'no newline';",
        "echo 'one 1 2 !! ??'; echo;",
        "printf 'one 1.2.3 2 eA== MAo=\n';",
        "head -c 100000 /dev/zero;",
        "seq 100000 >&2;",
        "printf '\\377\\376';",
    ],
)
def test_what_a_login_shell_prints_costs_no_answer(noise: str) -> None:
    assert outs(fact("one", "echo hello"), before=noise) == {"one": "hello\n"}


def test_a_line_without_end_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LONGEST", 4096)
    assert outs(fact("one", "echo hello"), before="head -c 50000 /dev/zero;") == {"one": "hello\n"}


def test_a_fact_that_hangs_is_ended_on_the_host_and_the_others_answer() -> None:
    heard, _ = ask(script([fact("one", "exec sleep 600", seconds=0.2), fact("two", "echo here")], {}, "none"))
    assert (heard["one"].status, heard["two"].out) == (124, "here\n")


def test_the_deadline_ends_an_exchange_that_does_not_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SLACK", 0)
    heard, _ = ask(script([fact("one", "sleep 600 &"), fact("two", "echo here")], {}, "none"), seconds=2)
    assert list(heard) == ["two"]


def test_a_connection_that_dies_costs_only_what_had_not_come() -> None:
    text = script([fact("one", "echo early"), fact("two", "while :; do sleep 1; done")], {}, "none")
    heard: dict[str, Answer] = {}
    process = subprocess.Popen(
        ["sh", "-s"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )

    def cut(name: str, answer: Answer) -> None:
        heard[name] = answer
        kill(process)

    with process:
        exchange(process, text, 20, ASKED, cut)
    assert list(heard) == ["one"]


def test_four_megabytes_arrive_whole_and_more_is_said_to_be_too_long() -> None:
    heard, _ = ask(
        script([fact("one", f"head -c {MOST} /dev/zero"), fact("two", f"head -c {MOST + 1} /dev/zero")], {}, "none")
    )
    assert (len(heard["one"].out), heard["one"].status) == (MOST, 0)
    assert (heard["two"].out, heard["two"].status) == ("", TOO_LONG)
    assert "longer than" in heard["two"].err


def test_bytes_that_are_no_text_are_kept_readable() -> None:
    assert outs(fact("one", r"printf '\377\000\033[31m\n'")) == {"one": "\\xff\x00\x1b[31m\n"}


def test_a_parser_sees_the_answer_as_it_came() -> None:
    heard, _ = ask(script([fact("one", "echo password=hunter2; echo token=hunter2 >&2")], {}, "none"))
    assert (heard["one"].out, heard["one"].err) == ("password=hunter2\n", "token=hunter2")
    assert "hunter2" not in repr(heard["one"])


def test_values_of_the_target_are_values_and_no_code() -> None:
    hostile = "a'b\"c $(touch /no) `x` ; x\\"
    text = script([fact("one", 'printf %s "$BACKUPS_DIRECTORY"')], {"BACKUPS_DIRECTORY": hostile}, "none")
    assert ask(text)[0]["one"].out == hostile


def test_no_fact_hears_what_is_meant_for_another() -> None:
    heard = outs(fact("one", "cat; echo eof"), fact("two", "x=1; echo two"), fact("three", 'echo "$x"'))
    assert heard == {"one": "eof\n", "two": "two\n", "three": "\n"}


@pytest.mark.parametrize(
    ("sudo", "said"),
    [
        ("echo 'sudo: a password is required' >&2; exit 1", "sudo: a password is required"),
        ("echo 'Sorry, user x may not run sudo' >&2; exit 1", "Sorry"),
        (None, "not found"),
    ],
)
def test_a_refusal_of_sudo_comes_back_and_the_rest_is_answered(tmp_path: Path, sudo: str | None, said: str) -> None:
    heard = as_root(tmp_path, sudo)
    assert said in heard[RIGHTS].err
    assert (heard["one"].out, "two" in heard) == ("mine\n", False)


def test_root_facts_are_asked_through_sudo(tmp_path: Path) -> None:
    heard = as_root(tmp_path, 'shift; exec "$@"')
    said = {name: answer.out for name, answer in heard.items()}
    assert said == {"one": "mine\n", "two": "root's\n", "three": "it's a drill\n"}


def as_root(folder: Path, sudo: str | None) -> dict[str, Answer]:
    facts = [
        fact("one", "echo mine"),
        fact("two", 'echo "root\'s"', Asked.ROOT),
        fact("three", 'echo "it\'s a drill"', Asked.DRILL),
    ]
    program = folder / "sudo"
    if sudo is not None:
        program.write_text(f"#!/bin/sh\n{sudo}\n")
        program.chmod(0o755)
    return ask(script(facts, {}, "sudo").replace("sudo -n", f"{program} -n"))[0]


def test_without_root_nothing_is_asked_of_sudo() -> None:
    assert "sudo" not in script([fact("two", "id", Asked.ROOT)], {}, "none")


def line(name: str, out: str, err: str) -> str:
    return f"{name} 1.5 2.5 {b64encode(out.encode()).decode()} {b64encode(err.encode()).decode()}\n"


def test_only_whole_lines_of_what_was_asked_are_answers() -> None:
    whole = line("one", "x", "0\n")
    assert [name for name, _ in answers_in(whole + line("nobody", "x", "0\n") + whole[:-1], ASKED)] == ["one"]
    assert answers_in(line("one", "x", "no status\n") + line("two", "x", "") + "one 9e9 1 !x! MAo=\n", ASKED) == []


@given(st.text(), st.text())
def test_nothing_a_host_prints_breaks_the_exchange(noise: str, out: str) -> None:
    found = answers_in(f"{noise}\n{line('one', out, '0')}", ASKED)
    assert ("one", "asked") in [(name, answer.asked) for name, answer in found]


@given(st.text(alphabet="one two.0123456789+/=MAo\n", max_size=80))
def test_lines_that_look_like_answers_break_nothing(noise: str) -> None:
    answers_in(f"one {noise}\none 1.1.1 2 eA== MAo=\none 9{'9' * 400} {'9' * 400} eA== MAo=\n", ASKED)


def test_a_process_without_pipes_is_refused() -> None:
    with pytest.raises(ValueError, match="without pipes"):
        piped(None)
