"""A host's side of a transaction below a folder, run by this machine's own shell: no ssh, no root."""

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
SESSION = "kill -9 $(ps -o ppid= -p $PPID)"  # in a step: end the shell that runs the transaction


def plain(what: str, why: str = "", lasting: str = "") -> Sentence:
    """The same in both languages."""
    return Sentence(Text(what, what), Text(why, why), Text(lasting, lasting))


class Host:
    """A root folder with /etc, /run and /var, and whoever works on it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.said: list[str] = []
        self.shells: list[subprocess.Popen[bytes]] = []
        for folder in ("etc/conf.d", "run", "var/lib"):
            (root / folder).mkdir(parents=True)
        (root / "etc/conf.d/old").write_text("old\n")
        (root / "etc/conf.d/main").write_text("main 1\n")
        (root / "etc/conf.d/main").chmod(0o640)

    def start(self, _command: str) -> "subprocess.Popen[bytes]":
        """A shell on the host."""
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

    def tell(self, text: str, markup: str = "") -> None:
        """What an operator would read, in whichever colour."""
        assert markup in ("", "bold", "red", "green", "yellow")
        self.said.append(text)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Under the lock; left-over shells are closed."""
        session = Session(self.start)
        with Interrupts() as interrupts:
            try:
                take_lock(session, "here")
                yield Transaction(session, self.tell, interrupts)
            finally:
                session.close()

    def kill(self) -> None:
        """As if the host had lost power: everything of the last shell ends at once."""
        os.killpg(self.shells[-1].pid, signal.SIGKILL)
        self.shells[-1].wait(5)

    def before(self, path: str) -> HostFile | None:
        """As a fact would show it."""
        file = self.root / path[1:]
        if not file.exists():
            return None
        data = file.read_bytes()
        mode = f"{file.stat().st_mode & 0o7777:04o}"
        return HostFile(path, mode, ME, hashlib.sha256(data).hexdigest(), data.decode())

    @property
    def state(self) -> dict[str, tuple[str, int]]:
        """Everything below /etc: content and mode."""
        found = {path: path.stat().st_mode & 0o7777 for path in sorted((self.root / "etc").rglob("*"))}
        return {
            str(path.relative_to(self.root)): (path.read_text() if path.is_file() else "", mode)
            for path, mode in found.items()
        }

    def plan(self, activate: str = "", command: str = 'echo on >"$ROOT/etc/switch"') -> Plan:
        """A file replaced, one made in a folder that is missing, one removed, and a command."""
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
