"""Replacements for the other side of a connection: an ssh that runs commands on this machine, and a real sshd."""

import getpass
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

FAKE_SSH = """#!/bin/sh
# ssh -F config -o ControlMaster=yes -v -E trace -N target, or: ssh -F config -o ControlMaster=no target command
echo "$4" >> {log}
control=$(sed -n 's/^ *ControlPath //p' "$2")
case "$4" in
  ControlMaster=yes) {login} touch "$control"; exec tail -f /dev/null ;;
esac
[ -e "$control" ] || {{ echo "no login" >&2; exit 255; }}
shift 5
{session}
exec sh -c "$*"
"""
GREETING = "echo phase0-gate shell;"  # for a session that does not run the given command
SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def fake_ssh(folder: Path, monkeypatch: pytest.MonkeyPatch, login: str = "", session: str = "") -> Path:
    """Put an `ssh` first in PATH that runs commands here; return the file that logs its calls.

    `login` and `session` are shell code that it runs before the login or before a session.
    """
    folder.mkdir(exist_ok=True)
    log = folder / "uses"
    (folder / "ssh").write_text(FAKE_SSH.format(log=log, login=login, session=session))
    (folder / "ssh").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return log


@contextmanager
def entered_by_all() -> Iterator[Path]:
    """A folder that other accounts may enter, unlike the temporary folders of pytest."""
    with TemporaryDirectory(prefix="phase0-test-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


class Sshd:
    """A real sshd of this user on a loopback port, with its own keys."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, _free_port()
        for name in ("host", "user", "other"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
        shutil.copy(folder / "user.pub", folder / "authorized")
        (folder / "banner").write_text("Welcome. Nothing below is an answer.\n")
        (folder / "config").write_text(
            f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nPidFile none\nUsePAM no\nStrictModes no\n"
            f"AuthorizedKeysFile {folder}/authorized\nBanner {folder}/banner\nPasswordAuthentication no\nLogLevel VERBOSE\n"
        )
        self._daemon: subprocess.Popen[bytes] | None = None

    def start(self, **lines: str) -> None:
        """Start it, with further lines of configuration, and wait until it listens."""
        config = self.folder / "config"
        config.write_text(config.read_text() + "".join(f"{key} {value}\n" for key, value in lines.items()))
        if os.geteuid() == 0:  # sshd needs this folder as root; usually its service makes it
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        self._daemon = subprocess.Popen(
            [str(SSHD), "-D", "-f", str(config), "-E", str(self.log)], start_new_session=True
        )
        while not self.log.exists() or "listening" not in self.log.read_text():
            assert self._daemon.poll() is None, (
                self.log.read_text() if self.log.exists() else "sshd ended without a word"
            )

    def stop(self) -> None:
        """End it with all its sessions."""
        if self._daemon is not None:
            subprocess.run(["pkill", "-g", str(self._daemon.pid)], check=False)
            self._daemon.terminate()
            self._daemon.wait()

    @property
    def log(self) -> Path:
        """The file that it logs to."""
        return self.folder / "log"

    def target(self, key: str = "user", known: str = "host", port: int = 0) -> str:
        """Return a target.toml for it.

        `key` is the user's key; `known` is the host key in known_hosts, "" for none.
        """
        hosts = self.folder / "known_hosts"
        public = (self.folder / f"{known}.pub").read_text() if known else ""
        hosts.write_text(f"[127.0.0.1]:{port or self.port} {public}" if known else "")
        return f"""
[target]
name = "edge"
title = "Edge"
[host]
address = "127.0.0.1"
port = {port or self.port}
user = "{getpass.getuser()}"
identity_file = "{self.folder}/{key}"
known_hosts = "{hosts}"
[cluster]
kubeconfig = "none"
"""


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
