"""The errors of the lab; their messages are written for the operator."""

from __future__ import annotations


class LabError(Exception):
    """An error with a message of one line: what failed, where, and what to do next."""


class UnfitMachineError(LabError):
    """Raised when the machine cannot run the lab at all (exit status 2)."""
