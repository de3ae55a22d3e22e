"""The functions behind the commands of `python3 -m lab`."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from argparse import Namespace

from lab.build.all import STEPS
from lab.build.step import build as build_steps
from lab.errors import LabError
from lab.locks import locked
from lab.machine import server as servers
from lab.machine.guest import Guest
from lab.machine.power import running
from lab.machine.session import discard, restart, start
from lab.needs import BOOT, BUILD, require_packages
from lab.places import Places, places
from lab.private import mount_store
from lab.progress import announce
from lab.scenarios import SCENARIOS
from lab.scenarios.change import refresh
from lab.target.write import write_target


def build(_: Namespace) -> None:
    """Build the parts of the cache that are missing or out of date."""
    require_packages(BUILD)
    here = places().made()
    with locked(here.cache / ".build", "Building the lab", wait=False):
        mount_store(here)
        build_steps(here, STEPS)


def up(options: Namespace) -> None:
    """Boot a fresh server in the scenario, and print its target folder."""
    require_packages(BOOT)
    here = places().made()
    mount_store(here)
    _require_snapshot(here, options.scenario)
    old = servers.recall(here, options.name)
    if old is not None and running(here, old):
        raise LabError(
            f"Lab {options.name} is up already at {old.address} (scenario {old.scenario}): "
            f"`reset --name {options.name}`, `down --name {options.name}`, or another --name."
        )
    _boot(here, options.name, options.scenario)


def reset(options: Namespace) -> None:
    """Boot a running lab anew in a scenario, at the same address."""
    here = places().made()
    mount_store(here)
    _require_snapshot(here, options.scenario)
    if servers.recall(here, options.name) is None:
        raise LabError(f"No lab {options.name} is up: `python3 -m lab up --name {options.name}` starts one.")
    _boot(here, options.name, options.scenario)


def crash(options: Namespace) -> None:
    """Simulate a power failure of a running lab, and boot the same disk again."""
    here = places().made()
    mount_store(here)
    found = servers.recall(here, options.name)
    if found is None or not running(here, found):
        raise LabError(f"No lab {options.name} is up: `python3 -m lab up --name {options.name}` starts one.")
    with locked(here.run / f".{options.name}", f"Lab {options.name}", wait=True):
        restart(here, found).wait_for_pods(SCENARIOS[found.scenario].pods)


def down(options: Namespace) -> None:
    """End one lab, or all of them, and remove what they used."""
    here = places().made()
    names = servers.names(here) if options.all else [options.name]
    mount_store(here)
    for name in names:
        with locked(here.run / f".{name}", f"Lab {name}", wait=True):
            discard(here, name)
            shutil.rmtree(servers.folder(here, name), ignore_errors=True)
        announce(f"Lab {name} is down.")


def shell(options: Namespace) -> int:
    """Open a shell on the server, or run one command there; return its exit status."""
    here = places()
    found = servers.recall(here, options.name)
    if found is None:
        raise LabError(f"No lab {options.name} is up: `python3 -m lab up --name {options.name}` starts one.")
    guest = Guest(found.address, here.key, servers.folder(here, found.name) / "known_hosts")
    return subprocess.run([*guest.ssh(), *options.words], check=False).returncode


def status(_: Namespace) -> None:
    """Print a line for each lab, including those whose server has died."""
    here = places()
    for name in servers.names(here):
        found = servers.recall(here, name)
        if found is not None:
            state = "up" if running(here, found) else "dead (`down` clears it)"
            print(f"{name}\t{found.address}\t{found.scenario}\t{state}\t{servers.folder(here, name)}/target")


def clean(_: Namespace) -> None:
    """Remove the cache. Raises LabError while a lab is up."""
    here = places()
    if servers.names(here):
        raise LabError("Labs are up or were left behind: `python3 -m lab down --all` first.")
    with locked(here.made().cache / ".build", "Building the lab", wait=False):
        shutil.rmtree(here.cache)
    announce(f"Removed {here.cache}")


def _boot(here: Places, name: str, scenario_name: str) -> None:
    scenario, begun = SCENARIOS[scenario_name], time.monotonic()
    with locked(here.run / f".{name}", f"Lab {name}", wait=True):
        try:
            discard(here, name)
            session = start(here, name, scenario.name, here.snapshot(scenario.name))
            session.wait_for_pods(scenario.pods)
            refresh(scenario, session)
            target = write_target(servers.folder(here, name) / "target", scenario, session)
        except BaseException:
            discard(here, name)
            shutil.rmtree(servers.folder(here, name), ignore_errors=True)
            raise
    announce(f"Lab {name} is up in scenario {scenario.name}: {time.monotonic() - begun:.1f} s in all")
    print(os.fspath(target))


def _require_snapshot(here: Places, scenario: str) -> None:
    if not here.snapshot(scenario).exists():
        raise LabError("The lab is not built yet: `make lab` or `python3 -m lab build` (about 10 min, once).")
    if not all(step.done(here) for step in STEPS):
        announce("  The recipe has changed since the cache was built; `python3 -m lab build` brings it up to date.")
