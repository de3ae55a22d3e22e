"""A stolen key of the audit, and other accounts of the server, against the account that can only ask."""

import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from fixtures.ask.connection import Connection
from fixtures.ask.exchange import new_nonce
from fixtures.rights.observer import CALLS, HOME
from fixtures.target.folder import load_target
from testing.accounts import OnHost, as_auditor, install_account
from testing.audits import audit
from testing.threats import attack

MARK = "/tmp/taken /var/tmp/taken /run/taken"
GREETING = "phase0-gate asks "
LIVE = ("-m", "live")


@pytest.fixture(scope="session")
def installed(target: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The target folder for the audit's account."""
    connection = Connection(load_target(target))
    connection.open()

    def run(script: str) -> str:
        command = ["ssh", "-F", str(connection.config), "target", "sudo -n sh -eus"]
        return subprocess.run(command, input=script, capture_output=True, text=True, timeout=60, check=True).stdout

    try:
        return install_account(target, tmp_path_factory.mktemp("account"), run)
    finally:
        connection.close()


def names(output: str, nonce: str) -> list[str]:
    """Return the names of the questions that were answered."""
    return sorted(line.split()[1] for line in output.splitlines() if line.startswith(f"{nonce} "))


@attack("T4", "the audit's key gives no shell")
@pytest.mark.parametrize(
    "command",
    [
        "id",
        "sh -c 'touch /tmp/taken'",
        "; touch /tmp/taken",
        "$(touch /tmp/taken)",
        "`touch /tmp/taken`",
        "\ntouch /tmp/taken",
        "-c touch /tmp/taken",
        "sudo -n sh -s",
        "sudo -n cat /etc/shadow",
        "crontab -",
        "scp -t /tmp/taken",
        "/usr/lib/openssh/sftp-server",
        "",
    ],
)
def test_a_stolen_key_gives_no_command(installed: Path, on_host: OnHost, command: str) -> None:
    """Commands, a shell, sudo, crontab and scp are asked for, also as what SSH_ORIGINAL_COMMAND could be misread as."""
    done = as_auditor(installed, command, given="id\ntouch /tmp/taken\n* * * * * touch /tmp/taken\n")
    assert [line for line in done.stdout.splitlines() if line and not line.startswith(GREETING)] == []
    assert on_host(f"ls {MARK} 2>/dev/null || true; crontab -l -u phase0-audit 2>/dev/null || true") == ""


@attack("T4", "the audit's key gives no shell")
@pytest.mark.parametrize("options", [["-tt"], ["-s"], ["-A"], ["-X"], ["-N", "-R", "7001:127.0.0.1:22"]])
def test_a_stolen_key_gives_no_terminal_and_forwards_nothing(installed: Path, options: list[str]) -> None:
    """A terminal, the subsystem sftp, an agent, a display and a port of the server are asked for."""
    done = ssh(installed, *options, "-o", "ControlPath=none", "-o", "ExitOnForwardFailure=yes", "target", "sftp")
    lines = [line for line in done.stdout.replace("\r", "").splitlines() if line]
    assert [line for line in lines if not line.startswith(GREETING)] == []
    if "-N" in options:
        assert "remote port forwarding failed" in done.stderr
    if "-tt" in options:
        assert "PTY allocation request failed" in done.stderr


@attack("T4", "the audit's key gives no shell")
@pytest.mark.parametrize("way", [["-W", "127.0.0.1:22"], ["-W", "127.0.0.1:6443"], ["-w", "0:0", "-N"]])
def test_a_stolen_key_is_no_way_into_the_network(installed: Path, way: list[str]) -> None:
    """A connection is asked for to the server's own sshd, to the API server, and a tunnel device."""
    done = ssh(installed, *way, "-o", "ControlPath=none", "-o", "ExitOnForwardFailure=yes", "target")
    assert done.returncode != 0
    assert "SSH-2.0" not in done.stdout


def ssh(installed: Path, *words: str) -> subprocess.CompletedProcess[str]:
    connection = Connection(load_target(installed))
    try:
        connection.open()
        command = ["ssh", "-F", str(connection.config), *words]
        return subprocess.run(command, input="", capture_output=True, text=True, timeout=60, check=False)
    finally:
        connection.close()


@attack("T4", "the account owns nothing that runs before an answer")
@pytest.mark.parametrize(
    "place", [".ssh/rc", ".ssh/environment", ".ssh/authorized_keys", ".profile", ".pam_environment"]
)
def test_the_account_writes_nowhere_in_its_home(installed: Path, on_host: OnHost, place: str) -> None:
    """The account itself, by whatever way it came to run a command, writes each file that sshd or a shell would read."""
    assert installed.exists()
    script = f"runuser -u phase0-audit -- sh -c 'umask 022; echo echo forged >{HOME}/{place}' 2>&1 || echo refused"
    assert "refused" in on_host(script)
    assert on_host(f"find {HOME} ! -user root -o -perm /022 ! -type l") == ""


@attack("T4", "the account owns nothing that runs before an answer")
def test_what_an_account_with_a_shell_left_is_not_taken_over(installed: Path, on_host: OnHost) -> None:
    """An account of that name, with a home, a crontab and an rc file of its own, existed before the installation."""
    on_host("userdel --force phase0-audit 2>&1 || true; useradd --create-home --shell /bin/sh phase0-audit")
    on_host(
        "mkdir -p ~phase0-audit/.ssh; echo 'echo forged' >~phase0-audit/.ssh/rc; chown -R phase0-audit ~phase0-audit"
    )
    try:
        refused = on_host(f"sh /run/account/install {HOME}/.ssh/authorized_keys 2>&1 || true")
        assert "could do more" in refused
        on_host("echo '* * * * * touch /run/taken' >/var/spool/cron/crontabs/phase0-audit")
    finally:
        on_host("userdel --force --remove phase0-audit 2>/dev/null || true; sh /run/account/install")
    assert on_host("crontab -l -u phase0-audit 2>/dev/null || true; ls /home/phase0-audit 2>/dev/null || true") == ""
    nonce = new_nonce()
    assert names(as_auditor(installed, "x", given=f"{nonce}\nfilesystems\n").stdout, nonce) == ["filesystems"]


@attack("T1", "of what the observer reads only names of questions count")
@pytest.mark.parametrize(
    "asked",
    [
        "x; touch /run/taken",
        "$(touch /run/taken)",
        "../sh",
        "/etc/shadow",
        "schedules /etc/shadow",
        "PATH /tmp",
        "*",
        "\0",
    ],
)
def test_what_is_no_name_is_not_answered(installed: Path, on_host: OnHost, asked: str) -> None:
    """Names with metacharacters of the shell, paths, arguments and assignments are asked for through the forced command."""
    nonce = new_nonce()
    answered = as_auditor(installed, asked.replace("\0", ""), given=f"{nonce}\n{asked}\nfilesystems\n")
    assert names(answered.stdout, nonce) == ["filesystems"]
    assert on_host(f"ls {MARK} 2>/dev/null || true") == ""


@attack("T7", "a call is read to a bound, and ends")
@pytest.mark.parametrize("given", ["filesystems\n" * 100_000, "x" * 5_000_000, "filesystems\n" * 50 + "y\n" * 100_000])
def test_thousands_of_names_are_one_call(installed: Path, on_host: OnHost, given: str) -> None:
    """The same name a hundred thousand times, names nobody knows, and megabytes without an end are sent."""
    nonce = new_nonce()
    answered = as_auditor(installed, "x", given=f"{nonce}\n{given}")
    assert names(answered.stdout, nonce) in ([], ["filesystems"])
    assert observers(on_host) == 0


@attack("T7", "a call is read to a bound, and ends")
def test_input_that_never_ends_is_given_up(installed: Path, on_host: OnHost) -> None:
    """More calls than there are places are opened, and their input is kept open without a word."""
    connection = Connection(load_target(installed))
    connection.open()
    calls = []
    try:
        calls = [connection.start("x") for _ in range(9)]  # MaxSessions of sshd is 10
        deadline = time.monotonic() + 60
        while any(call.poll() is None for call in calls) and time.monotonic() < deadline:
            time.sleep(0.5)
        assert all(call.poll() is not None for call in calls)
    finally:
        connection.interrupt()
        for call in calls:
            call.communicate()
        connection.close()
    assert observers(on_host) == 0


COUNTED = """\
for second in 1 2 3 4 5 6 7 8; do
  count=$(pgrep -c -f '^/bin/sh .*{observer}' || true)
  [ "$count" != 0 ] || break
  sleep 1
done
echo "$count"
"""


def observers(on_host: OnHost) -> int:
    """Return the number of observers that still run, after a time for those that are ending."""
    return int(on_host(COUNTED.format(observer=f"{HOME}/observer")))


HELD = {
    "the root folder": "exec 9</; flock -x 9; sleep 600",
    "the observer": f"exec 9<{HOME}/observer; flock -x 9; sleep 600",
    "a place for calls": "exec 9</run/phase0-observer/1; flock -x 9; sleep 600",
    "the home": f"exec 9<{HOME}; flock -x 9; sleep 600",
}


@attack("T7", "nobody holds a lock that an audit waits for")
@pytest.mark.parametrize("held", HELD)
def test_a_held_lock_holds_no_audit(
    installed: Path, tmp_path: Path, on_host: OnHost, mallory: Callable[[str], str], held: str
) -> None:
    """Any user locks everything on the way of an answer that can be opened."""
    mallory(f"setsid sh -c '{HELD[held]}' >/dev/null 2>&1 & sleep 0.5")
    began = time.monotonic()
    ran = audit(str(installed), tmp_path / "out", "-m", "live", "-k", "test_disk")
    assert time.monotonic() - began < 60
    assert ran.outcomes["DSK-01"] == "pass"
    assert observers(on_host) == 0


@attack("T7", "an account that may start no process any more costs its own answers, and no others")
def test_a_full_process_table_of_the_account_is_unknown(installed: Path, tmp_path: Path, on_host: OnHost) -> None:
    """Whoever holds the key fills what the account may run at once, here a limit of two processes."""
    limit = "/etc/security/limits.d/zz-phase0.conf"
    on_host(f"echo 'phase0-audit hard nproc 2' >{limit}")
    try:
        began = time.monotonic()
        ran = audit(str(installed), tmp_path / "out", *LIVE)
        assert time.monotonic() - began < 120
        assert ran.status in (10, 11)
        assert "fail" not in {ran.outcomes["DSK-01"], ran.outcomes["BKP-01"]}
    finally:
        on_host(f"rm {limit}")
    assert observers(on_host) == 0


FLOOD = """\
while :; do
  for fd in /proc/[0-9]*/fd/[012] /dev/pts/*; do [ ! -w "$fd" ] || echo '{line}' >"$fd"; done
done
"""


@attack("T4", "nobody but the observer answers a question")
def test_frames_of_another_account_reach_no_audit(
    installed: Path, tmp_path: Path, mallory: Callable[[str], str]
) -> None:
    """Any user writes whole lines of an answer to every terminal and every pipe of an observer that can be opened."""
    line = f"{'0' * 32} filesystems 1 2 eA== MAo="
    mallory(f"cat >flood <<'END'\n{FLOOD.format(line=line)}END\nsetsid sh flood >/dev/null 2>&1 & sleep 0.5")
    ran = audit(str(installed), tmp_path / "out", "-m", "live", "-k", "test_disk")
    assert ran.outcomes["DSK-01"] == "pass"
    assert ran.run["account"] == "asks"


def test_an_honest_audit_sees_what_an_account_with_every_right_sees(
    installed: Path, target: Path, tmp_path: Path, on_host: OnHost
) -> None:
    """sudo is as strict as on a hardened server."""
    on_host(
        "printf 'Defaults:phase0-audit requiretty, use_pty\\n' >/etc/sudoers.d/aa-hardened; chmod 0440 /etc/sudoers.d/aa-hardened"
    )
    try:
        little = audit(str(installed), tmp_path / "little")
    finally:
        on_host("rm /etc/sudoers.d/aa-hardened")
    everything = audit(str(target), tmp_path / "all")
    assert (little.outcomes, little.run["account"]) == (everything.outcomes, "asks")
    assert everything.run["account"] == "shell"
    assert "asked by an account that can ask, and nothing else" in (tmp_path / "little" / "verdict.html").read_text()


def test_places_for_calls_are_enough_for_two_audits_with_drills() -> None:
    drills = 7
    assert 2 * (1 + drills) <= CALLS
    assert shutil.which("ssh")
