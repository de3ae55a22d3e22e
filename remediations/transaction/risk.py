"""The error for forbidden steps, and the risk of a step."""

from enum import StrEnum


class RemedyError(ValueError):
    """A remedy yields a step that no remedy may take, or its declaration is invalid."""


class Risk(StrEnum):
    """The risk of a step. Safe steps need `--fix`. Disruptive steps restart workloads or delete data: `--fix-disruptive`."""

    SAFE = "safe"
    DISRUPTIVE = "disruptive"
