"""The lab server of the kill tests: its facts, what of it must be as before, and how it is cut off or falls dead."""

import json
import subprocess
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from shlex import quote
from typing import Any

from fixtures.ask.answer import Answer
from fixtures.ask.connection import Connection
from fixtures.ask.facts import Asked
from fixtures.cluster.client import Cluster
from fixtures.session.sources import ask_host
from fixtures.target.folder import find_folder, load_target
from gate.contract import load_contract
from remediations.transaction.objects import ClusterObject, fields
from remediations.transaction.plan import Plan
from remediations.transaction.remedy import Remedy
from remediations.transaction.session import Session

STATE, KEPT = ((Path(__file__).parent / f"{name}.sh").read_text(encoding="utf-8") for name in ("state", "kept"))
MARK = ": >/run/phase0-kills\n"
BEGUN = """\
for _ in $(seq 600); do
  [ -z "$(find /var/lib/phase0-gate/runs/*/{step}/pid -newer /run/phase0-kills 2>/dev/null)" ] || break
  sleep 0.02
done
"""  # a step of that number has begun since the mark
FALL = """\
session=$(ps -o sid= -p "$(sed -n 's/.* process \\([0-9]*\\) of the host$/\\1/p' /run/phase0-gate.lock)" | tr -d ' ')
[ -z "$session" ] || pkill -KILL -s "$session"
"""
FREE = "flock -w 120 /run/phase0-gate.lock true"


class Server:
    """Logged in twice: the transaction's connection is one that may be cut."""

    def __init__(self, folder: Path) -> None:
        self.target = load_target(find_folder(str(folder)))
        self.connection = Connection(self.target)
        self.connection.open()

    def root(self, script: str) -> str:
        """What a script prints as root; an error is an error."""
        done = subprocess.run(
            ["ssh", "-F", str(self.connection.config), "target", "sudo -n sh -s"],
            input=script,
            capture_output=True,
            text=True,
            timeout=660,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{script.splitlines()[0]}: {done.stderr.strip()[-300:]}")
        return done.stdout

    def state(self) -> list[str]:
        """All that a remedy takes back: files, their owners and modes, objects as they are wanted, images, archives."""
        return self.root(STATE).splitlines()

    def kept(self, before: Sequence[str] = ()) -> list[str]:
        """What no remedy may lose: backups, and of each log as many bytes as there were `before`."""
        rows = [row.split() for row in before if row.startswith("log ")]
        logs = "".join(f"{row[1]} {row[2]}\n" for row in rows)
        return self.root(f"LOGS={quote(logs)}\n{KEPT}").splitlines()

    def lost(self, before: Sequence[str]) -> list[str]:
        """Lines of `before` that are not there any more, and backups that have their name and are not whole."""
        now = self.kept(before)
        return [*sorted({*before} - {*now}), *(row for row in now if row.startswith("broken ") and row not in before)]

    def start(self, script: str) -> "subprocess.Popen[bytes]":
        """A script that runs as root beside whatever else happens."""
        command = ["ssh", "-F", str(self.connection.config), "target", f"sudo -n sh -c {quote(script)}"]
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def plan(self, remedy: Remedy) -> Plan:
        """What it would do now. Unknown where it cannot tell."""
        futures: dict[str, Future[Answer]] = {fact.name: Future() for fact in remedy.facts}
        hosted = [fact for fact in remedy.facts if fact.asked in (Asked.HOST, Asked.ROOT)]
        if hosted:
            ask_host(hosted, self.connection, futures)
        for fact in remedy.facts:
            if fact.asked is Asked.CLUSTER:
                futures[fact.name].set_result(Cluster(self.target).get(fact.ask, fact.seconds, fact.shape))
        seen = {fact.name: remedy.read(fact, futures[fact.name].result(60)) for fact in remedy.facts}
        bounds = {id: row.bound for id, row in load_contract().items()}
        return remedy.plan(("MCP-01",), seen, bounds)

    def mark(self) -> None:
        """Steps that begin from now on are seen by `wait_for_step`."""
        self.root(MARK)

    def wait_for_step(self, step: int) -> None:
        """Until a step of that number has begun since `mark`, some twenty seconds at most."""
        self.root(BEGUN.format(step=step))

    def fall(self, _session: Session) -> None:
        """All of the transaction on the host ends at once, as when the power goes."""
        self.root(FALL)
        self.root(FREE)

    def cut(self, session: Session) -> None:
        """The connection ends; what is under way on the host comes to its end."""
        session._process.kill()
        self.root(FREE)

    def digest(self, path: str) -> str:
        """Of a file; empty where there is none."""
        return self.root(f"[ ! -f '{path}' ] || sha256sum <'{path}' | cut -c1-64").strip()

    def fields(self, one: ClusterObject, wanted: Any) -> dict[str, str]:
        """Those fields of an object that a patch is about, as they are now."""
        text = self.root(f"k3s kubectl get {one.resource} {one.name} -n {one.namespace} -o json")
        now = dict(fields(json.loads(text)))
        return {path: now.get(path, "null") for path, _ in fields(wanted)}

    def close(self) -> None:
        """Log out."""
        self.connection.close()
