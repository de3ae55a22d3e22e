"""Delivers a message to any service that apprise supports. A plain https:// address is a webhook that receives JSON."""

import logging
from urllib.parse import parse_qsl, unquote, urlsplit

import apprise

from fixtures.ask.redaction import redact
from notify.message import Message


def deliver(url: str, message: Message) -> str:
    """Send a message and return "", or the reason if it was not delivered. The reason never contains the address."""
    with apprise.LogCapture(level=logging.WARNING, fmt="%(message)s") as log:
        try:
            service = _service(url)
            if service is None:
                return "its address is not that of a supported service; see docs/operating.md"
            if service.notify(title=message.title, body=message.body, body_format=apprise.NotifyFormat.TEXT):
                return ""
        except Exception as error:  # noqa: BLE001 — an error of a library must not keep messages from other addresses
            return f"{type(error).__name__}"
        lines = [line for line in log.getvalue().splitlines() if line.strip()]
    return veiled(lines[-1] if lines else "the service did not accept it and gave no reason", url)


def _service(url: str) -> apprise.NotifyBase | None:
    """Return the service of an address, or None if it is not supported.

    The forms of apprise are tried first, because addresses of Slack and Teams are https:// too.
    """
    scheme, _, rest = url.partition("://")
    plain = {"http": "json", "https": "jsons"}.get(scheme.lower())
    return apprise.Apprise.instantiate(url) or (apprise.Apprise.instantiate(f"{plain}://{rest}") if plain else None)


def veiled(text: str, url: str) -> str:
    """Return `text` without the user, password, path and query of the address."""
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
