"""What every export is made from."""

import msgspec

from reports.decision import Decision
from reports.model.run import Run
from reports.proofs import Proof


class Report(msgspec.Struct, frozen=True):
    """A run, what follows from it, and the fault proofs beside it. `language` is the one a reader sees first."""

    run: Run
    decision: Decision
    proofs: tuple[Proof, ...]
    language: str
