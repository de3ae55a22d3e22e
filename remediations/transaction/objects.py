"""Steps on the cluster: change fields of an object, or delete objects; through kubectl on the host, as root.

They refuse on the host what Helm, Argo CD, Flux or a controller keeps in shape, and what changed since it was planned.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from remediations.transaction.calls import Call, deleting, patching
from remediations.transaction.messages import NOTHING, Sentence
from remediations.transaction.risk import RemedyError, Risk

TOUCHABLE = (
    "pods",
    "configmaps",
    "services",
    "deployments.apps",
    "statefulsets.apps",
    "daemonsets.apps",
    "replicasets.apps",
    "jobs.batch",
)  # no secrets, no rights, no nodes


class ClusterObject(msgspec.Struct, frozen=True, kw_only=True):
    """An object as it was seen. `resource` as kubectl takes it (deployments.apps); `generation` counts changes of its spec.

    Where there is no generation (0), `version`, its resourceVersion, has to be the same still.
    """

    resource: str
    namespace: str
    name: str
    uid: str
    generation: int = 0
    version: str = ""

    def __post_init__(self) -> None:
        """RemedyError for what no remedy may touch."""
        if self.resource not in TOUCHABLE:
            raise RemedyError(f"{self.resource}: no remedy may touch this (but: {', '.join(TOUCHABLE)})")


class PatchObject(msgspec.Struct, frozen=True, kw_only=True):
    """Change fields of an object. `before` are the fields as they were seen (None: not there), `after` as they shall be.

    Lists of named things (containers) are told apart by name. Taken back by the fields of `before`. With `rollout`, the
    seconds within which every pod has to be of the new form and ready; else the step has failed, and is taken back.
    """

    object: ClusterObject
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    said: Sentence
    rollout: int = 0
    risk: Risk = Risk.DISRUPTIVE

    @property
    def seconds(self) -> float:
        """How long it may take."""
        return self.rollout + 60.0

    @property
    def calls(self) -> tuple[Call, ...]:
        """What it asks of the API."""
        return tuple(Call(*right, self.object.namespace) for right in patching(self.object.resource))


class DeleteObjects(msgspec.Struct, frozen=True, kw_only=True):
    """Delete objects of one resource; manifests, status and events are kept in the run's folder before.

    They are made again by the undo, unless the sentence says (`lasting`) why they need not be: a pod that had ended
    would start anew.
    """

    objects: tuple[ClusterObject, ...]
    said: Sentence
    risk: Risk = Risk.DISRUPTIVE
    seconds: float = 600

    def __post_init__(self) -> None:
        """One resource at a time; a pod is never made again."""
        if len({one.resource for one in self.objects}) != 1:
            raise RemedyError(f"{self.said.what.en}: objects of one resource at a time")
        if self.resource == "pods" and self.restored:
            raise RemedyError(
                f"{self.said.what.en}: a pod cannot be made again: its sentence must say why that is not needed"
            )

    @property
    def resource(self) -> str:
        """Of all of them."""
        return self.objects[0].resource

    @property
    def calls(self) -> tuple[Call, ...]:
        """What it asks of the API."""
        spaces = dict.fromkeys(one.namespace for one in self.objects)
        return tuple(Call(*right, space) for space in spaces for right in deleting(self.resource))

    @property
    def restored(self) -> bool:
        """The undo makes them again."""
        return self.said.lasting == NOTHING


def fields(tree: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """`spec.replicas` and its value: what a patch says, one line each; named things of a list by their name."""
    if isinstance(tree, Mapping):
        for key in sorted(tree):
            yield from fields(tree[key], f"{path}.{key}" if path else key)
    elif isinstance(tree, list | tuple) and all(isinstance(entry, Mapping) and "name" in entry for entry in tree):
        for entry in tree:
            rest = {key: value for key, value in entry.items() if key != "name"}
            yield from fields(rest, f"{path}[{entry['name']}]")
    else:
        yield path, msgspec.json.encode(tree).decode()
