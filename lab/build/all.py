"""All steps of the build, in order."""

from __future__ import annotations

from lab.build.disks import BARE, SETTLED, snapshot
from lab.build.parts import BINARY, DATABASE, IMAGES, KEY, SERVER, SOURCE
from lab.build.step import Step
from lab.machine.session import LabServer
from lab.places import Places
from lab.scenarios import BEFORE, READY, STABILISED, Scenario
from lab.scenarios.change import apply


def _of(scenario: Scenario, after: Step) -> Step:
    def change(session: LabServer) -> None:
        apply(scenario, session)

    def make(places: Places) -> None:
        snapshot(places, scenario.source, scenario.name, change)

    return Step(
        scenario.name,
        f"Scenario {scenario.name}",
        make,
        lambda places: [places.snapshot(scenario.name)],
        recipe=(scenario.folder, *scenario.trees),
        after=(after,),
    )


_BEFORE = _of(BEFORE, SETTLED)
_STABILISED = _of(STABILISED, SETTLED)
_READY = _of(READY, _STABILISED)
STEPS = (KEY, SOURCE, BINARY, SERVER, DATABASE, IMAGES, BARE, SETTLED, _BEFORE, _STABILISED, _READY)
