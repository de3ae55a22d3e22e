"""The steps that make the parts: the Kubernetes binary, the Debian trees, the container images."""

from __future__ import annotations

import tarfile
from datetime import UTC, datetime

from lab.build.archive import busybox_layer, wrap
from lab.build.mirror import debian_mirror, source_line
from lab.build.record import write_record
from lab.build.step import Step
from lab.commands import run
from lab.errors import LabError
from lab.places import RECIPES, Places

IMAGE = RECIPES / "image"
_PAUSE = "trap 'exit 0' TERM; while :; do sleep 3600 & wait $!; done"
_HEALTH = '{"status":"ok","service":"mcp-unified","version":"v1"}\n'


def _make_key(places: Places) -> None:
    places.key.unlink(missing_ok=True)
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "phase0-lab", "-f", places.key)


def _fetch(places: Places) -> None:
    sources = places.work / "sources.list"
    sources.write_text(source_line(debian_mirror()))
    run(IMAGE / "fetch-kubernetes.sh", places.work, sources, IMAGE / "patches", places.work / "kubernetes")


def _compile(places: Places) -> None:
    main = IMAGE / "hyper" / "main.go"
    run(IMAGE / "build-kubernetes.sh", places.work / "kubernetes", main, places.work, places.work / "hyper")


def _debian_server(places: Places) -> None:
    run(IMAGE / "debian.sh", places.work / "server.tar", debian_mirror(), IMAGE / "server.packages")


def _debian_database(places: Places) -> None:
    folder = IMAGE / "database"
    out = places.work / "database.tar"
    run(IMAGE / "debian.sh", out, debian_mirror(), folder / "packages", folder / "prepare.sh")


def _images(places: Places) -> None:
    folder = places.work / "images"
    folder.mkdir(exist_ok=True)
    layer, started = folder / "layer.tmp", datetime.now(UTC)
    busybox_layer(_busybox(places), {"www/health": _HEALTH}, layer)
    lab = {"org.opencontainers.image.title": "lab image, built offline"}
    wrap("lab/pause:1", layer, folder / "pause.tar", ["sh", "-c", _PAUSE], lab)
    serve = ["busybox", "httpd", "-f", "-p", "8080", "-h", "/www"]
    revision = {**lab, "org.opencontainers.image.revision": "v1"}
    name = "docker.io/twisterlab/mcp-unified:v1"
    write_record(
        folder / "mcp-unified.json", name, wrap(name, layer, folder / "mcp-unified.tar", serve, revision), started
    )
    wrap("docker.io/twisterlab/database:v1", places.work / "database.tar", folder / "database.tar", ["bash"], lab)
    layer.unlink()


def _busybox(places: Places) -> bytes:
    with tarfile.open(places.work / "server.tar") as tree:
        file = tree.extractfile("./usr/bin/busybox")
        if file is None:
            raise LabError("The server's Debian tree holds no busybox.")
        return file.read()


KEY = Step("key", "SSH key of user twister", _make_key, lambda p: [p.key])
SOURCE = Step(
    "source",
    "Kubernetes source package (34 MB)",
    _fetch,
    lambda p: [p.work / "kubernetes"],
    recipe=(IMAGE / "fetch-kubernetes.sh", IMAGE / "patches"),
)
BINARY = Step(
    "binary",
    "Kubernetes 1.20.2, compiled (about 5 min on two cores)",
    _compile,
    lambda p: [p.work / "hyper"],
    recipe=(IMAGE / "build-kubernetes.sh", IMAGE / "hyper"),
    after=(SOURCE,),
)
SERVER = Step(
    "server",
    "Debian tree of the server",
    _debian_server,
    lambda p: [p.work / "server.tar"],
    recipe=(IMAGE / "debian.sh", IMAGE / "server.packages"),
)
DATABASE = Step(
    "database",
    "Debian tree of the database image",
    _debian_database,
    lambda p: [p.work / "database.tar"],
    recipe=(IMAGE / "debian.sh", IMAGE / "database"),
)
IMAGES = Step(
    "images",
    "Container images",
    _images,
    lambda p: [
        p.work / "images" / name for name in ("pause.tar", "mcp-unified.tar", "mcp-unified.json", "database.tar")
    ],
    recipe=tuple(RECIPES / "build" / name for name in ("archive.py", "parts.py", "record.py")),
    after=(SERVER, DATABASE),
)
