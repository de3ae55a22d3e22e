"""The outcomes of a criterion."""

from enum import StrEnum, auto


class Outcome(StrEnum):
    """The eight outcomes, from best to worst.

    A test judges pass, not applicable, manual, unknown, pending or fail. A criterion is not applicable where the server has
    nothing that it could judge, and only where its row of the contract allows that. `fixed` (failed before a remedy, passes
    now) and `waived` (fails, and someone with the right to do so accepted it) are computed in gate.decision, never judged.
    """

    PASS = auto()
    FIXED = auto()
    WAIVED = auto()
    NOT_APPLICABLE = "not-applicable"
    MANUAL = auto()
    UNKNOWN = auto()
    PENDING = auto()
    FAIL = auto()

    @property
    def severity(self) -> int:
        """The place of the outcome from best to worst: 0 for pass."""
        return SEVERITY[self]

    @property
    def settled(self) -> bool:
        """Whether the outcome leaves nothing open for the decision: pass, fixed, waived or not applicable."""
        return self in (Outcome.PASS, Outcome.FIXED, Outcome.WAIVED, Outcome.NOT_APPLICABLE)


JUDGED = (
    Outcome.PASS,
    Outcome.NOT_APPLICABLE,
    Outcome.MANUAL,
    Outcome.UNKNOWN,
    Outcome.PENDING,
    Outcome.FAIL,
)
SEVERITY = {outcome: place for place, outcome in enumerate(Outcome)}
