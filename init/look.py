"""Reads what look.sh says of a server: one immutable `Found`. Nothing in it is believed beyond what it says of itself."""

import re
from base64 import b64decode
from binascii import Error as NoBase64
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

SCRIPT = Path(__file__).with_name("look.sh")
SOUND = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029\ufffd]*")  # what may stand in a line of a file


class LookError(ValueError):
    """The server's answer is no answer of look.sh, or was cut off; the message says which."""


class Cluster(msgspec.Struct, frozen=True):
    """The cluster: its kind (k3s, rke2, …), the port of its API, how root asks it, and its version or ""."""

    kind: str
    port: int
    kubectl: str
    version: str = ""


class Workload(msgspec.Struct, frozen=True):
    """A Deployment or StatefulSet: its containers' images by their names, the path of a readiness probe, a host port or 0."""

    kind: str
    namespace: str
    name: str
    images: Mapping[str, str]
    path: str = ""
    host_port: int = 0


class Pod(msgspec.Struct, frozen=True):
    """A pod, with its containers' images by their names, and its labels."""

    namespace: str
    name: str
    phase: str
    images: Mapping[str, str]
    labels: Mapping[str, str]


class Service(msgspec.Struct, frozen=True):
    """A service: its ports, each with its port on the node, or 0."""

    namespace: str
    name: str
    ports: Mapping[int, int]


class HostScript(msgspec.Struct, frozen=True):
    """A script, what it saves or watches (postgres, redis, configs, disk), and whether root alone may change it."""

    path: str
    does: frozenset[str]
    roots: bool


class OurFile(msgspec.Struct, frozen=True):
    """A file of an earlier installation: its mode and owner, and its content."""

    mode: str
    text: str


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was seen. `files` are (seconds since 1970, path), `logs` bytes by path, `runs` who starts a path."""

    root: bool
    system: tuple[str, ...]  # ID, ID_LIKE, the whole name, architecture, host name
    systemd: bool = False
    tools: frozenset[str] = frozenset()
    sshd: dict[str, str] = {}
    cluster: Cluster | None = None
    silent: bool = False  # the cluster is there and does not answer
    containers: str = ""  # docker or podman, where there is no cluster
    nodes: tuple[tuple[str, str], ...] = ()  # name, version
    namespaces: tuple[str, ...] = ()
    workloads: tuple[Workload, ...] = ()
    pods: tuple[Pod, ...] = ()
    services: tuple[Service, ...] = ()
    objects: tuple[str, ...] = ()
    files: tuple[tuple[float, str], ...] = ()
    runs: Mapping[str, tuple[str, ...]] = {}
    scripts: tuple[HostScript, ...] = ()
    logs: Mapping[str, int] = {}
    journal: int = 0  # kB
    disks: Mapping[str, str] = {}  # by mount point: "ext4, 34 % full"
    textfiles: tuple[str, ...] = ()
    monitors: tuple[str, ...] = ()
    ports: frozenset[int] = frozenset()
    builds: tuple[str, ...] = ()
    account: str = ""  # its home
    ours: Mapping[str, OurFile] = {}
    fixes: int = 0  # runs of --fix

    @property
    def debian(self) -> bool:
        """Whether the distribution is Debian or one made from it, such as Ubuntu."""
        return "debian" in (self.system[0], *self.system[1].split())


def read_look(text: str) -> Found:
    """Return what the answer says. Rows that cannot be understood are left out. Raises LookError if it is not whole."""
    rows: dict[str, list[list[str]]] = defaultdict(list)
    lines = text.splitlines()
    if lines[-1:] != ["whole"]:
        raise LookError("the answer was cut off" if lines else "the server said nothing")
    for line in lines:
        kind, *fields = line.split("\t")
        if all(SOUND.fullmatch(field) for field in fields):
            rows[kind].append(fields)
    if not rows["root"] or not rows["system"]:
        raise LookError("the server answered something else than was asked")
    return Found(**_of_the_host(rows), **_of_the_cluster(rows), **_of_files(rows))


def _of_the_host(rows: Mapping[str, list[list[str]]]) -> dict[str, Any]:
    return {
        "root": rows["root"][0] == ["0"],
        "system": tuple((*rows["system"][0], "", "", "", "", "")[:5]),
        "systemd": "systemd" in rows and [] in rows["systemd"],
        "tools": frozenset(row[0] for row in rows["tool"] if row),
        "sshd": {row[0].lower(): row[1] for row in rows["sshd"] if len(row) == 2},
        "containers": _first(rows["containers"]),
        "account": _first(rows["account"]),
        "fixes": _number(_first(rows["runs-of-fix"])),
        "ports": frozenset(_number(row[0]) for row in rows["port"] if row),
        "monitors": tuple(dict.fromkeys(row[0] for row in rows["monitor"] if row)),
        "disks": {row[0]: f"{row[1]}, {row[3]} full" for row in rows["disk"] if len(row) == 4},
        "journal": _number(_first(rows["journal"])),
    }


def _of_the_cluster(rows: Mapping[str, list[list[str]]]) -> dict[str, Any]:
    clusters = [Cluster(row[0], _number(row[1]), row[2], row[3]) for row in rows["cluster"] if len(row) == 4]
    return {
        "cluster": clusters[0] if clusters else None,
        "silent": bool(rows["silent"]),
        "nodes": tuple((row[0], row[1]) for row in rows["node"] if len(row) == 3),
        "namespaces": tuple(row[0] for row in rows["namespace"] if row),
        "objects": tuple(row[0] for row in rows["object"] if row),
        "workloads": tuple(_workload(row) for row in rows["workload"] if len(row) == 6),
        "pods": tuple(
            Pod(row[0], row[1], row[2], _pairs(row[3]), _pairs(row[4])) for row in rows["pod"] if len(row) == 5
        ),
        "services": tuple(Service(row[0], row[1], _ports(row[2])) for row in rows["service"] if len(row) == 3),
    }


def _workload(row: list[str]) -> Workload:
    path, port = (field.split()[:1] for field in row[4:])
    return Workload(row[0], row[1], row[2], _pairs(row[3]), "".join(path), _number("".join(port)))


def _of_files(rows: Mapping[str, list[list[str]]]) -> dict[str, Any]:
    started: dict[str, list[str]] = defaultdict(list)
    for row in rows["runs"]:
        if len(row) == 2:
            started[row[1]].append(row[0])
    return {
        "files": tuple((_seconds(row[0]), row[2]) for row in rows["file"] if len(row) == 3),
        "runs": {path: tuple(by) for path, by in started.items()},
        "scripts": tuple(
            HostScript(row[0], frozenset(row[2].split()), _is_roots(row[1])) for row in rows["script"] if len(row) == 3
        ),
        "logs": {row[1]: _number(row[0]) for row in rows["log"] if len(row) == 2},
        "textfiles": tuple(dict.fromkeys(row[0] for row in rows["textfiles"] if row)),
        "builds": tuple(row[0] for row in rows["build"] if row),
        "ours": {row[0]: OurFile(row[1], _decoded(row[2])) for row in rows["ours"] if len(row) == 3},
    }


def _first(rows: list[list[str]]) -> str:
    return rows[0][0] if rows and rows[0] else ""


def _number(written: str) -> int:
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 20 else 0


def _seconds(written: str) -> float:
    return float(_number(written.partition(".")[0]))


def _pairs(written: str) -> dict[str, str]:
    return dict(word.split("=", 1) for word in written.split() if "=" in word)


def _ports(written: str) -> dict[int, int]:
    pairs = (word.partition(":") for word in written.split())
    return {_number(port): _number(node) for port, _, node in pairs if _number(port)}


def _is_roots(written: str) -> bool:
    owner, _, mode = written.partition(" ")
    return owner == "root" and mode[-2:].isdecimal() and not {"2", "3", "6", "7"} & set(mode[-2:])


def _decoded(written: str) -> str:
    try:
        return b64decode(written).decode(errors="backslashreplace")
    except NoBase64:
        return ""


def sizes(logs: Mapping[str, int]) -> Iterable[tuple[str, int]]:
    """Return the logs with their bytes, the largest first."""
    return sorted(logs.items(), key=lambda row: -row[1])
