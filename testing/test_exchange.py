"""The script of an exchange, run by this machine's own shell as the host's shell would run it."""

import shutil
import subprocess
import time
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.ask import exchange as module
from fixtures.ask.answer import Answer
from fixtures.ask.exchange import TOO_LONG, Heard, answer_in, exchange, piped, script
from fixtures.ask.facts import ENDING, Asked, Fact
from fixtures.ask.redaction import MOST
from fixtures.rights.observer import RIGHTS
from testing.threats import attack

pytestmark = pytest.mark.skipif(not shutil.which("flock"), reason="the script is for a Linux host")


def started(command: str) -> subprocess.Popen[bytes]:
    """Start a shell with this command, as `ssh target COMMAND` does."""
    return subprocess.Popen(
        ["sh", "-c", command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def hear(text: str, seconds: float = 20, before: str = "") -> Heard:
    """Return the exchange with this machine's shell in the place of an account with a shell."""
    process = started(f"{before} echo; echo phase0-gate shell; exec sh -s")
    return exchange(process, lambda _: text, seconds, ASKED, NONCE)


def ask(text: str, seconds: float = 20, before: str = "") -> dict[str, Answer]:
    """Run the script as an exchange; return its answers by the name of their fact."""
    return hear(text, seconds, before).answers


def asked_by(facts: list[Fact], root: str = "none", **values: str) -> str:
    return script(facts, values, root, NONCE)


NONCE = "0123456789abcdef" * 2
ASKED = dict.fromkeys(["one", "two", "three", RIGHTS], "asked")


def fact(name: str, command: str, asked: Asked = Asked.HOST, seconds: float = 10) -> Fact:
    return Fact(name, command, asked, str, seconds)


def content(answer: Answer) -> str:
    """Return what the question wrote, of an answer that came whole."""
    assert answer.out.endswith(ENDING)
    return answer.out.removesuffix(ENDING)


def outs(*facts: Fact, before: str = "") -> dict[str, str]:
    return {name: content(answer) for name, answer in ask(asked_by([*facts]), before=before).items()}


def test_every_answer_comes_back_with_its_status_and_both_streams() -> None:
    heard = ask(asked_by([fact("one", "echo out; echo err >&2; exit 3"), fact("two", "printf x")]))
    assert (content(heard["one"]), heard["one"].err, heard["one"].status) == ("out\n", "err", 3)
    assert (content(heard["two"]), heard["two"].status, heard["two"].asked) == ("x", 0, "asked")
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
    heard = ask(asked_by([fact("one", "exec sleep 600", seconds=0.2), fact("two", "echo here")]))
    assert (heard["one"].status, content(heard["two"])) == (124, "here\n")


@pytest.mark.parametrize("kept", ["sleep 600 &", "sleep 600 >/dev/null &", "setsid sleep 100 & sleep 0.1"])
@attack("T7", "a process that outlives its question keeps neither the answer nor the audit waiting")
def test_what_a_question_leaves_running_is_not_waited_for(kept: str) -> None:
    """A question starts a process in the background that keeps its pipes open; an exchange that waits for it is late."""
    heard = hear(asked_by([fact("one", kept, seconds=1), fact("two", "echo here")]))
    assert (content(heard.answers["two"]), heard.late) == ("here\n", False)


def test_a_process_in_the_background_ends_with_its_question(tmp_path: Path) -> None:
    began = time.monotonic()
    heard = ask(asked_by([fact("one", f"sleep 600 & echo $! >{tmp_path}/pid")]))
    assert heard["one"].status == 0
    pid = (tmp_path / "pid").read_text().strip()
    while runs(pid):  # it was killed; when it goes is the kernel's affair
        assert time.monotonic() - began < 60


def runs(pid: str) -> bool:
    """Return whether the process exists and is not a zombie."""
    status = Path(f"/proc/{pid}/status")
    return status.exists() and "State:\tZ" not in status.read_text()


HANGS = (
    "exec sleep 600",
    "while :; do printf x; sleep 0.1; done",
    "exec yes",
    "exec tr '\\0' x </dev/zero",
    "echo; echo phase0-gate shell; exec sleep 600",
    "echo; echo phase0-gate shell; cat >/dev/null; exec yes",
    "setsid sleep 100 & exit",
)


@pytest.mark.parametrize("host", HANGS)
@attack("T7", "an exchange ends by its deadline, whatever the host does")
def test_the_deadline_ends_an_exchange_that_does_not_end(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    """The host is silent, prints slowly or without end, reads nothing, or leaves a process that keeps every pipe open."""
    monkeypatch.setattr(module, "SLACK", 0)
    process, began = started(host), time.monotonic()
    heard = exchange(process, lambda _: "x" * 10_000_000, 0.7, ASKED, NONCE)
    assert (heard.answers, time.monotonic() - began < 60, process.poll() is not None) == ({}, True, True)


def test_a_connection_that_dies_costs_only_what_had_not_come() -> None:
    text = asked_by([fact("one", "echo early"), fact("two", "sleep 1.5; kill -KILL -$PPID; sleep 9")])
    process = started("echo; echo phase0-gate shell; exec sh -s")
    text = text.replace("$PPID", str(process.pid))
    assert list(exchange(process, lambda _: text, 20, ASKED, NONCE).answers) == ["one"]


def test_four_megabytes_arrive_whole_and_more_is_said_to_be_too_long() -> None:
    heard = ask(asked_by([fact("one", f"head -c {MOST} /dev/zero"), fact("two", f"head -c {MOST + 1} /dev/zero")]))
    assert (len(content(heard["one"])), heard["one"].status) == (MOST, 0)
    assert (heard["two"].out, heard["two"].status) == ("", TOO_LONG)
    assert "longer than" in heard["two"].err


def test_answers_that_come_at_once_do_not_mix() -> None:
    sizes = {f"n{number}": 5000 + 137 * number for number in range(60)}
    facts = [fact(name, f"head -c {size} /dev/zero | tr '\\0' x") for name, size in sizes.items()]
    process = started("echo; echo phase0-gate shell; exec sh -s")
    heard = exchange(process, lambda _: asked_by(facts), 60, dict.fromkeys(sizes, "asked"), NONCE)
    assert {name: len(content(answer)) for name, answer in heard.answers.items()} == sizes


def test_bytes_that_are_no_text_are_kept_readable() -> None:
    assert outs(fact("one", r"printf '\377\000\033[31m\n'")) == {"one": "\\xff\x00\x1b[31m\n"}


def test_a_parser_sees_the_answer_as_it_came() -> None:
    heard = ask(asked_by([fact("one", "echo password=hunter2; echo token=hunter2 >&2")]))
    assert (content(heard["one"]), heard["one"].err) == ("password=hunter2\n", "token=hunter2")
    assert "hunter2" not in repr(heard["one"])


def test_values_of_the_target_are_values_and_no_code() -> None:
    hostile = "a'b\"c $(touch /no) `x` ; x\\"
    text = asked_by([fact("one", 'printf %s "$BACKUPS_DIRECTORY"')], BACKUPS_DIRECTORY=hostile)
    assert content(ask(text)["one"]) == hostile


def test_no_fact_hears_what_is_meant_for_another() -> None:
    heard = outs(fact("one", "cat; echo eof"), fact("two", "x=1; echo two"), fact("three", 'echo "$x"'))
    assert heard == {"one": "eof\n", "two": "two\n", "three": "\n"}


@pytest.mark.parametrize(
    ("sudo", "expected"),
    [
        ("echo 'sudo: a password is required' >&2; exit 1", "sudo: a password is required"),
        ("echo 'Sorry, user x may not run sudo' >&2; exit 1", "Sorry"),
        (None, "not found"),
    ],
)
def test_a_refusal_of_sudo_comes_back_and_the_rest_is_answered(tmp_path: Path, sudo: str | None, expected: str) -> None:
    heard = as_root(tmp_path, sudo)
    assert expected in heard[RIGHTS].err
    assert (content(heard["one"]), "two" in heard) == ("mine\n", False)


def test_a_server_without_perl_is_told_of_once() -> None:
    heard = ask(asked_by([fact("one", "echo out")]).replace("perl", "perl-that-is-missing"))
    assert "perl-that-is-missing is not installed here" in heard[RIGHTS].err + heard[RIGHTS].out


def test_root_facts_are_asked_through_sudo(tmp_path: Path) -> None:
    heard = as_root(tmp_path, 'shift; exec "$@"')
    answers = {name: content(answer) for name, answer in heard.items()}
    assert answers == {"one": "mine\n", "two": "root's\n", "three": "it's a drill\n"}


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
    return ask(asked_by(facts, "sudo").replace("sudo -n", f"{program} -n"))


@attack("T2", "Nothing is run by its name from a folder that others than root can change")
def test_no_program_of_others_is_run_by_its_name(tmp_path: Path) -> None:
    """Whoever may write to /usr/local, as the group staff on some a Debian, puts programs there, also of the system's names."""
    mark = tmp_path / "mark"
    for name in ("date", "timeout", "base64", "phase0-program"):
        program = tmp_path / "bin" / name
        program.parent.mkdir(exist_ok=True, mode=0o777)
        program.write_text(f"#!/bin/sh\ntouch {mark}\n")
        program.chmod(0o755)
    program.parent.chmod(0o777)
    answer = ask(asked_by([fact("one", "date; phase0-program")]).replace("/usr/local", str(tmp_path)))["one"]
    assert answer.status == 127
    assert answer.err.endswith(f"others than root can change {tmp_path}/bin: nothing there was run")
    assert not mark.exists()


def test_without_root_nothing_is_asked_of_sudo() -> None:
    assert "sudo" not in asked_by([fact("two", "id", Asked.ROOT)])


def line(name: str, out: str, err: str = "0\n", nonce: str = NONCE) -> str:
    return f"{nonce} {name} 1.5 2.5 {b64encode(out.encode()).decode()} {b64encode(err.encode()).decode()}"


def test_only_whole_lines_of_what_was_asked_are_answers() -> None:
    found = answer_in(line("one", "x"), ASKED, NONCE)
    assert found is not None
    assert (found[0], found[1].out) == ("one", "x")
    noise = (
        "",
        line("nobody", "x"),
        line("one", "x", "no status\n"),
        line("two", "x", ""),
        f"{NONCE} one 9e9 1 !x! MAo=",
    )
    assert [answer_in(text, ASKED, NONCE) for text in noise] == [None] * 5


FORGED = ("", "0" * 32, NONCE[:-1], NONCE.upper(), f" {NONCE}", f"{NONCE} {NONCE}", "rights")


@pytest.mark.parametrize("nonce", FORGED)
@attack("T4", "an answer without the nonce of this exchange is none")
def test_a_line_without_the_nonce_is_noise(nonce: str) -> None:
    """Whole lines are printed before the answers, with no nonce, a guessed one, or parts of a real one."""
    heard = hear(asked_by([fact("one", "echo true")]), before=f"echo '{line('one', 'forged', nonce=nonce)}';")
    assert {name: content(answer) for name, answer in heard.answers.items()} == {"one": "true\n"}


@attack("T4", "of two answers to one question neither counts")
def test_a_question_that_is_answered_twice_is_not_answered() -> None:
    """A program that knows the nonce prints an answer beside the true one, before it or after it."""
    lines = "\n".join((line("one", "x"), line("one", "y"), line("two", "z")))
    forger = f"echo phase0-gate shell; cat >/dev/null; echo '{lines}'"
    heard = exchange(started(forger), lambda _: "", 20, ASKED, NONCE)
    assert (list(heard.answers), heard.twice) == (["two"], {"one"})


def test_a_variable_of_the_environment_changes_no_answer() -> None:
    before = "export POSIXLY_CORRECT=1 GREP_OPTIONS=-v LC_ALL=fr_FR.UTF-8 BLOCKSIZE=1 nonce=1 lock=/etc/passwd;"
    names = sorted(outs(fact("one", "env | sed 's/=.*//'"), before=before)["one"].split())
    assert [name for name in names if name not in ("PWD", "OLDPWD", "SHLVL", "_")] == ["HOME", "LC_ALL", "PATH"]


@given(st.text(), st.text())
def test_nothing_a_host_prints_breaks_the_exchange(noise: str, out: str) -> None:
    answer_in(noise, ASKED, NONCE)
    found = answer_in(line("one", out, "0"), ASKED, NONCE)
    assert found is not None
    assert found[1].asked == "asked"


@given(st.text(alphabet="one two.0123456789+/=MAo\n", max_size=80))
def test_lines_that_look_like_answers_break_nothing(noise: str) -> None:
    for text in (
        f"{NONCE} one {noise}",
        f"{NONCE} one 1.1.1 2 eA== MAo=",
        f"{NONCE} one 9{'9' * 400} {'9' * 400} eA== MAo=",
    ):
        answer_in(text, ASKED, NONCE)


def test_a_process_without_pipes_is_refused() -> None:
    with pytest.raises(ValueError, match="without pipes"):
        piped(None)
