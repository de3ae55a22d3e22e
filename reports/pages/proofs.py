"""Reads the fault proofs (`make proof`) that are stored beside the reports."""

from pathlib import Path

import msgspec

from gate.bounded import MOST_RECORDED, read_bounded
from gate.contract import Kind

PROOFS = "proof.json"
FOLLOWS = (Kind.DERIVED, Kind.WINDOW)  # any fault also changes the score and restarts the window


class Proof(msgspec.Struct, frozen=True):
    """One fault injected into a lab server: the outcome its criterion had to take, and the outcome it took.

    `fault` names it in English and `french` in French, if the proof was written by a version that does.
    `collateral` holds the other criteria whose outcome changed.
    """

    criterion: str
    fault: str
    expected: str
    observed: str
    collateral: tuple[str, ...] = ()
    ok: bool = False
    french: str = ""

    def named(self, language: str) -> tuple[str, str]:
        """Return the name of the fault, in this language if it has one, and the language it is in."""
        return (self.french, "fr") if language == "fr" and self.french else (self.fault, "en")


def read_proofs(folder: Path) -> tuple[Proof, ...]:
    """Return the proofs in a folder, or none if the file is missing or invalid."""
    try:
        return msgspec.json.decode(read_bounded(folder / PROOFS, MOST_RECORDED), type=tuple[Proof, ...])
    except (OSError, msgspec.DecodeError, RecursionError):
        return ()
