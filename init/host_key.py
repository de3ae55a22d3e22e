"""The key by which the server is known: what it shows, what the administrator's own files say of it, and who compares it."""

import subprocess
from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path

import msgspec

from init.admin import FIXED, Reach, as_options, key_name, quoted, refusal
from init.errors import InitError

CONSOLE = "sudo ssh-keygen -lf /etc/ssh/ssh_host_{kind}_key.pub"
CHANGED = "{address}: its host key is {now}, and {where} has {was}: find out why (a new installation, or somebody in between?)"


class HostKey(msgspec.Struct, frozen=True):
    """A host key: its type, such as ssh-ed25519, and the key in base64."""

    type: str
    key: str

    @property
    def fingerprint(self) -> str:
        """The fingerprint, as ssh-keygen -l prints it."""
        return "SHA256:" + b64encode(sha256(b64decode(self.key)).digest()).decode().rstrip("=")

    @property
    def kind(self) -> str:
        """The type as the names of its files have it: ed25519, rsa or ecdsa."""
        return self.type.removeprefix("ssh-").partition("-")[0]

    def line(self, name: str) -> str:
        """Return the line of known_hosts."""
        return f"{name} {self.type} {self.key}\n"


def shown_by(host: str, reach: Reach, words: Sequence[str], folder: Path) -> HostKey:
    """Return the key that the server shows now. Nobody logs in. Raises InitError if it does not answer."""
    file = folder / "shown"
    settings = (
        *FIXED,
        f"UserKnownHostsFile={quoted(file)}",
        f"HostKeyAlias={key_name(reach.way)}",
        "StrictHostKeyChecking=accept-new",
        "PreferredAuthentications=none",
        "ControlPath=none",
        "BatchMode=yes",
    )
    ssh = ["ssh", *as_options(*settings), *words, "--", host, "exit"]
    done = subprocess.run(ssh, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False)
    keys = keys_in(file.read_text(encoding="utf-8", errors="replace") if file.exists() else "")
    if not keys:
        raise InitError(refusal(reach, done.stderr))
    return keys[0]


def kept_by(reach: Reach) -> list[HostKey]:
    """Return the keys of the server in the administrator's own files."""
    name, keys = reach.alias or key_name(reach.way), []
    for file in reach.known_hosts:
        found = subprocess.run(
            ["ssh-keygen", "-F", name, "-f", file], capture_output=True, text=True, errors="replace", check=False
        )
        keys += keys_in(found.stdout)
    return keys


def keys_in(text: str) -> list[HostKey]:
    """Return the keys in lines of known_hosts. Lines with a marker, such as @revoked, are none that a host shows."""
    rows = (line.split() for line in text.splitlines() if line[:1] not in ("#", "@", ""))
    return [HostKey(row[1], row[2]) for row in rows if len(row) >= 3 and _is_key(row[2])]


def _is_key(written: str) -> bool:
    try:
        return bool(b64decode(written, validate=True))
    except ValueError:
        return False


def vouched(key: HostKey, reach: Reach, kept: Iterable[HostKey], given: str) -> str:
    """Return who vouches for the key: the fingerprint that was given, or the administrator's own files; "" for nobody.

    Raises InitError if one of them names another key.
    """
    address = reach.way.address
    if given:
        if given != key.fingerprint:
            raise InitError(CHANGED.format(address=address, now=key.fingerprint, where="--fingerprint", was=given))
        return "the fingerprint that was given"
    alike = [one for one in kept if one.type == key.type]
    if key in alike:
        return "your known_hosts"
    if alike:
        where = "your known_hosts" if reach.known_hosts else "the folder"
        raise InitError(CHANGED.format(address=address, now=key.fingerprint, where=where, was=alike[0].fingerprint))
    return (
        "your configuration of ssh, which takes any new key"
        if reach.strict in ("accept-new", "off", "no", "false")
        else ""
    )
