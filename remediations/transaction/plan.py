"""Builds a plan from what a remedy yields: its steps, its risk, its diff. Nothing here contacts the host."""

import hashlib
from collections.abc import Iterable, Mapping

import msgspec

from gate.contract import Text
from remediations.transaction.calls import Call
from remediations.transaction.difference import difference
from remediations.transaction.objects import PatchObject, fields
from remediations.transaction.placing import as_placed, met_by
from remediations.transaction.risk import Risk
from remediations.transaction.step import Check, InstallFile, Note, RemoveFile, Step, Yielded


class Plan(msgspec.Struct, frozen=True):
    """The steps of one remedy for given criteria, in order. All checks run before the first step."""

    remedy: str
    criteria: tuple[str, ...]
    steps: tuple[Step, ...]
    checks: tuple[Check, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def risk(self) -> Risk:
        """That of its riskiest step; to replace a file of the site's own is disruptive."""
        risky = any(step.risk is Risk.DISRUPTIVE or getattr(step, "foreign", False) for step in self.steps)
        return Risk.DISRUPTIVE if risky else Risk.SAFE

    @property
    def calls(self) -> tuple[Call, ...]:
        """All that its steps ask of the cluster's API."""
        return tuple(call for step in self.steps for call in getattr(step, "calls", ()))

    @property
    def diff(self) -> str:
        """The unified diff of all steps, without secrets."""
        return "".join(difference(step) for step in self.steps)

    @property
    def summaries(self) -> tuple[Text, ...]:
        """One line for each step."""
        return tuple(step.sentence.what for step in self.steps)


def draw_plan(
    remedy: str, criteria: Iterable[str], yielded: Iterable[Yielded], seen: Mapping[str, object] | None = None
) -> Plan:
    """Steps that would change nothing are left out, and checks of what is not touched.

    No step at all is left where a file cannot be replaced as the facts `seen` say; notes say why.
    """
    given = list(yielded)
    placed = [as_placed(step) for step in given if not isinstance(step, Check | Note)]
    steps = tuple(step for step in placed if not _stands(step))
    if forbidden := met_by(steps, seen or {}):
        return Plan(remedy, tuple(criteria), (), notes=forbidden)
    touched = tuple(step.path for step in steps if isinstance(step, InstallFile | RemoveFile))
    checks = tuple(
        check for check in given if isinstance(check, Check) and any(path.startswith(check.about) for path in touched)
    )
    return Plan(remedy, tuple(criteria), steps, checks, tuple(note for note in given if isinstance(note, Note)))


def _stands(step: Step) -> bool:
    """Return whether the step would change nothing."""
    if isinstance(step, PatchObject):
        return dict(fields(step.before)) == dict(fields(step.after))
    if not isinstance(step, InstallFile) or step.before is None:
        return False
    digest = hashlib.sha256(step.content.encode()).hexdigest()
    return (step.before.digest, step.before.mode, step.before.owner) == (digest, step.mode, step.owner)
