"""Receivers of messages on this machine, a webhook and a mailbox, which keep what they receive."""

import json
import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


class Webhook(ThreadingHTTPServer):
    """Receives JSON by POST; `status` is the status of its answers."""

    daemon_threads = True
    status = 200

    def __init__(self, address: str = "127.0.0.1") -> None:
        super().__init__((address, 0), Posted)
        self.messages: list[dict[str, Any]] = []
        self.url = f"http://{address}:{self.server_port}/hook/kept-secret"


class Posted(BaseHTTPRequestHandler):
    """The handler of one request to the webhook."""

    server: Webhook

    def do_POST(self) -> None:
        """Keep the message if the status is 200, and answer."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.server.status == 200:
            self.server.messages.append(json.loads(body))
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        """Write no line for each request, unlike the server of the standard library."""


class Mailbox(socketserver.ThreadingTCPServer):
    """A mail server that keeps what it receives by SMTP, for a test to read."""

    daemon_threads = True

    def __init__(self, address: str = "127.0.0.1") -> None:
        super().__init__((address, 0), Delivered)
        self.messages: list[EmailMessage] = []
        self.url = f"mailto://mail.example:{self.server_address[1]}?smtp={address}&from=audit@mail.example&to=team@mail.example&mode=insecure"


class Delivered(socketserver.StreamRequestHandler):
    """One SMTP session, as far as a simple client needs it."""

    server: Mailbox

    def handle(self) -> None:
        """Accept every command, and keep the mail."""
        self.reply("220 ready")
        for line in self.rfile:
            word = line[:4].upper()
            if word == b"DATA":
                self.reply("354 go on")
                self.server.messages.append(message_from_bytes(self.mail(), policy=policy.default))
            self.reply("221 bye" if word == b"QUIT" else "250 yes")
            if word == b"QUIT":
                return

    def mail(self) -> bytes:
        """Return the mail up to the line with a single dot."""
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b"."))
        return b"".join(lines)

    def reply(self, text: str) -> None:
        """Send one line."""
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def receiving(address: str = "127.0.0.1") -> Iterator[tuple[Webhook, Mailbox]]:
    """Run both receivers within the block."""
    servers = Webhook(address), Mailbox(address)
    threads = [Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}) for server in servers]
    try:
        for thread in threads:
            thread.start()
        yield servers
    finally:
        for server, thread in zip(servers, threads, strict=True):
            server.shutdown()
            thread.join()
            server.server_close()
