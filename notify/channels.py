"""Delivers a message to an address of any service that apprise knows; a plain https:// one is a webhook that gets JSON."""

import logging
from urllib.parse import parse_qsl, unquote, urlsplit

import apprise

from fixtures.ask.redaction import redact
from notify.message import Message


def deliver(url: str, message: Message) -> str:
    """Nothing where it was taken, else why it was not, without the address, which what apprise says may hold."""
    with apprise.LogCapture(level=logging.WARNING, fmt="%(message)s") as said:
        try:
            service = _service(url)
            if service is None:
                return "its address is of no service that is known; see docs/operating.md"
            if service.notify(title=message.title, body=message.body, body_format=apprise.NotifyFormat.TEXT):
                return ""
        except Exception as error:  # noqa: BLE001 — a library’s fault may not end what tells the others
            return f"{type(error).__name__}"
        lines = [line for line in said.getvalue().splitlines() if line.strip()]
    return veiled(lines[-1] if lines else "it was not taken, and nothing says why", url)


def _service(url: str) -> apprise.NotifyBase | None:
    """Its own form first: Slack’s and Teams’ addresses are https:// as well."""
    scheme, _, rest = url.partition("://")
    plain = {"http": "json", "https": "jsons"}.get(scheme.lower())
    return apprise.Apprise.instantiate(url) or (apprise.Apprise.instantiate(f"{plain}://{rest}") if plain else None)


def veiled(text: str, url: str) -> str:
    """A line that names neither password, path nor query of the address."""
    try:
        parts = urlsplit(url)
        values = [value for _, value in parse_qsl(parts.query)]
        words = [parts.username or "", parts.password or "", *parts.path.split("/"), *values]
    except ValueError:
        words = []
    for word in sorted({url, *words, *map(unquote, words)}, key=len, reverse=True):
        if len(word) > 3:
            text = text.replace(word, "…")
    return redact(text)
