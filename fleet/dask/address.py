"""Addresses of a scheduler: tls://, and tcp:// only where nobody else can listen in."""

from ipaddress import ip_address
from urllib.parse import urlsplit

PORT = 8786


def scheduler_address(written: str) -> str:
    """Return `tls://HOST:PORT`, or `tcp://HOST:PORT` of this machine itself. Raises ValueError, in one line, for others.

    A scheduler runs what it is sent, so that whoever can speak to it without a certificate can read every key.
    """
    scheme, host, port = _parts(written)
    if scheme == "tcp" and not _loopback(host):
        raise ValueError(
            f"{written!a}: tcp:// is neither encrypted nor authenticated, and is for this machine alone; "
            f"write tls://{host}:{port}, with certificates: python -m fleet certificates FOLDER"
        )
    named = f"[{host}]" if ":" in host else host
    return f"{scheme}://{named}:{port}"


def _parts(written: str) -> tuple[str, str, int]:
    try:
        found = urlsplit(written)
        scheme, host, port = found.scheme, found.hostname or "", found.port
    except ValueError as error:
        raise ValueError(f"{written!a}: {error}; write tls://HOST:{PORT}") from error
    extra = found.path or found.query or found.fragment or "@" in found.netloc
    odd = not host.isascii() or any(not letter.isalnum() and letter not in ".-_:" for letter in host)
    if scheme not in ("tls", "tcp") or not host or extra or odd or port == 0:
        raise ValueError(f"{written!a}: is no address of a scheduler; write tls://HOST:{PORT}")
    return scheme, host, port or PORT


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:  # a name: any but this one may lead elsewhere
        return host == "localhost"
