import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from fixtures.ask.answer import Answer
from fixtures.ask.connection import MASTER, Connection
from fixtures.ask.exchange import Heard
from fixtures.ask.facts import FACTS, Asked, Fact
from fixtures.ask.redaction import MOST
from fixtures.rights.observer import BUSY, HOME, observer
from fixtures.rights.observer import digest as digest_of
from fixtures.session.registry import registered_facts
from fixtures.target import Target, variables
from fixtures.target.folder import load_target
from testing.places import GREETING, SSHD, Sshd, fake_ssh
from testing.small_audit import ROOT, TARGET, House, Ran
from testing.threats import attack

pytestmark = pytest.mark.skipif(not shutil.which("flock"), reason="the script is for a Linux host")
ASK = """
@criterion("A-01")
def test_a(one, judge): assert judge(int(one == "1"))

@criterion("B-01")
def test_b(two, judge): assert judge(int(two == "2"))
"""
CHANGED = """cat >&2 <<'X'
@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @
@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
Host key verification failed.
X
exit 255 ;"""


@pytest.fixture(autouse=True)
def facts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two facts of the host."""
    for name, command in (("one", "printf 1"), ("two", "printf 2")):
        add_fact(monkeypatch, name, command)


def add_fact(
    monkeypatch: pytest.MonkeyPatch, name: str, command: str, asked: Asked = Asked.HOST, seconds: float = 10
) -> None:
    monkeypatch.setitem(FACTS, name, Fact(name, command, asked, str, seconds))


def signal_when_heard(monkeypatch: pytest.MonkeyPatch, awaited: str, heard: Path) -> None:
    """Make the file `heard` as soon as the answer of the fact `awaited` has arrived here."""

    def take(self: Heard, name: str, answer: Answer) -> None:
        original(self, name, answer)
        if name == awaited:
            heard.touch()

    original = Heard.take
    monkeypatch.setattr(Heard, "take", take)


def reasons(ran: Ran) -> tuple[str, str]:
    return ran.reason("A-01"), ran.reason("B-01")


def test_one_login_and_one_exchange_answer_everything(house: House, tmp_path: Path) -> None:
    uses = fake_ssh(tmp_path / "bin", house.monkeypatch)
    ran = house.audit(ASK)
    assert ran.status == 0
    assert uses.read_text().split() == ["ControlMaster=yes", "ControlMaster=no"]


def test_the_audit_leaves_nothing_behind(house: House, tmp_path: Path) -> None:
    fake_ssh(tmp_path / "bin", house.monkeypatch)
    (tmp_path / "tmp").mkdir()
    house.monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    assert house.audit(ASK).status == 0
    assert list((tmp_path / "tmp").glob("phase0-*")) == []


@pytest.mark.parametrize(
    ("login", "code"),
    [
        ("echo 'audit@127.0.0.1: Permission denied (publickey).' >&2; exit 255;", "login-refused"),
        ("echo 'Received disconnect: Too many authentication failures' >&2; exit 255;", "login-refused"),
        ("echo 'Load key \"k\": error in libcrypto' >&2; exit 255;", "key-unusable"),
        (
            "echo 'Load key \"k\": bad permissions' >&2; echo 'a@b: Permission denied (publickey).' >&2; exit 255;",
            "key-unusable",
        ),
        (CHANGED, "host-key-changed"),
        (
            "echo 'No ED25519 host key is known for edge and you have requested strict checking.' >&2; exit 255;",
            "host-key-unknown",
        ),
        ("echo 'ssh: connect to host 127.0.0.1 port 22: Connection refused' >&2; exit 255;", "unreachable"),
        ("echo 'ssh: connect to host 127.0.0.1 port 22: Connection timed out' >&2; exit 255;", "unreachable"),
        ("echo 'ssh: Could not resolve hostname edge: Name or service not known' >&2; exit 255;", "host-name"),
        ("exit 255;", "unreachable"),
    ],
)
def test_no_login_is_unknown_with_its_cause_and_a_verdict(house: House, tmp_path: Path, login: str, code: str) -> None:
    fake_ssh(tmp_path / "bin", house.monkeypatch, login=login)
    ran = house.audit(ASK)
    assert (reasons(ran), ran.status) == ((code, code), 10)
    assert ran.run["results"]["A-01"]["reason"]["values"]["cause"] == "host"
    assert "Traceback" not in ran.output


def test_a_login_that_hangs_is_given_up(house: House, tmp_path: Path) -> None:
    house.monkeypatch.setattr("fixtures.ask.connection.LOGIN_SECONDS", -1.5)
    fake_ssh(tmp_path / "bin", house.monkeypatch, login="exec sleep 600;")
    assert reasons(house.audit(ASK)) == ("unreachable", "unreachable")


def test_without_ssh_the_cure_is_said(house: House, tmp_path: Path) -> None:
    house.monkeypatch.setenv("PATH", str(tmp_path))
    assert reasons(house.audit(ASK)) == ("no-ssh", "no-ssh")


def test_a_connection_that_dies_keeps_what_had_arrived(house: House, tmp_path: Path) -> None:
    dies = f"( while [ ! -e {tmp_path}/heard ]; do sleep 0.05; done; kill -s KILL -- -$$ ) &"
    fake_ssh(tmp_path / "bin", house.monkeypatch, session=dies)
    signal_when_heard(house.monkeypatch, "one", tmp_path / "heard")
    add_fact(house.monkeypatch, "two", f"while [ ! -e {tmp_path}/never ]; do sleep 0.1; done", seconds=60)
    ran = house.audit(ASK)
    assert (ran.outcome("A-01"), ran.outcome("B-01"), ran.status) == ("pass", "unknown", 10)
    assert ran.reason("B-01") == "connection-lost"


def test_a_fact_that_hangs_is_unknown_and_the_other_is_judged(house: House, tmp_path: Path) -> None:
    fake_ssh(tmp_path / "bin", house.monkeypatch)
    add_fact(house.monkeypatch, "two", "exec sleep 600", seconds=0.2)
    ran = house.audit(ASK)
    assert (ran.outcome("A-01"), ran.reason("B-01"), ran.status) == ("pass", "timed-out", 10)


@pytest.mark.parametrize(
    ("command", "code"),
    [("no-such-command-here", "no-answer"), ("exit 3", "no-answer"), (f"head -c {MOST + 9} /dev/zero", "no-answer")],
)
def test_a_command_that_fails_is_unknown(house: House, tmp_path: Path, command: str, code: str) -> None:
    fake_ssh(tmp_path / "bin", house.monkeypatch)
    add_fact(house.monkeypatch, "two", command)
    assert house.audit(ASK).reason("B-01") == code


def test_an_answer_nobody_understands_is_unknown(house: House, tmp_path: Path) -> None:
    fake_ssh(tmp_path / "bin", house.monkeypatch)
    house.monkeypatch.setitem(FACTS, "two", Fact("two", r"printf '\377\000'", Asked.HOST, int, 5))
    assert house.audit(ASK).reason("B-01") == "not-understood"


@pytest.mark.parametrize(
    ("sudo", "code"),
    [("sudo: a password is required", "sudo-password"), ("Sorry, user audit may not run sudo", "sudo-refused")],
)
def test_what_needs_root_is_unknown_where_sudo_refuses_a_shell(
    house: House, tmp_path: Path, sudo: str, code: str
) -> None:
    add_fact(house.monkeypatch, "two", "id -u", Asked.ROOT)
    (tmp_path / "sudo").write_text(f"#!/bin/sh\necho '{sudo}' >&2; exit 1\n")
    (tmp_path / "sudo").chmod(0o755)
    here = f"{GREETING} sed 's#sudo -n#{tmp_path}/sudo -n#' | sh -s; exit;"
    fake_ssh(tmp_path / "bin", house.monkeypatch, session=here)
    ran = house.audit(ASK)
    assert (ran.outcome("A-01"), ran.reason("B-01")) == ("pass", code)
    values = ran.run["results"]["B-01"]["reason"]["values"]
    assert (values["cause"], values["why"], values["folder"]) == ("rights", sudo, str(house.target))
    assert ran.run["account"] == "shell"


ASKS = "printf '\\nphase0-gate asks %s\\n' {digest};"


@pytest.mark.parametrize(
    ("digest", "then", "code"),
    [
        (True, "echo 'sudo: a password is required' >&2;", "sudo-password"),
        (True, "echo 'sudo: unable to resolve host' >&2;", "sudo-refused"),
        (True, "read -r n; echo \"$n rights 0 0  $(printf '%s\\n1\\n' '{busy}' | base64 -w0)\";", "observer-busy"),
        (True, "", "connection-lost"),
        (False, "", "observer-other"),
        (None, "", "observer-missing"),
    ],
)
def test_an_account_that_can_only_ask_says_why_it_cannot(
    house: House, tmp_path: Path, digest: bool | None, then: str, code: str
) -> None:
    mine = digest_of(observer(registered_facts(), variables(load_target(house.target))))
    commands = ASKS.format(digest={True: mine, False: "0" * 64, None: ""}[digest]) + then.replace("{busy}", BUSY)
    fake_ssh(tmp_path / "bin", house.monkeypatch, session=f"{commands} exit;")
    ran = house.audit(ASK)
    assert (reasons(ran), ran.run["account"]) == ((code, code), "asks")


def test_a_forced_command_that_is_not_there_is_said(house: House, tmp_path: Path) -> None:
    gone = f"echo 'sh: 1: {HOME}/ask: not found' >&2; exit 127;"
    fake_ssh(tmp_path / "bin", house.monkeypatch, session=gone)
    assert reasons(house.audit(ASK)) == ("observer-missing", "observer-missing")


@pytest.mark.skipif(os.geteuid() != 0, reason="the observer is root's")
def test_the_observer_answers_by_names_through_the_forced_command(house: House, tmp_path: Path) -> None:
    """A-01 asks a fact without root's rights, B-01 one with them: only the latter is answered as root."""
    for name, asked in (("one", Asked.HOST), ("two", Asked.ROOT)):
        monkeypatched = Fact(name, "id -u", asked, str, 10)
        house.monkeypatch.setitem(FACTS, name, monkeypatched)
    text = observer([FACTS["one"], FACTS["two"]], {}).replace("/run/phase0-observer", str(tmp_path / "calls"))
    (tmp_path / "observer").write_text(text)
    house.monkeypatch.setattr("fixtures.session.sources.observer", lambda *_: text)
    here = f"{ASKS.format(digest=digest_of(text))} SUDO_UID=12345 SUDO_GID=54321 exec sh {tmp_path}/observer;"
    fake_ssh(tmp_path / "bin", house.monkeypatch, session=here)
    asks = "def test_{0}({1}, judge): assert judge(int({1} == '{2}\\n'))\n"
    ran = house.audit(
        f"@criterion('A-01')\n{asks.format('a', 'one', 12345)}\n@criterion('B-01')\n{asks.format('b', 'two', 0)}"
    )
    assert (ran.status, ran.run["account"]) == (0, "asks")


def test_a_target_without_root_says_so(house: House, tmp_path: Path) -> None:
    fake_ssh(tmp_path / "bin", house.monkeypatch)
    (house.target / "target.toml").write_text(TARGET.replace('user = "audit"', 'user = "audit"\nroot = "none"'))
    add_fact(house.monkeypatch, "two", "id -u", Asked.DRILL)
    assert house.audit(ASK).reason("B-01") == "no-root-rights"


def test_names_of_files_are_written_as_ssh_reads_them_back(tmp_path: Path) -> None:
    key = tmp_path / 'a "key" at 100 %'
    key.touch()
    (tmp_path / "target.toml").write_text(TARGET)
    target = load_target(tmp_path)
    named = msgspec.structs.replace(
        target, host=msgspec.structs.replace(target.host, identity_file=str(key), jump="a@b:2")
    )
    connection = Connection(named)
    text = connection.config.read_text()
    connection.close()
    assert f'IdentityFile "{tmp_path}/a \\"key\\" at 100 %%"' in text
    assert "ProxyJump a@b:2" in text
    assert text.endswith("Host *\n  UpdateHostKeys no\n")  # a server adds no key to the known ones
    assert not connection.folder.exists()


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[Sshd]:
    if SSHD is None or shutil.which("ssh-keygen") is None:
        pytest.skip("there is no sshd on this machine")
    daemon = Sshd(tmp_path)
    yield daemon
    daemon.stop()


def by_ssh(house: House, target: str) -> Ran:
    (house.target / "target.toml").write_text(target)
    return house.audit(ASK)


def test_a_real_sshd_with_a_banner_is_asked_with_one_login(house: House, sshd: Sshd) -> None:
    sshd.start()
    assert by_ssh(house, sshd.target()).status == 0
    assert sshd.log.read_text().count("Accepted publickey") == 1


@pytest.mark.parametrize(
    ("key", "known", "code"),
    [("other", "host", "login-refused"), ("user", "other", "host-key-changed"), ("user", "", "host-key-unknown")],
)
def test_a_real_sshd_that_is_not_entered(house: House, sshd: Sshd, key: str, known: str, code: str) -> None:
    sshd.start()
    assert reasons(by_ssh(house, sshd.target(key, known))) == (code, code)


def test_a_real_port_that_refuses(house: House, sshd: Sshd) -> None:
    assert reasons(by_ssh(house, sshd.target())) == ("unreachable", "unreachable")


def test_four_megabytes_come_through_a_real_ssh(house: House, sshd: Sshd) -> None:
    sshd.start()
    long = Fact("two", f"head -c {MOST} /dev/zero", Asked.HOST, lambda out: str(len(out) // MOST * 2), 9)
    house.monkeypatch.setitem(FACTS, "two", long)
    assert by_ssh(house, sshd.target()).status == 0


def test_a_real_connection_cut_in_the_middle(house: House, sshd: Sshd) -> None:
    sshd.start()
    cut = f"pkill -KILL -P $(pgrep -o -f '{sshd.folder}/config')"
    add_fact(
        house.monkeypatch,
        "two",
        f"while [ ! -e {sshd.folder}/heard ]; do sleep 0.05; done; {cut}; sleep 60",
        seconds=60,
    )
    signal_when_heard(house.monkeypatch, "one", sshd.folder / "heard")
    ran = by_ssh(house, sshd.target())
    assert (ran.outcome("A-01"), ran.outcome("B-01")) == ("pass", "unknown")


def test_nothing_is_contacted_before_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    uses = fake_ssh(tmp_path / "bin", monkeypatch)
    (tmp_path / "target.toml").write_text(TARGET)
    target: Target = load_target(tmp_path)
    connection = Connection(target)
    assert not connection.alive
    connection.close()
    assert not uses.exists()


KILLED = """
import sys, time
from pathlib import Path
from fixtures.ask.connection import Connection
from fixtures.target.folder import load_target
connection = Connection(load_target(Path(sys.argv[1])))
connection.open()
print(connection.folder, connection._master.pid, flush=True)
time.sleep(600)
"""


def test_an_audit_that_was_killed_leaves_no_login_and_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_ssh(tmp_path / "bin", monkeypatch)
    (tmp_path / "target.toml").write_text(TARGET)
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    command = [sys.executable, "-c", KILLED, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as audit:
        assert audit.stdout is not None
        folder, master = audit.stdout.readline().split()
        other = Connection(load_target(tmp_path))
        assert Path(folder).exists(), "another audit is under way there"
        audit.kill()
    deadline = time.monotonic() + 120
    while Path(f"/proc/{master}").exists() and "State:\tZ" not in Path(f"/proc/{master}/status").read_text():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    Connection(load_target(tmp_path)).close()
    assert list((tmp_path / "tmp").glob("phase0-*")) == [other.folder]
    other.close()


@attack("T7", "an audit ends by its deadline, whatever the host does")
@pytest.mark.parametrize("kept", ["sleep 600", "yes", "while :; do echo; sleep 0.1; done"])
def test_an_audit_ends_although_the_host_keeps_the_channel_open(house: House, sshd: Sshd, kept: str) -> None:
    """Through a real sshd: a session that is silent, prints without end or slowly, and ignores that its client has gone."""
    house.monkeypatch.setattr("fixtures.ask.exchange.SLACK", 0)
    add_fact(house.monkeypatch, "one", "printf 1", seconds=2)
    add_fact(house.monkeypatch, "two", "printf 2", seconds=2)
    house.monkeypatch.setattr(
        "fixtures.session.sources.SHELL",
        f"trap '' HUP PIPE TERM; echo phase0-gate shell; setsid sh -c '{kept}' & echo $$ $! >>{sshd.folder}/kept; {kept}",
    )
    sshd.start()
    began = time.monotonic()
    ran = by_ssh(house, sshd.target())
    took = time.monotonic() - began
    for group in (sshd.folder / "kept").read_text().split():
        with contextlib.suppress(ProcessLookupError):
            os.killpg(int(group), signal.SIGKILL)
    assert took < 200, "and not the ten minutes of the session"
    assert reasons(ran) == ("timed-out", "timed-out")


@attack("N9", "A hostile server fills no disk and no memory of the machine that audits")
def test_what_ssh_notes_of_a_server_is_bounded(tmp_path: Path) -> None:
    """A server sends words without an end that ssh writes to its trace."""
    note = tmp_path / "trace"
    words = ["sh", "-c", MASTER, "sh", "sh", "-c", f"exec yes >{note}"]
    with subprocess.Popen(words, stdin=subprocess.PIPE) as master:
        assert master.wait(60) != 0
    assert note.stat().st_size <= 1 << 24
