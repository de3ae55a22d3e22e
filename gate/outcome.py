"""The outcomes of a criterion."""

from enum import StrEnum, auto


class Outcome(StrEnum):
    """The seven outcomes, from best to worst.

    A test judges pass, manual, unknown, pending or fail. `fixed` (failed before a remedy, passes now) and `waived`
    (fails, and someone with the right to do so accepted it) are computed in gate.decision, never judged.
    """

    PASS = auto()
    FIXED = auto()
    WAIVED = auto()
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
        """Whether the decision counts the outcome as met: pass, fixed or waived."""
        return self in (Outcome.PASS, Outcome.FIXED, Outcome.WAIVED)


JUDGED = (Outcome.PASS, Outcome.MANUAL, Outcome.UNKNOWN, Outcome.PENDING, Outcome.FAIL)
SEVERITY = {outcome: place for place, outcome in enumerate(Outcome)}
