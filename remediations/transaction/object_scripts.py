"""Builds the shell scripts of steps on the cluster, which run on the host."""

from collections.abc import Mapping
from pathlib import Path
from shlex import quote
from typing import Any

import msgspec

from fixtures.cluster.managed import MANAGED
from remediations.transaction.objects import ClusterObject, DeleteObjects, PatchObject

HOST = Path(__file__).parent / "host" / "object"
MANAGERS = f"managers={quote(MANAGED)}\n"
VERSION = "@VERSION@"  # replaced on the host by the version it has just read


def patch(step: PatchObject) -> Mapping[str, str]:
    """Return the files of a patch step, by name. `patch` holds the new fields, `inverse` the old ones."""
    given = _given(step.object) + f"rollout={step.rollout}\n"
    after = {**step.after, "metadata": {**step.after.get("metadata", {}), "resourceVersion": VERSION}}
    return {
        "keep": given + _text("kube") + _text("patch_keep"),
        "do": given + _text("kube") + _text("patch"),
        "undo": given + _text("kube") + _text("patch_undo"),
        "patch": _json(after),
        "inverse": _json(step.before),
    }


def deletion(step: DeleteObjects) -> Mapping[str, str]:
    """Return the files of a deletion step, by name. `objects` has one line for each object."""
    given = MANAGERS + f"resource={quote(step.resource)} restored={'yes' if step.restored else 'no'}\n"
    lines = [f"{one.namespace} {one.name} {one.uid}\n" for one in step.objects]
    return {
        "keep": given + _text("kube") + _text("delete_keep"),
        "do": given + _text("kube") + _text("delete"),
        "undo": given + _text("kube") + _text("delete_undo"),
        "objects": "".join(lines),
    }


def with_kubectl(command: str) -> str:
    """Return a command in which `kube …` calls the kubectl of the host."""
    return _text("kube") + command


def asking_rights() -> str:
    """The script that reads `reviews` beside it, and fails naming each right that is missing."""
    return _text("kube") + _text("rights")


def _given(one: ClusterObject) -> str:
    return (
        MANAGERS + f"resource={quote(one.resource)} namespace={quote(one.namespace)} name={quote(one.name)}\n"
        f"uid={quote(one.uid)} generation={one.generation} version={quote(one.version)}\n"
    )


def _json(tree: Mapping[str, Any]) -> str:
    return msgspec.json.encode(tree).decode() + "\n"


def _text(name: str) -> str:
    return (HOST / f"{name}.sh").read_text(encoding="utf-8")
