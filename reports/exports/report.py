"""What every export is made from."""

import msgspec

from gate.decision import Decision
from gate.run import Run
from reports.pages.proofs import Proof


class Report(msgspec.Struct, frozen=True):
    """A run, what follows from it, and the fault proofs beside it. `language` is the one a reader sees first."""

    run: Run
    decision: Decision
    proofs: tuple[Proof, ...]
    language: str
