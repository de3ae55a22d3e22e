"""A service of the cluster that answers its health check in ways that no service should, through the real API server."""

import gzip
import json
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

import pytest

from fixtures.ask.facts import FACTS
from fixtures.cluster.client import Cluster
from fixtures.sources.http import ask_health
from fixtures.target.folder import load_target
from testing.accounts import OnHost
from testing.threats import attack

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
ENDS = b"Connection: close\r\n\r\n"
ANSWERS = {  # what is sent at once, and what is sent again and again, after so many seconds
    "silence": (b"", b"", 1.0),
    "headers that drip": (HEAD + b"X-", b"x", 0.2),
    "a body that drips": (HEAD + ENDS, b" ", 0.2),
    "a body without an end": (HEAD + ENDS, b"ok" * 32768, 0.0),
    "a huge header": (HEAD + b"X-Long: " + b"x" * 4_000_000 + b"\r\n" + ENDS, b"", 0.2),
    "thousands of headers": (HEAD + b"X-Many: x\r\n" * 100_000 + ENDS, b"", 0.2),
    "a packed body of a gigabyte": (
        HEAD + b"Content-Encoding: gzip\r\n" + ENDS + gzip.compress(bytes(2**24), 1) * 64,
        b"",
        0.2,
    ),
    "a redirect to a file": (b"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\n" + ENDS, b"", 0.2),
    "a redirect to a healthy service": (b"HTTP/1.1 302 Found\r\nLocation: {elsewhere}\r\n" + ENDS, b"", 0.2),
    "no protocol": (b"\x00\x1b]0;x\x07 200 OK\r\n\r\nok", b"", 0.2),
    "another protocol": (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nok",
        b"ok",
        0.2,
    ),
}


class Hostile:
    """Listens on all addresses, and answers whoever connects with what it was given."""

    def __init__(self) -> None:
        self.answer = ANSWERS["silence"]
        self.over = Event()
        self.listener = socket.create_server(("0.0.0.0", 0))  # noqa: S104  # the lab's network is this machine's own
        self.port = self.listener.getsockname()[1]
        Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                Thread(target=self._answer, args=self.listener.accept()[:1], daemon=True).start()

    def _answer(self, asker: socket.socket) -> None:
        first, again, pause = self.answer
        with suppress(OSError), asker:
            asker.recv(65536)
            asker.sendall(first)
            while again and not self.over.wait(pause):
                asker.sendall(again)
            if first == b"":
                self.over.wait(60)


@pytest.fixture(scope="module")
def hostile() -> Iterator[Hostile]:
    server = Hostile()
    yield server
    server.over.set()
    server.listener.close()


@pytest.fixture
def taken(target: Path, on_host: OnHost, hostile: Hostile) -> Iterator[Callable[[str], None]]:
    """A function after which the Service in the first namespace leads to the hostile server, which answers as it is told."""
    mcp = load_target(target).mcp
    named = {"name": mcp.service, "namespace": mcp.namespaces[0]}
    before = on_host(f"k3s kubectl -n {named['namespace']} get service {mcp.service} -o json")
    selector = json.loads(before)["spec"]["selector"]
    here = load_target(target).host.address.rpartition(".")[0] + ".1"
    ports = [{"name": port.get("name", ""), "port": hostile.port} for port in json.loads(before)["spec"]["ports"]]
    endpoints = {
        "kind": "Endpoints",
        "apiVersion": "v1",
        "metadata": named,
        "subsets": [{"addresses": [{"ip": here}], "ports": ports}],
    }
    patch = f"k3s kubectl -n {named['namespace']} patch service {mcp.service} --type=merge -p"

    def take(how: str) -> None:
        first, again, pause = ANSWERS[how]
        elsewhere = f"/api/v1/namespaces/{mcp.namespaces[-1]}/services/{mcp.service}:{mcp.port}/proxy{mcp.path}"
        hostile.answer = (first.replace(b"{elsewhere}", elsewhere.encode()), again, pause)
        on_host(
            f'{patch} \'{{"spec":{{"selector":null}}}}\' >/dev/null; sleep 1\n'
            f"k3s kubectl apply --server-side --force-conflicts -f - <<'E' >/dev/null\n{json.dumps(endpoints)}\nE\nsleep 1"
        )

    yield take
    on_host(f"{patch} '{json.dumps({'spec': {'selector': selector}})}' >/dev/null; sleep 2")


@attack("T7", "An audit ends, whatever is answered or is not")
@pytest.mark.parametrize("how", ANSWERS)
def test_a_hostile_answer_is_no_health_and_holds_nothing_up(
    target: Path, taken: Callable[[str], None], how: str
) -> None:
    """A service drips, never ends, packs a gigabyte, sends huge headers, redirects to a file or speaks another protocol."""
    given = load_target(target)
    taken(how)
    answer = ask_health(given, Cluster(given))
    seen = FACTS["health"].read(answer)
    own, *others = seen.probes
    assert not own.healthy, own
    assert all(probe.healthy for probe in others), others
    assert answer.seconds < 60
    assert len(answer.out) < 100_000
    assert "root:x:0" not in answer.out
    assert "\x1b" not in own.described
