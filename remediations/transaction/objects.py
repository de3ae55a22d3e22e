"""Steps on the cluster: they change fields of an object or delete objects, through kubectl on the host, as root.

On the host they refuse objects that Helm, Argo CD, Flux or a controller manages, and objects that changed since the
step was planned.
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
)  # no secrets, no roles, no nodes


class ClusterObject(msgspec.Struct, frozen=True, kw_only=True):
    """An object as it was observed. `resource` is its name for kubectl (deployments.apps).

    `generation` counts changes of its spec. If it is 0, its resourceVersion `version` is compared instead.
    """

    resource: str
    namespace: str
    name: str
    uid: str
    generation: int = 0
    version: str = ""

    def __post_init__(self) -> None:
        """Raise RemedyError for a resource that no remedy may change."""
        if self.resource not in TOUCHABLE:
            raise RemedyError(
                f"{self.resource}: no remedy may change this resource; allowed are: {', '.join(TOUCHABLE)}"
            )


class PatchObject(msgspec.Struct, frozen=True, kw_only=True):
    """Changes fields of an object from `before`, as observed (None: missing), to `after`.

    Entries of a list, such as containers, are identified by their name. The undo restores the fields of `before`.
    `rollout` is the number of seconds within which every pod must be new and ready; otherwise the step fails.
    """

    object: ClusterObject
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    sentence: Sentence
    rollout: int = 0
    risk: Risk = Risk.DISRUPTIVE

    @property
    def seconds(self) -> float:
        """The time limit in seconds."""
        return self.rollout + 60.0

    @property
    def calls(self) -> tuple[Call, ...]:
        """The calls that this step makes of the Kubernetes API, from which the role of the fixer is derived."""
        return tuple(Call(*right, self.object.namespace) for right in patching(self.object.resource))


class DeleteObjects(msgspec.Struct, frozen=True, kw_only=True):
    """Deletes objects of one resource. Their manifests, status and events are saved in the run's folder first.

    The undo creates the objects again, unless the sentence says in `lasting` why that is not needed. A pod that had
    ended, for example, would run again.
    """

    objects: tuple[ClusterObject, ...]
    sentence: Sentence
    risk: Risk = Risk.DISRUPTIVE
    seconds: float = 600

    def __post_init__(self) -> None:
        """Raise RemedyError for objects of several resources, and for pods that the undo would have to create again."""
        if len({one.resource for one in self.objects}) != 1:
            raise RemedyError(f"{self.sentence.what.en}: objects of one resource at a time")
        if self.resource == "pods" and self.restored:
            raise RemedyError(
                f"{self.sentence.what.en}: a pod cannot be made again: its sentence must say why that is not needed"
            )

    @property
    def resource(self) -> str:
        """The resource of all objects."""
        return self.objects[0].resource

    @property
    def calls(self) -> tuple[Call, ...]:
        """The calls that this step makes of the Kubernetes API, from which the role of the fixer is derived."""
        spaces = dict.fromkeys(one.namespace for one in self.objects)
        return tuple(Call(*right, space) for space in spaces for right in deleting(self.resource))

    @property
    def restored(self) -> bool:
        """Whether the undo creates the objects again."""
        return self.sentence.lasting == NOTHING


def fields(tree: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield each field of a tree as its path, such as `spec.replicas`, and its value as JSON.

    Entries of a list are identified by their name.
    """
    if isinstance(tree, Mapping):
        for key in sorted(tree):
            yield from fields(tree[key], f"{path}.{key}" if path else key)
    elif isinstance(tree, list | tuple) and all(isinstance(entry, Mapping) and "name" in entry for entry in tree):
        for entry in tree:
            rest = {key: value for key, value in entry.items() if key != "name"}
            yield from fields(rest, f"{path}[{entry['name']}]")
    else:
        yield path, msgspec.json.encode(tree).decode()
