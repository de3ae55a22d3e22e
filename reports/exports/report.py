"""The input of every export."""

import msgspec

from gate.decision import Decision
from gate.run import Run
from reports.pages.proofs import Proof


class Report(msgspec.Struct, frozen=True):
    """A run, its decision, and the fault proofs beside it. `language` is the language that is shown first."""

    run: Run
    decision: Decision
    proofs: tuple[Proof, ...]
    language: str
