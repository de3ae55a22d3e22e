"""The host's side of a transaction, below a folder and run by this machine's shell: without ssh and root."""

import hashlib
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from grp import getgrgid
from pathlib import Path
from pwd import getpwuid

from fixtures.host.system.files import HostFile
from gate.contract import Text
from remediations.transaction.apply import Transaction
from remediations.transaction.interrupt import Interrupts
from remediations.transaction.lock import take_lock
from remediations.transaction.messages import Sentence
from remediations.transaction.plan import Plan
from remediations.transaction.session import Session
from remediations.transaction.step import InstallFile, RemoveFile, RunCommand, Step

ME = f"{getpwuid(os.getuid()).pw_name}:{getgrgid(os.getgid()).gr_name}"
SESSION = "kill -9 $(ps -o ppid= -p $PPID)"  # as a step: ends the shell that runs the transaction


def plain(what: str, why: str = "", lasting: str = "") -> Sentence:
    """Return a sentence with the same text in both languages."""
    return Sentence(Text(what, what), Text(why, why), Text(lasting, lasting))


class Host:
    """A root folder with /etc, /run and /var, and the shells that work in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.written: list[str] = []
        self.shells: list[subprocess.Popen[bytes]] = []
        for folder in ("etc/conf.d", "run", "var/lib"):
            (root / folder).mkdir(parents=True)
        (root / "etc/conf.d/old").write_text("old\n")
        (root / "etc/conf.d/main").write_text("main 1\n")
        (root / "etc/conf.d/main").chmod(0o640)

    def start(self, _command: str) -> "subprocess.Popen[bytes]":
        """Start a shell on the host."""
        shell = subprocess.Popen(
            ["sh", "-s"],
            env={**os.environ, "ROOT": str(self.root)},
            start_new_session=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.shells.append(shell)
        return shell

    def write(self, text: str, markup: str = "") -> None:
        """Keep a message for the operator; check that its colour exists."""
        assert markup in ("", "bold", "red", "green", "yellow")
        self.written.append(text)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Yield a transaction that holds the lock; close its shell at the end."""
        session = Session(self.start)
        with Interrupts() as interrupts:
            try:
                take_lock(session, "here")
                yield Transaction(session, self.write, interrupts)
            finally:
                session.close()

    def kill(self) -> None:
        """Kill all processes of the last shell, as a power failure does."""
        os.killpg(self.shells[-1].pid, signal.SIGKILL)
        self.shells[-1].wait(5)

    def before(self, path: str) -> HostFile | None:
        """Return the file as a fact reports it, or None if it does not exist."""
        file = self.root / path[1:]
        if not file.exists():
            return None
        data = file.read_bytes()
        mode = f"{file.stat().st_mode & 0o7777:04o}"
        return HostFile(path, mode, ME, hashlib.sha256(data).hexdigest(), data.decode())

    @property
    def state(self) -> dict[str, tuple[str, int]]:
        """Return the content and mode of everything below /etc."""
        found = {path: path.stat().st_mode & 0o7777 for path in sorted((self.root / "etc").rglob("*"))}
        return {
            str(path.relative_to(self.root)): (path.read_text() if path.is_file() else "", mode)
            for path, mode in found.items()
        }

    def plan(self, activate: str = "", command: str = 'echo on >"$ROOT/etc/switch"') -> Plan:
        """Return a plan that replaces a file, makes one in a missing folder, removes one, and runs a command."""
        main, old = self.before("/etc/conf.d/main"), self.before("/etc/conf.d/old")
        assert main is not None
        assert old is not None
        new = "/etc/new/deep/file"
        steps: tuple[Step, ...] = (
            InstallFile(
                path=main.path,
                content="main 2\n",
                before=main,
                owner=ME,
                sentence=plain("install main"),
                activate=activate,
            ),
            InstallFile(path=new, content="new\n", before=None, owner=ME, sentence=plain("install new")),
            RemoveFile(path=old.path, before=old, sentence=plain("remove old")),
            RunCommand(command=command, undo='rm -f "$ROOT/etc/switch"', sentence=plain("switch on"), seconds=20),
        )
        return Plan("sample", ("LOG-01",), steps)
