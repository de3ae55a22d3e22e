"""What each command does."""

from __future__ import annotations

from argparse import Namespace

from lab.build.all import STEPS
from lab.build.step import build as build_steps
from lab.locks import locked
from lab.needs import BUILD, require_packages
from lab.places import places
from lab.private import mount_store


def build(options: Namespace) -> None:
    """Build what is missing or out of date."""
    require_packages(BUILD)
    here = places().made()
    with locked(here.cache / ".build", "Building the lab", wait=False):
        mount_store(here)
        build_steps(here, STEPS)
