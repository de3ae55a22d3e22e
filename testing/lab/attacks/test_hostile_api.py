"""An API server with a certificate of the cluster's own authority, in the place of the real one: whole audits through it."""

import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.client import HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from shutil import copytree
from threading import Event, Thread

import pytest

from fixtures.target.folder import load_target
from testing.accounts import OnHost
from testing.audits import audit
from testing.threats import attack

CERTIFICATES = """
openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=k -keyout true.key -out true.csr
openssl x509 -req -in true.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out true.pem
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=k -days 2 -keyout false.key -out false.pem
"""
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
DRIPS = {"silence": b"", "headers that drip": HEAD + b"X-", "a body that drips": HEAD + b"Connection: close\r\n\r\n"}
SENDS = {"a redirect to http": 302, "a redirect to another host": 307, "a redirect for ever": 308}
HOW = (*SENDS, *DRIPS, "pages without an end", "another certificate")


class Api(ThreadingHTTPServer):
    """Answers as it is told, and otherwise hands each request to the real API server."""

    daemon_threads = True

    def __init__(self, real: str, folder: Path) -> None:
        super().__init__(("0.0.0.0", 0), Asked)  # noqa: S104  # the lab's network is this machine's own
        self.real, self.how, self.elsewhere, self.greeted, self.over = real, "", "", count(), Event()
        self.certificates = {}
        for name in ("true", "false"):
            self.certificates[name] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.certificates[name].load_cert_chain(folder / f"{name}.pem", folder / f"{name}.key")

    def finish_request(self, request: object, client_address: object) -> None:
        """Greet by TLS; after some requests with the certificate of another authority, if it is told so."""
        changed = next(self.greeted) > 5 and self.how == "another certificate"
        with suppress(OSError):
            secured = self.certificates["false" if changed else "true"].wrap_socket(request, server_side=True)  # type: ignore[arg-type]  # a socket, though typed wider
            super().finish_request(secured, client_address)
            secured.close()


class Asked(BaseHTTPRequestHandler):
    """One request for each connection."""

    server: Api

    def do_GET(self) -> None:
        """Answer as the server is told."""
        how = self.server.how
        if how in DRIPS:
            self.wfile.write(DRIPS[how])
            while how != "silence" and not self.server.over.wait(0.2):
                self.wfile.write(b" ")
            self.server.over.wait(120)
        elif how in SENDS:
            self._send(SENDS[how], b"", f"http{'s' * (SENDS[how] == 307)}://{self.server.elsewhere}{self.path}")
        elif how == "pages without an end":
            self._send(200, b'{"metadata": {"continue": "x"}, "items": []}')
        else:
            real = HTTPSConnection(self.server.real, context=ssl._create_unverified_context(), timeout=30)  # noqa: S323  # the lab's own API
            real.request("GET", self.path, headers={"Authorization": self.headers.get("Authorization") or "none"})
            answer = real.getresponse()
            self._send(answer.status, answer.read())

    def _send(self, status: int, body: bytes, location: str = "") -> None:
        self.send_response(status)
        if location:
            self.send_header("Location", location)
            self.send_header("Refresh", f"0; url={location}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Write no line for each request."""


@pytest.fixture
def api(target: Path, on_host: OnHost, tmp_path: Path) -> Iterator[tuple[Api, Path]]:
    """The hostile server, and a copy of the target's folder whose kubeconfig leads to it."""
    given = load_target(target)
    here = given.host.address.rpartition(".")[0] + ".1"
    (tmp_path / "names").write_text(f"subjectAltName=IP:{here}\n")
    for name, file in (("ca.pem", "server-ca.crt"), ("ca.key", "server-ca.key")):
        (tmp_path / name).write_text(on_host(f"cat /var/lib/rancher/k3s/server/tls/{file}"))
    subprocess.run(["sh", "-ec", CERTIFICATES], cwd=tmp_path, check=True, capture_output=True)
    server = Api(f"{given.host.address}:6443", tmp_path)
    Thread(target=server.serve_forever, daemon=True).start()
    mine = copytree(target, tmp_path / "mine", symlinks=True)
    text = (mine / "kubeconfig").read_text()
    (mine / "kubeconfig").write_text(text.replace(server.real, f"{here}:{server.server_port}"))
    yield server, mine
    server.over.set()
    server.shutdown()


@pytest.fixture
def elsewhere(api: tuple[Api, Path]) -> Iterator[Callable[[], int]]:
    """Returns how many connections came to the place that redirects lead to."""
    place = ThreadingHTTPServer(("0.0.0.0", 0), BaseHTTPRequestHandler)  # noqa: S104  # as above
    came: list[object] = []
    place.process_request = lambda *_: came.append(1)  # type: ignore[method-assign]  # every request is only counted
    Thread(target=place.serve_forever, daemon=True).start()
    api[0].elsewhere = f"127.0.0.1:{place.server_port}"
    yield lambda: len(came)
    place.shutdown()


@pytest.mark.long
@attack("T7", "An audit ends, whatever is answered or is not")
@pytest.mark.parametrize("how", HOW)
def test_a_hostile_api_ends_no_audit_and_proves_nothing(
    api: tuple[Api, Path], elsewhere: Callable[[], int], tmp_path: Path, how: str
) -> None:
    """The API server redirects with the token, drips, is silent, never ends, or changes its certificate in the middle."""
    server, mine = api
    server.how = how
    done = audit(str(mine), tmp_path / "out", "-m", "not drill", seconds=900)
    assert done.status != 0
    assert elsewhere() == 0
    unknown = {id for id, outcome in done.outcomes.items() if outcome == "unknown"}
    assert len(unknown) > 5
    assert how == "another certificate" or {"MCP-02", "INF-04", "INF-05"} <= unknown
    assert done.outcomes["DSK-01"] == "pass", "the host's own answers count"
