"""Deploys MCP in each of its namespaces, under an image tag of its own, and waits until the rollout is complete.

It patches Deployments that exist and never creates one. It replaces the plan's commands: `latest` is pulled although no
registry has it, the same tag restarts nothing, `default` was left out, and nobody waited for the rollout.
"""

from collections.abc import Iterator
from shlex import quote

from fixtures.host.images.images import Image, Images, full_name
from fixtures.host.system.mcp_workloads import McpWorkloads, Workload, WorkloadContainer
from remediations.image_pin import imported
from remediations.transaction.calls import Call
from remediations.transaction.messages import sentences
from remediations.transaction.object_scripts import with_kubectl
from remediations.transaction.objects import ClusterObject, PatchObject
from remediations.transaction.remedy import remedy
from remediations.transaction.risk import Risk
from remediations.transaction.step import Note, RunCommand, Yielded

message = sentences(__name__)
ROLLOUT = 180  # seconds
IMPORT = 900  # seconds; an archive has some GB
HEALTHY = """\
tries=0
until kube get --raw {path} >/dev/null 2>said; do
  tries=$((tries + 1))
  [ "$tries" -lt 15 ] || {{ cat said; exit 1; }}
  sleep 1
done
"""


@remedy("MCP", patches=("deployments.apps",), asks=("get services/proxy",))
def mcp_deploy(mcp_workloads: McpWorkloads, images: Images) -> Iterator[Yielded]:
    """Yield the import or the tag of the image, then the change of each namespace."""
    seen, archive = mcp_workloads, mcp_workloads.asked["archive"]
    image = chosen(seen, images)
    if image is None and archive:
        yield RunCommand(
            command=imported(archive),
            shown=f"k3s ctr -n k8s.io images import {quote(archive)}    # and pinned again, what was",
            seconds=IMPORT,
            sentence=message("import", archive=archive),
        )
        return
    if image is None:
        yield Note(message("no-image", image=seen.asked["image"]))
        return
    reference = own_tag(image, seen.asked["image"])
    if full_name(reference) not in image.names:
        source = next(name for name in image.names if _repository(name) == _repository(full_name(reference)))
        yield RunCommand(
            command=f"k3s ctr -n k8s.io images tag {quote(source)} {quote(full_name(reference))}",
            undo=f"k3s ctr -n k8s.io images rm {quote(full_name(reference))} || :",
            sentence=message("tag", image=reference, source=source),
        )
    for namespace in seen.namespaces:
        yield from _deployed(seen, namespace, reference)


def _deployed(seen: McpWorkloads, namespace: str, reference: str) -> Iterator[Yielded]:
    one = seen.workloads.get(namespace)
    if one is None:
        yield Note(message("missing", name=seen.asked["deployment"], namespace=namespace))
    elif one.manager:
        yield Note(message("managed", name=one.name, namespace=namespace, manager=one.manager))
    elif (container := _container(one)) is None:
        yield Note(message("which-container", name=one.name, namespace=namespace))
    else:
        policy = container.policy if seen.asked["registry"] else "IfNotPresent"
        image = container.image if full_name(container.image) == full_name(reference) else reference
        new = WorkloadContainer(container.name, image, policy)
        if (new, max(1, one.wanted)) != (container, one.wanted):
            yield PatchObject(
                object=ClusterObject(
                    resource="deployments.apps",
                    namespace=namespace,
                    name=one.name,
                    uid=one.uid,
                    generation=one.generation,
                ),
                before=_fields(container, one.wanted),
                after=_fields(new, max(1, one.wanted)),
                rollout=ROLLOUT,
                sentence=message(
                    "deploy", name=one.name, namespace=namespace, image=new.image, replicas=max(1, one.wanted)
                ),
                risk=Risk.DISRUPTIVE if one.ready else Risk.SAFE,
            )
            yield _health(seen, namespace)


def _fields(container: WorkloadContainer, replicas: int) -> dict[str, object]:
    template = {"name": container.name, "image": container.image, "imagePullPolicy": container.policy}
    return {"spec": {"replicas": replicas, "template": {"spec": {"containers": [template]}}}}


def _health(seen: McpWorkloads, namespace: str) -> RunCommand:
    path = f"/api/v1/namespaces/{namespace}/services/{seen.asked['service']}:{seen.asked['port']}/proxy{seen.asked['path']}"
    return RunCommand(
        command=with_kubectl(HEALTHY.format(path=quote(path))),
        shown=f"kubectl get --raw {path}",
        calls=(Call("get", "services/proxy", namespace),),
        sentence=message("health", namespace=namespace),
    )


def _container(one: Workload) -> WorkloadContainer | None:
    """Return the container to change: the only one, or the one with the name of the Deployment. None if there is neither."""
    named = [container for container in one.containers if container.name == one.name]
    return (one.containers if len(one.containers) == 1 else named or (None,))[0]


def chosen(seen: McpWorkloads, images: Images) -> Image | None:
    """Return the image to deploy, or None if that is not certain.

    That is the image of the revision that the target expects; without one, the image that the Deployments name, or the
    only image there is.
    """
    mine = [
        image
        for image in images.images
        if any(_repository(name) == _repository(full_name(seen.asked["image"])) for name in image.names)
    ]
    if seen.asked["revision"]:
        return next((image for image in mine if image.revision == seen.asked["revision"]), None)
    wanted = {full_name(container.image) for one in seen.workloads.values() for container in one.containers}
    named = [image for image in mine if wanted & {name for name in image.names if _tag(name) != "latest"}]
    return named[0] if len(named) == 1 else mine[0] if len(mine) == 1 else None


def own_tag(image: Image, repository: str) -> str:
    """Return a tag that refers to this code alone: one that the image has, or the first 12 digits of its digest."""
    full = _repository(full_name(repository))
    tags = [_tag(name) for name in image.names if _repository(name) == full and _tag(name) != "latest"]
    return f"{repository}:{tags[0] if tags else min(image.ids).removeprefix('sha256:')[:12]}"


def _repository(name: str) -> str:
    return name.rpartition(":")[0]


def _tag(name: str) -> str:
    return name.rpartition(":")[2]
