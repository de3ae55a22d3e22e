"""Identifies the audited server, so that evidence of one server never counts for another."""

import hashlib
import re
from datetime import datetime

import msgspec

from gate.sample import Moment

SALT = "phase0-gate "  # a machine-id is confidential; other programs cannot relate this digest to it
MACHINE_ID = re.compile(r"[0-9a-f]{32}")


class Identity(msgspec.Struct, frozen=True, omit_defaults=True):
    """The identity of a server; a part that is not known is empty.

    `machine` is a digest of its machine-id, `host_key` the fingerprint of the SSH host key that the connection
    verified, `cluster` the UID of its kube-system namespace.
    """

    machine: str = ""
    host_key: str = ""
    cluster: str = ""

    @property
    def known(self) -> bool:
        """Whether at least one part is known."""
        return any(msgspec.structs.astuple(self))

    def differing(self, other: "Identity") -> tuple[str, ...]:
        """Return the names of the parts that both identities know and that differ."""
        return tuple(name for name, mine, theirs in self._shared(other) if mine != theirs)

    def same(self, other: "Identity") -> bool:
        """Return whether both identities know a common part and differ in none."""
        return bool(self._shared(other)) and not self.differing(other)

    def _shared(self, other: "Identity") -> list[tuple[str, str, str]]:
        pairs = ((name, getattr(self, name), getattr(other, name)) for name in self.__struct_fields__)
        return [pair for pair in pairs if all(pair)]


class Adoption(msgspec.Struct, frozen=True):
    """A statement that evidence of the identities `adopted`, up to `at`, belongs to the server that is now `identity`.

    `who` makes the statement, for the given `reason`.
    """

    at: Moment
    who: str
    reason: str
    identity: Identity
    adopted: tuple[Identity, ...]

    def covers(self, evidence: Identity, at: datetime, watched: Identity) -> bool:
        """Return whether `evidence`, recorded at the moment `at`, counts for the server `watched` by this statement."""
        return evidence in self.adopted and at <= self.at and self.identity.same(watched)


class LeftOut(msgspec.Struct, frozen=True):
    """What the history holds of another server and therefore does not count: numbers of samples and drills.

    `identity` is that server, and `differing` names the parts by which it differs. `unnamed` is the number of samples
    and drills that do not say which server they come from.
    """

    samples: int = 0
    drills: int = 0
    unnamed: int = 0
    identity: Identity = Identity()
    differing: tuple[str, ...] = ()


def digest(machine_id: str) -> str:
    """Return the digest of a machine-id as 64 hexadecimal digits, or "" if the text is not a machine-id."""
    return hashlib.sha256((SALT + machine_id).encode()).hexdigest() if MACHINE_ID.fullmatch(machine_id) else ""
