"""Declares remedies: `@remedy(...)` marks the function of a module in remediations/.

The parameters of the function name the facts it needs; `maybe_NAME` is a fact, or the Unknown in its place. A parameter
`bounds` receives the targets in force, by criterion.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import msgspec

import remediations
from fixtures.ask.answer import Answer, Unknown
from fixtures.ask.facts import FACTS, Fact
from gate.bound import Bounds
from remediations.transaction.calls import Right, deleting, named, patching
from remediations.transaction.objects import DeleteObjects, PatchObject
from remediations.transaction.plan import Plan, draw_plan
from remediations.transaction.risk import RemedyError
from remediations.transaction.step import Yielded

BOUNDS = "bounds"  # the parameter that receives the targets in force
MAYBE = "maybe_"  # the prefix of a parameter whose fact may be unknown
Cure = Callable[..., Iterator[Yielded]]


class Remedy(msgspec.Struct, frozen=True):
    """A remedy: its name (the module's), the facts it needs, and the criteria it may influence, as ids or their first parts.

    `patches` and `deletes` are the only resources of the cluster it may change so, and `asks` is what its commands ask of
    the API beside that (`get services/proxy`): the fixer's role follows from the three.
    """

    name: str
    cure: Cure
    scope: tuple[str, ...]
    facts: tuple[Fact, ...]
    patches: tuple[str, ...] = ()
    deletes: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()

    @property
    def rights(self) -> frozenset[Right]:
        """Every verb on a resource that it declares."""
        patches = (right for resource in self.patches for right in patching(resource))
        deletes = (right for resource in self.deletes for right in deleting(resource))
        return frozenset((*patches, *deletes, *map(named, self.asks)))

    def plan(self, criteria: Iterable[str], seen: Mapping[str, Any], bounds: Bounds) -> Plan:
        """Return the plan that makes the criteria meet the targets `bounds`.

        Raises Unknown if a fact is missing or unexpected, and RemedyError if a step exceeds what the remedy declares.
        """
        told = {**seen, BOUNDS: bounds}
        given = {name: told[name.removeprefix(MAYBE)] for name in inspect.signature(self.cure).parameters}
        plan = draw_plan(self.name, criteria, self._yielded(given), seen)
        for step in plan.steps:
            if isinstance(step, PatchObject) and step.object.resource not in self.patches:
                raise RemedyError(f"{self.name} does not declare that it patches {step.object.resource}")
            if isinstance(step, DeleteObjects) and step.resource not in self.deletes:
                raise RemedyError(f"{self.name} does not declare that it deletes {step.resource}")
        for call in plan.calls:
            if call.right not in self.rights:
                raise RemedyError(f"{self.name} does not declare that it asks: {call.verb} {call.resource}")
        return plan

    def read(self, fact: Fact, answer: Answer) -> Any:
        """Return one of its facts as its function is given it. Raises Unknown if it cannot do without one that is unknown."""
        try:
            return fact.read(answer)
        except Unknown as unknown:
            if f"{MAYBE}{fact.name}" not in inspect.signature(self.cure).parameters:
                raise
            return unknown

    def _yielded(self, given: Mapping[str, Any]) -> list[Yielded]:
        try:
            return list(self.cure(**given))
        except (Unknown, RemedyError):
            raise
        except Exception as error:  # a host unlike any the remedy knows
            raise Unknown("not-understood", fact=self.name, why=f"{type(error).__name__}: {error}") from error

    def influences(self, id: str) -> bool:
        """Return whether a criterion is in the scope of the remedy; LOG stands for every LOG-…

        The remedy is undone if such a criterion gets worse.
        """
        return any(id == part or id.startswith(f"{part}-") for part in self.scope)


REMEDIES: dict[str, Remedy] = {}


def remedy(
    *scope: str, patches: tuple[str, ...] = (), deletes: tuple[str, ...] = (), asks: tuple[str, ...] = ()
) -> Callable[[Cure], Cure]:
    """Declare the decorated generator as the remedy of its name."""

    def declare(cure: Cure) -> Cure:
        name = cure.__name__
        needed = [name.removeprefix(MAYBE) for name in inspect.signature(cure).parameters if name != BOUNDS]
        if unknown := [fact for fact in needed if fact not in FACTS]:
            raise RemedyError(f"remedy {name}: no such fact: {', '.join(unknown)}")
        REMEDIES[name] = Remedy(name, cure, scope, tuple(FACTS[fact] for fact in needed), patches, deletes, asks)
        return cure

    return declare


def load_remedies() -> Mapping[str, Remedy]:
    """Import every module of remediations/ and return the remedies by name.

    Raises RemedyError if a module declares no remedy of its own name.
    """
    for module in pkgutil.iter_modules(remediations.__path__):
        if not module.ispkg and not module.name.startswith("_"):
            importlib.import_module(f"remediations.{module.name}")
            if module.name not in REMEDIES:
                raise RemedyError(f"remediations/{module.name}.py declares no remedy of that name")
    return REMEDIES
