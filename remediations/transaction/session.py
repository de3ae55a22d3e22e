"""The root shell on the host through which a transaction works: each call gets one reply. The lock ends with the shell."""

import contextlib
import os
import queue
import secrets
import signal
import subprocess
import threading
from base64 import b64encode
from collections.abc import Callable
from shlex import quote

import msgspec

from fixtures.ask.exchange import piped
from fixtures.ask.redaction import redact
from fixtures.rights.account import GREETING
from remediations.transaction.scripts import text

Start = Callable[[str], "subprocess.Popen[bytes]"]
SHELL = "sudo -n sh -s"
FIXER = "--fix needs an account with a root shell, named as [host] user in a target folder of its own (docs/rights.md)"
SLACK = 15.0  # seconds beyond the time limit of a step, after which the connection counts as lost


class TransactionError(Exception):
    """The transaction cannot go on. The message is one line for the operator."""


class Reply(msgspec.Struct, frozen=True):
    """The exit status of a call, and the lines it printed."""

    status: int
    lines: tuple[str, ...]

    @property
    def last(self) -> str:
        """The last line that is not empty, or the exit status as text."""
        return next((line for line in reversed(self.lines) if line), f"exit status {self.status}")


class Session:
    """A root shell that stays open. In contrast, fixtures.ask.exchange asks once and changes nothing."""

    def __init__(self, start: Start, shell: str = SHELL) -> None:
        """Open the shell. `start` runs a command on the host with an open standard input. Nothing is changed yet."""
        self._start, self._shell = start, shell
        self._process = start(shell)
        self._mark = secrets.token_hex(8)
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._send(text("session.sh"))

    def _read(self) -> None:
        for line in piped(self._process.stdout):
            self._lines.put(line.decode(errors="backslashreplace").rstrip("\n"))
        self._lines.put(None)

    def _send(self, script: str) -> None:
        stdin = piped(self._process.stdin)
        with contextlib.suppress(BrokenPipeError):  # the missing reply is reported instead
            stdin.write(script.encode())
            stdin.flush()

    def call(self, *words: object, seconds: float = 30, heard: Callable[[str], None] = lambda _: None) -> Reply:
        """Call a function of session.sh and return its reply. `heard` receives each line as it arrives.

        `seconds` is the time limit. Raises TransactionError if the host does not answer.
        """
        self._send(" ".join(quote(str(word)) for word in words) + f"; printf '\\n%s %s\\n' {self._mark} \"$?\"\n")
        lines: list[str] = []
        while True:
            try:
                line = self._lines.get(timeout=seconds + SLACK)
            except queue.Empty:
                line = None
            if line is None:
                raise TransactionError(f"the host no longer answers ({self._complaint()})")
            if line.startswith(GREETING):
                raise TransactionError(f"this account may only ask the audit's questions: {FIXER}")
            if line.startswith(self._mark):
                return Reply(int(line.split()[1]), tuple(lines))
            if line:
                lines.append(redact(line)[:500])
                heard(lines[-1])

    def put(self, name: str, content: str) -> None:
        """Write a file of the run on the host. Raises TransactionError if that fails."""
        reply = self.call("put", name, b64encode(content.encode()).decode())
        if reply.status:
            raise TransactionError(f"{name} of the run cannot be written: {reply.last}")

    def interrupt(self, run: str, number: int) -> None:
        """End the current step from a second shell. The step then counts as failed."""
        script = f'kill "$(cat "${{ROOT:-}}"/var/lib/phase0-gate/runs/{quote(run)}/{number}/pid)"\n'
        with contextlib.suppress(subprocess.TimeoutExpired, OSError):
            self._start(self._shell).communicate(script.encode(), timeout=10)

    def _complaint(self) -> str:
        self._end()
        message = self._process.stderr.read(4096).decode(errors="replace").strip() if self._process.stderr else ""
        return redact(message.splitlines()[-1])[:200] if message else "the connection ended, or its time was up"

    def close(self) -> None:
        """End the shell. A step in progress on the host still finishes, and holds the lock until then."""
        self._end()
        self._reader.join(1)
        for stream in (self._process.stderr, None if self._reader.is_alive() else self._process.stdout):
            if stream is not None:
                stream.close()

    def _end(self) -> None:
        if self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()
        try:
            self._process.wait(3)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(3)


def must(session: Session, *words: object) -> tuple[str, ...]:
    """Call a function of session.sh and return its lines. Raises TransactionError if it fails."""
    reply = session.call(*words)
    if reply.status:
        raise TransactionError(f"{words[0]} on the host: {reply.last}")
    return reply.lines
