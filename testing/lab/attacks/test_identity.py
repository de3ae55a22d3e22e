"""Evidence of another server: its cluster, its history, its drills."""

import base64
import json
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fixtures.session.recording import read_recording
from fixtures.target.folder import load_target
from gate.history import recall, remember
from gate.identity import Identity
from gate.past import Past
from testing.accounts import OnHost
from testing.audits import ROOT, audit
from testing.servers import Server, serving
from testing.threats import attack

LIVE = ("-m", "not drill")
READY = ROOT / "lab" / "recordings" / "ready.json"
Healthy = Callable[[dict[str, Any]], None]


@pytest.fixture(scope="module")
def proven(target: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the target folder in which every drill was run, so that later audits need none."""
    folder = tmp_path_factory.mktemp("proven")
    mine = Path(shutil.copytree(target, folder / "target", symlinks=True))
    assert audit(str(mine), folder / "out").status == 0
    return mine


@pytest.fixture
def mine(proven: Path, tmp_path: Path) -> Path:
    """Another copy, to be changed."""
    return Path(shutil.copytree(proven, tmp_path / "target", symlinks=True))


@pytest.fixture(scope="module")
def here(target: Path) -> str:
    """This machine's address in the network of the server, since a kubeconfig may not name the loopback."""
    return load_target(target).host.address.rpartition(".")[0] + ".1"


@pytest.fixture(scope="module")
def keys(here: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a key and a certificate of an authority made for these tests."""
    folder = tmp_path_factory.mktemp("keys")
    words = (
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=k3s -days 2 -keyout key -out pem"
    )
    extensions = ("-addext", f"subjectAltName=IP:{here}", "-addext", "keyUsage=critical,digitalSignature,keyCertSign")
    subprocess.run(["openssl", *words.split(), *extensions], cwd=folder, check=True, capture_output=True)
    return folder


def answers(spoil: Healthy = lambda _nodes: None) -> Callable[[str, dict[str, str]], tuple[int, str]]:
    """Return the recorded answers of a healthy cluster, as its API server would give them."""
    by = {
        answer.asked.removeprefix("GET "): answer.out
        for answer in read_recording(READY).answers.values()
        if answer.asked.startswith("GET /")
    }
    nodes = json.loads(by["/api/v1/nodes"])
    spoil(nodes)
    for condition in nodes["items"][0]["status"]["conditions"]:
        condition["lastHeartbeatTime"] = datetime.now(UTC).isoformat(timespec="seconds")
    by["/api/v1/nodes"] = json.dumps(nodes)

    def respond(path: str, headers: dict[str, str]) -> tuple[int, str]:
        asked = path.partition("?")[0]
        if "Authorization" not in headers:
            return 401, "{}"
        return (200, "ok") if "/proxy" in asked else (200, by[asked]) if asked in by else (404, "{}")

    return respond


def beside(folder: Path, server: Server, keys: Path) -> None:
    """Serve over HTTPS, and let the target folder's kubeconfig name this server."""
    server.secure(keys / "pem", keys / "key")
    authority = base64.b64encode((keys / "pem").read_bytes()).decode()
    text = re.sub(r"server: \S+", f"server: {server.url}", (folder / "kubeconfig").read_text())
    text = re.sub(r"(certificate-authority-data): \S+", rf"\1: {authority}", text)
    (folder / "kubeconfig").write_text(text)


def command(*words: str) -> subprocess.CompletedProcess[str]:
    """Run a command of this project."""
    return subprocess.run([sys.executable, "-m", *words], cwd=ROOT, capture_output=True, text=True, check=False)


def cloned(folder: Path) -> Healthy:
    """Return a change by which the node has the host's own machine id, as a copied virtual machine has."""
    raw = (folder / "machine-id").read_text().strip()

    def spoil(nodes: dict[str, Any]) -> None:
        nodes["items"][0]["status"]["nodeInfo"]["machineID"] = raw

    return spoil


def silent(nodes: dict[str, Any]) -> None:
    """Remove what the node reports about the machine it runs on."""
    del nodes["items"][0]["status"]["nodeInfo"]


@attack("T8", "a GO is about one server: a cluster that runs elsewhere is no evidence")
@pytest.mark.parametrize("kind", ["another server's", "a clone's", "a silent one", "a second node"])
def test_another_cluster_beside_this_host(
    mine: Path, tmp_path: Path, kind: str, here: str, keys: Path, on_host: OnHost
) -> None:
    """The kubeconfig names a healthy cluster of another server, under the same names, while MCP is scaled to 0 here."""
    (tmp_path / "machine-id").write_text(on_host("cat /etc/machine-id"))
    spoil: Healthy = {"a clone's": cloned(tmp_path), "a silent one": silent}.get(kind, lambda _nodes: None)
    if kind == "a second node":

        def spoil(nodes: dict[str, Any]) -> None:
            nodes["items"].append(json.loads(json.dumps(nodes["items"][0])))
            nodes["items"][1]["metadata"]["name"] = "second"

    on_host("k3s kubectl scale -n twisterlab deployment/mcp-unified --replicas=0 >/dev/null")
    try:
        with serving(answers(spoil), here) as server:
            beside(mine, server, keys)
            (mine / "target.toml").write_text((mine / "target.toml").read_text().replace("node_port_url", "#"))
            audited, checked = audit(str(mine), tmp_path / "out", *LIVE), command("fixtures", "check", str(mine))
    finally:
        on_host(
            "k3s kubectl scale -n twisterlab deployment/mcp-unified --replicas=1 >/dev/null;"
            " k3s kubectl rollout status -n twisterlab deployment/mcp-unified --timeout=120s >/dev/null"
        )
    assert audited.status != 0
    assert audited.outcomes["MCP-01"] == "unknown"
    assert audited.run["results"]["MCP-01"]["reason"]["code"] == "another-cluster"
    assert audited.run["results"]["DEC-02"]["reason"]["code"] == "another-cluster"
    assert "another server" in " ".join(audited.output.split())
    assert (checked.returncode, "is another server’s" in checked.stdout) == (10, True)


def rewritten(folder: Path, statement: str) -> None:
    with closing(sqlite3.connect(folder / "history.sqlite")) as database, database:
        database.execute(statement)


ELSEWHERE = {
    "a copied target folder": "UPDATE identity SET body = json_set(body, '$.machine', 'ab') WHERE id",
    "a reinstalled server: its machine-id and host key changed": (
        "UPDATE identity SET body = json_set(body, '$.machine', 'ab', '$.host_key', 'SHA256:other') WHERE id"
    ),
    "only the cluster is another": "UPDATE identity SET body = json_object('id', id, 'cluster', 'other' || id) WHERE id",
    "a history of a version that named no server": "UPDATE sample SET identity = 0",
}


@attack("T9", "a history of another server proves nothing")
@pytest.mark.parametrize("statement", ELSEWHERE.values(), ids=ELSEWHERE)
def test_eight_days_of_another_server(mine: Path, tmp_path: Path, statement: str) -> None:
    """The eight quiet days in history.sqlite are those of another server."""
    rewritten(mine, statement)
    audited = audit(str(mine), tmp_path / "out", *LIVE)
    assert audited.status in (10, 11)
    assert audited.outcomes["DEC-02"] in ("unknown", "pending")
    assert audited.run["left_out"]
    assert "Not counted" in audited.output


@attack("T9", "a drill of another server proves nothing")
@pytest.mark.parametrize("other", [Identity("ab"), Identity(host_key="SHA256:other"), Identity()], ids=str)
def test_a_drill_that_another_server_passed(mine: Path, tmp_path: Path, other: Identity) -> None:
    """The history holds the days of this server, and restores that another one passed, or one that is not named."""
    history = mine / "history.sqlite"
    passed = recall(history).whole.drills
    rewritten(mine, "DELETE FROM drill")
    remember(history, Past(drills=passed, identity=other))
    audited = audit(str(mine), tmp_path / "out", *LIVE)
    assert audited.status == 10
    assert {"BKP-10", "MON-02"}.isdisjoint(audited.outcomes)


def test_the_server_itself_is_a_go_and_says_who_was_watched(mine: Path, tmp_path: Path) -> None:
    audited = audit(str(mine), tmp_path / "out", *LIVE)
    assert audited.status == 0
    assert set(audited.run["identity"]) == {"machine", "host_key", "cluster"}
    assert audited.run.get("left_out") is None


def test_a_reinstalled_server_is_a_go_once_its_history_is_adopted(mine: Path, tmp_path: Path) -> None:
    rewritten(mine, ELSEWHERE["a reinstalled server: its machine-id and host key changed"])
    assert audit(str(mine), tmp_path / "out", *LIVE).status in (10, 11)
    words = ("--adopt", "--reason", "the disk was replaced", "--who", "Alice Martin")
    assert command("reports", "history", str(mine), *words).returncode == 0
    audited = audit(str(mine), tmp_path / "again", *LIVE)
    assert audited.status == 0
    assert audited.run["adopted"][0]["reason"] == "the disk was replaced"
    assert "the disk was replaced" in (tmp_path / "again" / "verdict.html").read_text()
    assert recall(mine / "history.sqlite").adoptions
