"""The lab server of the kill tests: its facts, the state that must be restored, and two ways to interrupt a remedy."""

import json
import subprocess
from concurrent.futures import Future
from pathlib import Path
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

STATE = """\
cd /
find etc usr/local var/spool/cron -xdev ! -name '*.cache' \\( -type f -exec sha256sum {} + -o -type l -printf '%l %p\\n' \\) |
  grep -v -e ' etc/mtab' -e '/tls/' | LC_ALL=C sort -k 2
find etc usr/local var/spool/cron -xdev ! -path 'etc' -printf '%p %m %u:%g\\n' | LC_ALL=C sort
k3s kubectl get deployments,statefulsets,services,configmaps -A -o go-template='{{range .items}}{{.kind}} {{.metadata.namespace
}}/{{.metadata.name}} {{.spec}}
{{end}}'
"""
FALL = """\
session=$(ps -o sid= -p "$(sed -n 's/.* process \\([0-9]*\\) of the host$/\\1/p' /run/phase0-gate.lock)" | tr -d ' ')
[ -z "$session" ] || pkill -KILL -s "$session"
"""
FREE = "flock -w 120 /run/phase0-gate.lock true"


class Server:
    """A login of its own, beside the connection of the transaction, which may be cut."""

    def __init__(self, folder: Path) -> None:
        self.target = load_target(find_folder(str(folder)))
        self.connection = Connection(self.target)
        self.connection.open()

    def root(self, script: str) -> str:
        """Run a script as root and return its output. Raises an error if it fails."""
        done = subprocess.run(
            ["ssh", "-F", str(self.connection.config), "target", "sudo -n sh -s"],
            input=script,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{script.splitlines()[0]}: {done.stderr.strip()[-300:]}")
        return done.stdout

    def state(self) -> list[str]:
        """Return all that a remedy must restore: files with their owners and modes, and specifications of objects."""
        return self.root(STATE).splitlines()

    def plan(self, remedy: Remedy) -> Plan:
        """Return the remedy's plan for the present state. Raises Unknown if it cannot be made."""
        futures: dict[str, Future[Answer]] = {fact.name: Future() for fact in remedy.facts}
        hosted = [fact for fact in remedy.facts if fact.asked in (Asked.HOST, Asked.ROOT)]
        if hosted:
            ask_host(hosted, self.connection, futures)
        for fact in remedy.facts:
            if fact.asked is Asked.CLUSTER:
                futures[fact.name].set_result(Cluster(self.target).get(fact.ask, fact.seconds))
        seen = {fact.name: fact.read(futures[fact.name].result(60)) for fact in remedy.facts}
        bounds = {id: row.bound for id, row in load_contract().items()}
        return remedy.plan(("MCP-01",), seen, bounds)

    def fall(self, _session: Session) -> None:
        """Kill everything that the transaction runs on the host, as a power failure does."""
        self.root(FALL)
        self.root(FREE)

    def cut(self, session: Session) -> None:
        """End the connection; what runs on the host continues to its end."""
        session._process.kill()
        self.root(FREE)

    def digest(self, path: str) -> str:
        """Return the SHA-256 of a file; "" if it does not exist."""
        return self.root(f"[ ! -f '{path}' ] || sha256sum <'{path}' | cut -c1-64").strip()

    def fields(self, one: ClusterObject, wanted: Any) -> dict[str, str]:
        """Return the present values of the fields that a patch changes."""
        text = self.root(f"k3s kubectl get {one.resource} {one.name} -n {one.namespace} -o json")
        now = dict(fields(json.loads(text)))
        return {path: now.get(path, "null") for path, _ in fields(wanted)}

    def close(self) -> None:
        """Log out."""
        self.connection.close()
