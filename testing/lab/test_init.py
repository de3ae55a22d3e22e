"""`init` with a server that was not prepared for it: to a verdict, interrupted, refused, and taken away byte for byte."""

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from difflib import unified_diff
from pathlib import Path

import pytest

from testing.accounts import OnHost
from testing.audits import ROOT, expected

SCENARIO = "stabilised"
MINUTES = 10  # it takes about one; the machine of the test may be busy
UNNAMED = {"DOC-01", "DOC-02", "DOC-03", "MCP-06", "MCP-08"}  # guides and CI, which no server tells of
CONFIG = "Host *\n  IdentityFile {key}\n  IdentitiesOnly yes\n  UserKnownHostsFile {known_hosts}\n"
HOME = "/usr/local/lib/phase0-gate"
# Everything but what changes anyway: logs, the cluster's own data, what the server's schedules write. What kubectl keeps of
# the questions below goes where nothing is compared.
LISTING = r"""
export HOME=/tmp
find / -xdev \( -path /proc -o -path /sys -o -path /run -o -path /dev -o -path /tmp -o -path /mnt -o -path /var/log \
    -o -path /var/backups -o -path '/var/tmp/systemd-private-*' -o -path /var/lib/systemd/timers \
    -o -regex '/var/lib/\(apt\|cni\|kubelet\|logrotate\|prometheus\|rancher\|twisterlab\)' \) -prune \
    -o -printf '%p %M %u %g %l\n' -type f -regex '/\(etc\|usr/local\|home\|root\|var\)/.*' -exec sha256sum {} + | sort
ls -A /run | grep phase0 || :
k3s kubectl get clusterroles,clusterrolebindings,serviceaccounts,secrets --all-namespaces -o name | sort
k3s kubectl get clusterrole/phase0-audit clusterrolebinding/phase0-audit --ignore-not-found \
    -o jsonpath='{range .items[*]}{.metadata.name} {.metadata.uid} {.rules} {.roleRef} {.subjects}{"\n"}{end}'
"""
AS_BEFORE = "for file in passwd group shadow gshadow subuid subgid; do mv /run/kept-$file $file-; done"
# The program, with a person who ends it at a line, or who answers; root's work can end before the line that begins with DIES.
DRIVER = """
import os, sys
from init import conduct, server, terminal
from init.__main__ import main
stop, password = sys.argv[1:3]
conduct.judge = lambda *_: 0
if dies := os.environ.get("DIES"):
    whole = server._body
    server._body = lambda name: ("\\n" + whole(name)).replace("\\n" + dies, "\\nexit 9\\n" + dies, 1)
class Person(terminal.Terminal):
    answers = bool(password)
    def say(self, line=""):
        super().say(line)
        if stop and stop in line:
            raise KeyboardInterrupt
    def password(self, question):
        return password
import init.__main__
init.__main__.Terminal = Person
sys.exit(main(sys.argv[3:]))
"""


class Admin:
    """Types commands in a clone, with a configuration of ssh that leads to the server."""

    def __init__(self, clone: Path, target: Path) -> None:
        self.clone = clone
        text = (target / "target.toml").read_text(encoding="utf-8")
        self.address = re.findall(r'^address = "(.*)"', text, re.MULTILINE)[0]
        self.config = clone.parent / "ssh"
        self.configure(target / "id_ed25519", target / "known_hosts")
        self.words = ("edge", "--host", self.address, "--admin", "twister", "--ssh-config", str(self.config))
        self.folder = clone / "targets" / "edge"

    def configure(self, key: Path, known_hosts: Path) -> None:
        """Write the configuration of ssh."""
        self.config.write_text(CONFIG.format(key=key, known_hosts=known_hosts))

    def types(self, *words: str, status: int = 0) -> str:
        """Run init, which must end with this status, and return what it printed."""
        return self._ended(["-m", "init", *words], status)

    def driven(self, *words: str, stop: str = "", password: str = "", status: int = 0) -> str:
        """Run init without check and audit; `stop` ends it by Ctrl-C when it prints this."""
        return self._ended(["-c", DRIVER, stop, password, *words], status)

    def starts(self, *words: str) -> "subprocess.Popen[bytes]":
        """Start init without check and audit."""
        command = [sys.executable, "-c", DRIVER, "", "", *words]
        return subprocess.Popen(command, cwd=self.clone, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    def _ended(self, words: list[str], status: int) -> str:
        done = subprocess.run(
            [sys.executable, *words],
            cwd=self.clone,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=900,
        )
        assert done.returncode == status, done.stdout
        return done.stdout


@pytest.fixture
def admin(clone: Path, target: Path) -> Admin:
    return Admin(clone, target)


@pytest.fixture
def unchanged(on_host: OnHost) -> Callable[[], None]:
    """A function that compares the server, file by file, with how it was when the test began."""
    before = on_host(LISTING)
    assert f"{HOME}/" not in before
    assert len(before.splitlines()) > 5000

    def compare() -> None:
        lines = unified_diff(before.splitlines(), on_host(LISTING).splitlines(), "before", "after", lineterm="", n=0)
        assert list(lines) == []

    return compare


def test_two_commands_lead_to_a_verdict_and_one_takes_all_of_it_away(
    admin: Admin, unchanged: Callable[[], None]
) -> None:
    shown = admin.types(*admin.words, "--dry-run")
    unchanged()
    assert not admin.folder.exists()
    began = time.monotonic()
    printed = admin.types(*admin.words, "--yes")
    assert time.monotonic() - began < MINUTES * 60
    planned = re.compile(r"^On [^ ]+, files:$.*^Then, as", re.MULTILINE | re.DOTALL)  # above it are sizes of logs
    assert planned.findall(shown) == planned.findall(printed) != []
    assert [line for line in printed.splitlines() if line.startswith("✗") and "guides" not in line] == []
    results = json.loads((admin.clone / "reports" / "out" / "edge" / "run.json").read_text())["results"]
    unknown = {
        id for id, row in results.items() if row["outcome"] == "unknown" and row["reason"]["code"] != "timed-out"
    }
    assert unknown - {id for id, outcome in expected(SCENARIO)[1].items() if outcome == "unknown"} <= UNNAMED
    assert admin.folder.stat().st_mode & 0o077 == 0
    assert not (ROOT / "targets" / "edge").exists(), "the clone's folder alone"

    corrected = admin.folder / "target.toml"
    corrected.write_text(corrected.read_text().replace('postgres = "postgres/', 'postgres = "postgresql/'))
    again = admin.driven("edge", "--yes")
    assert "-export BACKUPS_POSTGRES='postgres/" in again
    assert "+export BACKUPS_POSTGRES='postgresql/" in again
    assert "nothing; all of it is there" in admin.driven("edge", "--yes")

    removed = admin.types("edge", "--remove", "--yes")
    assert "nothing of it is left" in removed
    unchanged()
    assert sorted(file.name for file in admin.folder.iterdir()) == ["history.sqlite", "target.toml"], "what is not ours"


@pytest.mark.long
@pytest.mark.parametrize("moment", ["edge: written", "phase0-audit can ask, and nothing else", "kubeconfig: fetched"])
def test_interrupted_it_goes_on_or_is_taken_back(admin: Admin, unchanged: Callable[[], None], moment: str) -> None:
    stopped = admin.driven(*admin.words, "--yes", stop=moment, status=130)
    assert stopped.splitlines()[-1].startswith("init: interrupted; the same command goes on; this takes back")
    admin.driven("edge", "--remove", "--yes")
    unchanged()
    assert not admin.folder.exists()
    admin.driven(*admin.words, "--yes", stop=moment, status=130)
    admin.driven(*admin.words, "--yes")
    checked = subprocess.run(
        [sys.executable, "-m", "fixtures", "ask", "edge", "filesystems"], cwd=admin.clone, capture_output=True
    )
    assert checked.returncode == 0, checked.stderr
    admin.driven("edge", "--remove", "--yes")
    unchanged()


@pytest.mark.long
def test_killed_while_root_is_at_work_it_goes_on(admin: Admin, unchanged: Callable[[], None], on_host: OnHost) -> None:
    process = admin.starts(*admin.words, "--yes")
    on_host(f"while [ ! -d {HOME}/before ]; do sleep 0.02; done")
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert json.loads((admin.folder / "init.json").read_text())["installed"], "noted before it began"
    admin.driven("edge", "--yes")
    assert "phase0-audit:" in on_host("getent passwd phase0-audit")
    admin.driven("edge", "--remove", "--yes")
    unchanged()


@pytest.mark.long
def test_a_step_that_fails_is_taken_back(admin: Admin, unchanged: Callable[[], None], on_host: OnHost) -> None:
    on_host(
        "mv /usr/sbin/visudo /usr/sbin/visudo.own; printf '#!/bin/sh\\necho no room >&2; exit 1\\n' >/usr/sbin/visudo"
    )
    on_host("chmod +x /usr/sbin/visudo")
    try:
        failed = admin.driven(*admin.words, "--yes", status=1)
    finally:
        on_host("mv /usr/sbin/visudo.own /usr/sbin/visudo")
    assert failed.splitlines()[-1].endswith(
        "the installation failed and was taken back: no room; mend it, then run this again"
    )
    unchanged()
    admin.driven(*admin.words, "--yes")
    assert "another folder made" in admin.driven("west", *admin.words[1:], "--yes", status=1)
    admin.driven("west", *admin.words[1:], "--remove", "--yes")
    unchanged()


@pytest.mark.long
@pytest.mark.parametrize("dies", ["    mv ", 'if [ -n "$kubectl" ]', '    mv "$before/cluster', "CLUSTER=", "case "])
def test_root_s_work_that_ends_early_is_taken_back(
    admin: Admin, unchanged: Callable[[], None], monkeypatch: pytest.MonkeyPatch, dies: str
) -> None:
    monkeypatch.setenv("DIES", dies)
    assert "the installation failed and was taken back" in admin.driven(*admin.words, "--yes", status=1)
    unchanged()


@pytest.mark.long
@pytest.mark.parametrize(
    "dies",
    ["if [ -e", 'if [ -d "$before"', "        $kubectl", 'if [ -d "$home"', "    [ ! -d", "rm -rf /run", "for path"],
)
def test_a_removal_that_ends_early_is_ended_by_the_next(
    admin: Admin, unchanged: Callable[[], None], monkeypatch: pytest.MonkeyPatch, dies: str
) -> None:
    admin.driven(*admin.words, "--yes")
    monkeypatch.setenv("DIES", dies)
    assert "something is left" in admin.driven("edge", "--remove", "--yes", status=1)
    monkeypatch.delenv("DIES")
    admin.driven("edge", "--remove", "--yes")
    unchanged()


@pytest.mark.long
def test_it_goes_on_once_there_is_a_cluster(admin: Admin, unchanged: Callable[[], None], on_host: OnHost) -> None:
    for goes_on in (False, True):
        on_host("mv /usr/local/bin/k3s /usr/local/bin/k3s.own")
        try:
            without = admin.driven(*admin.words, "--yes")
        finally:
            on_host("mv /usr/local/bin/k3s.own /usr/local/bin/k3s")
        assert "  ! there is no cluster: " in without
        assert not (admin.folder / "kubeconfig").exists()
        if goes_on:
            admin.driven("edge", "--yes")
            assert (admin.folder / "kubeconfig").exists()
        admin.driven("edge", "--remove", "--yes")
        unchanged()


@pytest.mark.long
def test_an_administrator_with_a_password(admin: Admin, unchanged: Callable[[], None], on_host: OnHost) -> None:
    on_host("cd /etc; for file in passwd group shadow gshadow subuid subgid; do cp -p $file- /run/kept-$file; done")
    on_host(
        "useradd --create-home --groups sudo asker; echo 'asker:open sesame' | chpasswd; install -d -o asker ~asker/.ssh\n"
        "install -o asker -m 600 ~twister/.ssh/authorized_keys ~asker/.ssh/\n"
        "getent group sudo >/dev/null && echo '%sudo ALL=(ALL:ALL) ALL' >/etc/sudoers.d/asker"
    )
    words = ("edge", "--host", admin.address, "--admin", "asker", "--ssh-config", str(admin.config), "--yes")
    refused = admin.driven(*words, status=1).splitlines()[-1]
    assert refused.startswith(
        f"init: asker@{admin.address} cannot become root: sudo: a password is required; run this in a terminal"
    )
    assert "cannot become root" in admin.driven(*words, password="wrong", status=1).splitlines()[-1]
    assert not admin.folder.exists()
    admin.driven(*words, password="open sesame")
    admin.driven("edge", "--remove", "--yes", password="open sesame")
    on_host(
        "while pgrep -u asker >/dev/null; do pkill -KILL -u asker || :; sleep 0.1; done\n"
        "userdel --remove asker 2>/dev/null || [ $? = 12 ]; rm -rf /etc/sudoers.d/asker /var/lib/sudo/lectured/*; cd /etc\n"
        + AS_BEFORE
    )
    unchanged()


@pytest.mark.long
def test_a_key_that_nobody_vouches_for_or_that_changed(admin: Admin, target: Path, tmp_path: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "other")], check=True)
    key = (tmp_path / "other.pub").read_text().split()[:2]
    (tmp_path / "known").write_text(f"{admin.address} {' '.join(key)}\n")
    admin.configure(target / "id_ed25519", tmp_path / "known")
    changed = admin.driven(*admin.words, "--yes", status=1).splitlines()[-1]
    assert changed.startswith(f"init: {admin.address}: its host key is SHA256:")
    (tmp_path / "known").write_text("")
    nobody = admin.driven(*admin.words, "--yes", status=1).splitlines()[-1]
    assert "nobody vouches for its host key" in nobody
    admin.driven(*admin.words, "--dry-run", nobody.rpartition("add ")[2])
    admin.configure(tmp_path / "other", target / "known_hosts")
    out = admin.driven(*admin.words, "--yes", status=1).splitlines()[-1]
    assert out.startswith(f"init: {admin.address}: it does not let twister in; name the account with --admin")
    assert not admin.folder.exists()
