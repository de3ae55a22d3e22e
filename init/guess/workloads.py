"""Finds the plan's workloads in a cluster: the MCP service, PostgreSQL and Redis."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from fixtures.target.chapters import McpSettings, PostgresSettings, RedisSettings
from init.guess.setting import Section, Setting, listed, missing
from init.look import Found, Pod, Service, Workload

POSTGRES = re.compile(r"postgres|postgis|timescale|pgvector|spilo|(^|[/_-])pg(sql)?([:_-]|$)", re.I)
REDIS = re.compile(r"redis|valkey|keydb", re.I)
BESIDE = re.compile(
    r"exporter|operator|admin|bouncer|backup|insight|commander|sentinel|metrics", re.I
)  # work with one, are none
LABELS = ("app", "app.kubernetes.io/name", "k8s-app", "name", "component", "app.kubernetes.io/instance")
MCP, POSTGRES_DEFAULT, REDIS_DEFAULT = McpSettings(), PostgresSettings(), RedisSettings()


def mcp(found: Found, address: str) -> Section:
    """Return [mcp]: the deployment that is named like the plan's, its service, its port on the node, and its image.

    The plan's namespaces stay even where nothing runs in them: leaving them out would hide what is missing.
    """
    like = [one for one in found.workloads if one.kind == "Deployment" and "mcp" in one.name.lower()]
    exact = [one for one in like if one.name == MCP.deployment]
    if not like:
        why = "no Deployment has “mcp” in its name"
        return Section("mcp", (missing("deployment", MCP.deployment, why), missing("service", MCP.service, why)))
    name = exact[0].name if exact else Counter(one.name for one in like).most_common(1)[0][0]
    ours = [one for one in like if one.name == name]
    services = [one for one in found.services if one.name == name] or [
        one for one in found.services if "mcp" in one.name.lower()
    ]
    return Section(
        "mcp", (*_deployment(name, ours), *_service(services), *_probe(ours, services, address), *_image(ours))
    )


def _deployment(name: str, ours: list[Workload]) -> Iterator[Setting]:
    places = sorted({one.namespace for one in ours})
    yield Setting("deployment", name, f"Seen: Deployment {name} in {listed(places, 5)}")
    others = [place for place in places if place not in MCP.namespaces]
    absent = [place for place in MCP.namespaces if place not in places]
    if set(places) & set(MCP.namespaces) or name == MCP.deployment:
        note = f"The plan’s; nothing of it runs in {listed(absent)}" if absent else "Seen: it runs in each of them"
        yield Setting("namespaces", (*MCP.namespaces, *others), note)
    else:
        yield Setting("namespaces", tuple(places), f"Seen: where it runs; the plan has {', '.join(MCP.namespaces)}")


def _service(services: list[Service]) -> Iterator[Setting]:
    if not services or not services[0].ports:
        yield missing("service", MCP.service, "no Service has its name, or “mcp” in its own")
        return
    first = services[0]
    where = listed([f"{one.namespace}/{one.name}" for one in services])
    yield Setting("service", first.name, f"Seen: Service {where}")
    yield Setting("port", next(iter(first.ports)), f"Seen: port of {first.namespace}/{first.name}")


def _probe(ours: list[Workload], services: list[Service], address: str) -> Iterator[Setting]:
    path = next((one.path for one in ours if one.path.startswith("/")), "")
    if path:
        yield Setting("path", path, "Seen: its readiness probe asks for it")
    else:
        yield missing("path", MCP.path, "it has no readiness probe over HTTP")
    nodes = [(f"{one.namespace}/{one.name}", node) for one in services for node in one.ports.values() if node]
    nodes += [(f"{one.namespace}/{one.name}", one.host_port) for one in ours if one.host_port]
    host = f"[{address}]" if ":" in address else address
    if nodes:
        holder, node = nodes[0]
        seen = f"Seen: {holder} has port {node} of the node"
        yield Setting("node_port_url", f"http://{host}:{node}{path or MCP.path}", seen)
    else:
        yield missing(
            "node_port_url", f"http://{host}:30080{path or MCP.path}", "none of its Services has a port of the node"
        )


def _image(ours: list[Workload]) -> Iterator[Setting]:
    images = [image for one in ours for image in one.images.values()]
    likely = [image for image in images if "mcp" in image.lower()] or images
    if likely:
        yield Setting("image", repository(likely[0]), f"Seen: {listed(sorted(set(likely)))}")


def repository(image: str) -> str:
    """Return the path of an image in its registry: without the registry, the tag and the digest."""
    path = image.partition("@")[0]
    first, slash, rest = path.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        path = rest
    return path.rpartition(":")[0] if ":" in path.rpartition("/")[2] else path


def postgres(found: Found) -> Section:
    """Return [postgres]: the pod whose image is one of PostgreSQL; a running one, of a StatefulSet, if there are several."""
    pods = sorted(_running(found.pods, POSTGRES), key=lambda row: (not row[0].name.endswith("-0"), row[0].name))
    if not pods:
        why = "no running pod is named like PostgreSQL, nor its container or image"
        default = POSTGRES_DEFAULT
        rows = (("namespace", default.namespace), ("pod", default.pod), ("container", default.container))
        return Section("postgres", tuple(missing(key, value, why) for key, value in rows))
    pod, container = pods[0]
    note = f"Seen: {pod.images[container]}" + _beside(pods)
    rows = (("namespace", pod.namespace), ("pod", pod.name), ("container", container))
    return Section("postgres", tuple(Setting(key, value, note) for key, value in rows))


def redis(found: Found) -> Section:
    """Return [redis]: the label that selects the pods whose image is one of Redis, and nothing else."""
    pods = _running(found.pods, REDIS)
    chosen = next(((pod, container, label) for pod, container in pods if (label := selector(pod, found.pods))), None)
    if chosen is None:
        why = (
            "a pod of Redis has no label of its own"
            if pods
            else "no running pod is named like Redis, nor its container or image"
        )
        default = REDIS_DEFAULT
        rows = (("namespace", default.namespace), ("selector", default.selector), ("container", default.container))
        return Section("redis", tuple(missing(key, value, why) for key, value in rows))
    pod, container, label = chosen
    note = f"Seen: {pod.name} runs {pod.images[container]}" + _beside(pods)
    rows = (("namespace", pod.namespace), ("selector", label), ("container", container))
    return Section("redis", tuple(Setting(key, value, note) for key, value in rows))


def selector(pod: Pod, pods: Iterable[Pod]) -> str:
    """Return a label that this pod has, and no pod with other images in its namespace; "" if there is none."""
    others = [one for one in pods if one.namespace == pod.namespace and one.images != pod.images]
    for label in LABELS:
        value = pod.labels.get(label)
        if value and not any(one.labels.get(label) == value for one in others):
            return f"{label}={value}"
    return ""


def _running(pods: Iterable[Pod], named: re.Pattern[str]) -> list[tuple[Pod, str]]:
    """Return the running pods that hold the program, each with the container that runs it."""
    found = ((pod, _container(pod, named)) for pod in pods if pod.phase == "Running" and not BESIDE.search(pod.name))
    return [(pod, container) for pod, container in found if container]


def _container(pod: Pod, named: re.Pattern[str]) -> str:
    """Return the container whose image or name tells of the program; the only one of a pod whose own name does; or ""."""
    likely = [name for name, image in pod.images.items() if not BESIDE.search(f"{name} {repository(image)}")]
    told = [name for name in likely if named.search(repository(pod.images[name])) or named.search(name)]
    return (told or [name for name in likely if len(pod.images) == 1 and named.search(pod.name)] or [""])[0]


def _beside(pods: list[tuple[Pod, str]]) -> str:
    others = [f"{pod.namespace}/{pod.name}" for pod, _ in pods[1:]]
    return f"; there are also {listed(others)}" if others else ""
