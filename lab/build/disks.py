"""The steps that make disks: the bare server, the same after its first boot, and one per scenario."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from lab.build.parts import BINARY, IMAGE, IMAGES, KEY, SERVER
from lab.build.step import Step
from lab.commands import run
from lab.errors import LabError
from lab.machine.power import power_off
from lab.machine.server import folder
from lab.machine.session import LabServer, discard, start
from lab.places import Places
from lab.private import mount_disk, unmount_disk

_BUILDER = "build"
_PODS = 5


def _bare(places: Places) -> None:
    disk, root = places.disk(_BUILDER), places.root(_BUILDER)
    discard(places, _BUILDER)
    run("truncate", "--size=20G", disk)
    run("mkfs.ext4", "-q", "-F", "-m", "5", "-L", "edgeserver", "-E", "lazy_itable_init=1,nodiscard", disk)
    mount_disk(places, _BUILDER)
    try:
        run("tar", "--numeric-owner", "--xattrs", "-xf", places.work / "server.tar", "-C", root)
        key = places.key.with_suffix(".pub")
        run(IMAGE / "assemble.sh", root, IMAGE / "root", key, places.work / "hyper")
        _stock(places, root / "var" / "lib" / "lab")
    finally:
        unmount_disk(places, _BUILDER)
    disk.rename(places.snapshot("bare"))


def _stock(places: Places, shelf: Path) -> None:
    shutil.copytree(places.work / "images", shelf / "images")
    shutil.copytree(IMAGE / "manifests", shelf / "manifests")
    shutil.copy(IMAGE / "seed.sql", shelf / "seed.sql")


def _settle(session: LabServer) -> None:
    session.guest.root((IMAGE / "settle.sh").read_text())
    session.wait_for_pods(_PODS)


def snapshot(places: Places, source: str, name: str, change: Callable[[LabServer], None]) -> None:
    """Boot the snapshot `source`, change it, shut it down and store the disk as the snapshot `name`.

    Raises LabError if the server does not power off.
    """
    discard(places, _BUILDER)
    try:
        session = start(places, _BUILDER, name, places.snapshot(source))
        change(session)
        session.guest.root((IMAGE / "rest.sh").read_text())
        if not power_off(places, session.server):
            raise LabError(f"The server did not power off; see {folder(places, _BUILDER)}/console.log")
        unmount_disk(places, _BUILDER)
        places.disk(_BUILDER).rename(places.snapshot(name))
    finally:
        discard(places, _BUILDER)
        shutil.rmtree(folder(places, _BUILDER), ignore_errors=True)


BARE = Step(
    "bare",
    "Disk of the server (20 GB, sparse)",
    _bare,
    lambda p: [p.snapshot("bare")],
    recipe=(IMAGE / "root", IMAGE / "assemble.sh", IMAGE / "manifests", IMAGE / "seed.sql"),
    after=(KEY, BINARY, SERVER, IMAGES),
)
SETTLED = Step(
    "settled",
    "First boot: images, pods, databases",
    lambda p: snapshot(p, "bare", "settled", _settle),
    lambda p: [p.snapshot("settled")],
    recipe=(IMAGE / "settle.sh", IMAGE / "rest.sh"),
    after=(BARE,),
)
