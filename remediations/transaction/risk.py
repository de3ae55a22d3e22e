"""What a remedy may not do, and how much a step may disturb."""

from enum import StrEnum


class RemedyError(ValueError):
    """A remedy yields something no remedy may do."""


class Risk(StrEnum):
    """Safe steps need `--fix`; disruptive ones restart workloads or delete something: `--fix-disruptive`."""

    SAFE = "safe"
    DISRUPTIVE = "disruptive"
