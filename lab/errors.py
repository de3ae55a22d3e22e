"""What the lab says when it cannot go on."""

from __future__ import annotations


class LabError(Exception):
    """One line for the operator: what, where, and what to do next."""


class UnfitMachineError(LabError):
    """The machine cannot run the lab at all (exit status 2)."""
