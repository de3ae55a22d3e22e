"""Reads the fault proofs (`make proof`) that are stored beside the reports."""

from pathlib import Path

import msgspec

from gate.contract import Kind

PROOFS = "proof.json"
FOLLOWS = (Kind.DERIVED, Kind.WINDOW)  # any fault also changes the score and restarts the window


class Proof(msgspec.Struct, frozen=True):
    """One fault injected into a lab server: the outcome its criterion had to take, and the outcome it took.

    `collateral` holds the other criteria whose outcome changed.
    """

    criterion: str
    fault: str
    expected: str
    observed: str
    collateral: tuple[str, ...] = ()
    ok: bool = False


def read_proofs(folder: Path) -> tuple[Proof, ...]:
    """Return the proofs in a folder, or none if the file is missing or invalid."""
    try:
        return msgspec.json.decode((folder / PROOFS).read_bytes(), type=tuple[Proof, ...])
    except (OSError, msgspec.DecodeError):
        return ()
