"""A web server on this machine that answers as a test tells it to."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

from testing.authority import keys

Respond = Callable[[str, dict[str, str]], tuple[int, str]]


class Server(ThreadingHTTPServer):
    """Keeps the path and headers of each request; with `hang` it waits before it answers."""

    daemon_threads = True

    def __init__(self, respond: Respond, address: str = "127.0.0.1") -> None:
        super().__init__((address, 0), Handler)
        self.respond = respond
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.over = Event()
        self.hang = self.drip = self.drip_headers = False
        self.scheme = "http"
        self.context: ssl.SSLContext

    @property
    def url(self) -> str:
        """The address at which it listens."""
        return f"{self.scheme}://{self.server_address[0]!s}:{self.server_port}"

    def secure(self, certificate: Path, key: Path, clients: Path | None = None) -> None:
        """Use HTTPS; with `clients`, accept only client certificates of that authority."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        if clients is not None:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(clients)
        self.context = context
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.scheme = "https"

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore clients that close the connection, as some tests do on purpose."""


class Handler(BaseHTTPRequestHandler):
    """Passes every GET request to the test."""

    server: Server

    def do_GET(self) -> None:
        """Send the test's answer with its length."""
        headers = {name.title(): value for name, value in self.headers.items()}
        self.server.asked.append((self.path, headers))
        if self.server.hang:
            self.server.over.wait()
        status, text = self.server.respond(self.path, headers)
        body = text.encode()
        self.send_response(status)
        self.flush_headers()
        while self.server.drip_headers and not self.server.over.wait(0.05):
            self.wfile.write(b"X")
        if status in (301, 302):
            self.send_header("Location", text)
        self.send_header("Content-Length", str(len(body) + 1000 * self.server.drip))
        self.end_headers()
        self.wfile.write(body)
        while self.server.drip and not self.server.over.wait(0.05):
            self.wfile.write(b" ")

    def log_message(self, *_args: object) -> None:
        """Write no line for each request, unlike the server of the standard library."""


@contextmanager
def serving_api(respond: Respond) -> Iterator[Server]:
    """Run an API server with HTTPS within the block, with a certificate of the authority of `testing.authority`."""
    with serving(respond) as server:
        server.secure(keys() / "server.pem", keys() / "server.key")
        yield server


@contextmanager
def serving(respond: Respond, address: str = "127.0.0.1") -> Iterator[Server]:
    """Run the server at an address of this machine within the block."""
    server = Server(respond, address)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
