"""Who was watched, so that evidence of one server never counts for another."""

import hashlib
import re
from datetime import datetime

import msgspec

from gate.sample import Moment

SALT = "phase0-gate "  # fixed: a machine-id is confidential, this digest of it says nothing to other programs
MACHINE_ID = re.compile(r"[0-9a-f]{32}")


class Identity(msgspec.Struct, frozen=True, omit_defaults=True):
    """The server an audit looked at; a part that is not known is empty.

    `machine` is a digest of its machine-id, `host_key` the fingerprint of the SSH host key that the connection verified,
    `cluster` the UID of its kube-system namespace.
    """

    machine: str = ""
    host_key: str = ""
    cluster: str = ""

    @property
    def known(self) -> bool:
        """At least one part is."""
        return any(msgspec.structs.astuple(self))

    def differing(self, other: "Identity") -> tuple[str, ...]:
        """Names of the parts that both know and that are not the same."""
        return tuple(name for name, mine, theirs in self._shared(other) if mine != theirs)

    def same(self, other: "Identity") -> bool:
        """Both know a common part, and differ in none."""
        return bool(self._shared(other)) and not self.differing(other)

    def _shared(self, other: "Identity") -> list[tuple[str, str, str]]:
        pairs = ((name, getattr(self, name), getattr(other, name)) for name in self.__struct_fields__)
        return [pair for pair in pairs if all(pair)]


class Adoption(msgspec.Struct, frozen=True):
    """Somebody says that evidence of other identities, up to `at`, is of the server that is now `identity`, and why."""

    at: Moment
    who: str
    reason: str
    identity: Identity
    adopted: tuple[Identity, ...]

    def covers(self, evidence: Identity, at: datetime, watched: Identity) -> bool:
        """Evidence of that moment counts for the server that is watched."""
        return evidence in self.adopted and at <= self.at and self.identity.same(watched)


class LeftOut(msgspec.Struct, frozen=True):
    """Evidence in the history that does not count: so many samples and drills of another server, named by `identity`.

    `differing` names the parts by which it differs; `unnamed` counts samples and drills that do not say of which server.
    """

    samples: int = 0
    drills: int = 0
    unnamed: int = 0
    identity: Identity = Identity()
    differing: tuple[str, ...] = ()


def digest(machine_id: str) -> str:
    """The digest of a machine-id, in 64 hexadecimal digits; nothing for what is no machine-id."""
    return hashlib.sha256((SALT + machine_id).encode()).hexdigest() if MACHINE_ID.fullmatch(machine_id) else ""
