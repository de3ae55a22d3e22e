"""The team's guides and build workflow: a clone of a bare repository beside it, to check offline what is pushed."""

from __future__ import annotations

import shutil
from pathlib import Path

from lab.commands import run
from lab.scenarios import Scenario

_TEXTS = Path(__file__).with_name("guides")
_LATE = ("PLAN_INTERVENTION_COMPLETE_*.md", ".github")
_NOBODY = {
    "GIT_AUTHOR_NAME": "Lab",
    "GIT_AUTHOR_EMAIL": "lab@edgeserver.invalid",
    "GIT_COMMITTER_NAME": "Lab",
    "GIT_COMMITTER_EMAIL": "lab@edgeserver.invalid",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_SYSTEM": "/dev/null",
}


def write_guides(folder: Path, scenario: Scenario) -> None:
    """Create guides.git and its clone.

    A scenario with fewer than three guides lacks the plan of the intervention and the build workflow.
    """
    clone = folder / "guides"
    _git("init", "--quiet", "--bare", "--initial-branch=main", folder / "guides.git")
    _git("clone", "--quiet", folder / "guides.git", clone)
    _git("-C", clone, "checkout", "--quiet", "-B", "main")
    shutil.copytree(_TEXTS, clone, dirs_exist_ok=True)
    _git("-C", clone, "add", "--all")
    if scenario.guides < 3:
        _git("-C", clone, "reset", "--quiet", "--", *_LATE)
    _git("-C", clone, "commit", "--quiet", "--message", "Guides of phase 0")
    _git("-C", clone, "push", "--quiet", "--set-upstream", "origin", "main")
    # A relative address: the folder may be copied or moved.
    _git("-C", clone, "remote", "set-url", "origin", "../guides.git")


def _git(*words: str | Path) -> None:
    run("git", *words, env=_NOBODY)
