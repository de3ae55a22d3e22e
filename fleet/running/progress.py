"""Tells the progress of a round: a line for each server that ends, with what is left and the worst decision so far."""

import time
from collections.abc import Callable

from fleet.fixing.applied import change_line
from fleet.round import VERDICTS
from fleet.rows import Heard
from gate.decision import Verdict
from reports.text.words import Voice


class Progress:
    """Counts the servers of a round and prints a line when one ends. `tell` prints a line."""

    def __init__(
        self, servers: int, voice: Voice, tell: Callable[[str], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.servers, self.voice, self.tell, self.clock = servers, voice, tell, clock
        self.begun, self.done, self.failed, self.running = clock(), 0, 0, 0
        self.worst: tuple[Verdict, str] | None = None

    def started(self, running: int) -> None:
        """Note how many audits are in flight."""
        self.running = running

    def ended(self, name: str, told: Heard, running: int) -> None:
        """Count the result of a server and print its line."""
        self.done, self.running = self.done + 1, running
        self.failed += told.judged is None
        verdict = VERDICTS[told.judged.verdict] if told.judged else Verdict.UNDECIDED
        if self.worst is None or verdict > self.worst[0]:
            self.worst = verdict, name
        self.tell(self.line(name, told))
        if change := change_line(told, self.voice):
            self.tell(f"    {change}")

    def line(self, name: str, told: Heard) -> str:
        """Return the line of a server: its decision, and how far the round is."""
        worst, at = self.worst or (Verdict.GO, name)
        values = {
            "done": self.done,
            "servers": self.servers,
            "name": name,
            "word": self._word(told),
            "running": self.running,
            "failed": self.failed,
            "left": self.left(),
            "worst": self.voice.say("verdict", worst.name),
            "at": at,
        }
        return self.voice.say("fleet", "progress" if self.done < self.servers else "progress-last", values)

    def _word(self, told: Heard) -> str:
        if told.judged:
            return self.voice.say("verdict", VERDICTS[told.judged.verdict].name)
        reason = self.voice.say("fleet", told.missing or "never")
        return self.voice.say("fleet", "no-result", {"why": reason, "detail": told.detail})

    def left(self) -> float:
        """Return about how many seconds the round still takes, from the pace so far: what is running is half done."""
        done = self.done + self.running / 2
        return (self.clock() - self.begun) / max(1, done) * max(0, self.servers - done)
