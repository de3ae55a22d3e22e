"""Fault proofs of the checkout (`make proof`), as they lie beside the reports."""

from pathlib import Path

import msgspec

from gate.bounded import MOST_RECORDED, read_bounded
from gate.contract import Kind

PROOFS = "proof.json"
FOLLOWS = (Kind.DERIVED, Kind.WINDOW)  # whatever is done to a server shows in the score and opens its window anew


class Proof(msgspec.Struct, frozen=True):
    """One fault put into a lab server: the outcome its criterion had to take, and took.

    `collateral` are the criteria that changed as well.
    """

    criterion: str
    fault: str
    expected: str
    observed: str
    collateral: tuple[str, ...] = ()
    ok: bool = False


def read_proofs(folder: Path) -> tuple[Proof, ...]:
    """The proofs in a folder; none where no file can be read: a report claims no more than it has."""
    try:
        return msgspec.json.decode(read_bounded(folder / PROOFS, MOST_RECORDED), type=tuple[Proof, ...])
    except (OSError, msgspec.DecodeError, RecursionError):
        return ()
