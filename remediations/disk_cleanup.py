"""Frees disk space: build folders that the target names, docker's build cache, unnamed images, old rotated logs, old journals.

Disruptive, needs root: deleted files cannot be restored. Their names are listed in the run's folder first, and the
journal is exported before it is shortened. It never deletes an image that is named, pinned or in use, and no image
while a Deployment is scaled to zero, because it may be the only copy. Whatever it cannot decide, it leaves alone and
reports.
"""

import math
from collections.abc import Iterator
from pathlib import Path
from shlex import quote

from fixtures.cluster.deployments import Deployments
from fixtures.host.disk.cleanup_files import CleanupFiles
from fixtures.host.disk.waste import UnusedImage, Waste
from gate.bound import Bounds
from remediations.transaction.messages import sentences
from remediations.transaction.remedy import remedy
from remediations.transaction.risk import Risk
from remediations.transaction.step import Note, RunCommand, Yielded

message = sentences(__name__)
FILES = Path(__file__).parent / "files" / "disk_cleanup"
EMPTY, LOGS, IMAGES, JOURNAL = (
    (FILES / f"{name}.sh").read_text(encoding="utf-8") for name in ("empty", "logs", "images", "journal")
)
GUARDED = (
    "/",
    "/etc",
    "/usr",
    "/home",
    "/root",
    "/boot",
    "/bin",
    "/lib",
    "/sbin",
    "/opt",
    "/srv",
    "/var",
    "/var/lib",
    "/var/log",
    "/var/lib/docker",
    "/var/lib/rancher",
    "/var/lib/kubelet",
    "/var/backups",
    "/var/lib/containerd",
)
DAYS = 14  # days of the journal that are kept at least
WORTH = 200 * 1000**2  # bytes; less is not worth a deletion
MINUTES = 30


@remedy("DSK")
def disk_cleanup(
    cleanup_files: CleanupFiles, waste: Waste, deployments: Deployments, bounds: Bounds
) -> Iterator[Yielded]:
    """Yield the deletions: build folders and the build cache, then images, then logs and the journal."""
    yield from _builds(cleanup_files)
    yield from _images(waste, deployments)
    yield from _logs(cleanup_files, max(DAYS, math.ceil(2 * bounds["LOG-09"].figure)))


def _builds(seen: CleanupFiles) -> Iterator[Yielded]:
    for folder in seen.folders:
        if folder.path in GUARDED or any(guarded.startswith(f"{folder.path}/") for guarded in GUARDED):
            yield Note(message("guarded", path=folder.path))
        elif folder.held:
            yield Note(message("held", path=folder.path))
        elif folder.size > WORTH:
            yield RunCommand(
                command=f"set -- {quote(folder.path)}\n{EMPTY}",
                risk=Risk.DISRUPTIVE,
                seconds=60 * MINUTES,
                shown=f"sh empty.sh {quote(folder.path)}    # remediations/files/disk_cleanup/empty.sh",
                sentence=message("builds", path=folder.path, size=folder.size),
            )
    if seen.cache > WORTH:
        yield RunCommand(
            command="docker builder prune --force --filter until=168h",
            risk=Risk.DISRUPTIVE,
            seconds=60 * MINUTES,
            sentence=message("cache", size=seen.cache),
        )


def _images(waste: Waste, deployments: Deployments) -> Iterator[Yielded]:
    """Of K3s' runtime, by their digests: an image without a name can be asked for by nobody.

    The command looks at each again, by all of its identities, right before it goes.
    """
    unnamed = [image for image in waste.images if not (image.used or any(map(_name, image.names)))]
    named = [image for image in waste.images if not image.used and image not in unnamed]
    idle = [f"{row.namespace}/{row.name}" for row in deployments if row.wanted == 0]
    if named:
        yield Note(message("named", count=len(named), size=sum(image.size for image in named)))
    if unnamed and idle:
        yield Note(message("idle", names=idle))
    elif sum(image.size for image in unnamed) > WORTH:
        names = " ".join(quote(name) for image in unnamed for name in image.names)
        yield RunCommand(
            command=f"set -- {names}\n{IMAGES}",
            risk=Risk.DISRUPTIVE,
            seconds=60 * MINUTES,
            shown=f"sh images.sh {names}    # remediations/files/disk_cleanup/images.sh",
            sentence=message("images", count=len(unnamed), size=sum(map(_size, unnamed))),
        )


def _logs(seen: CleanupFiles, days: int) -> Iterator[Yielded]:
    """Yield the deletion of rotated logs, and of journal entries older than `days`."""
    size = sum(size for _, size in seen.old)
    if size > WORTH:
        names = " ".join(quote(path) for path, _ in seen.old)
        yield RunCommand(
            command=f"set -- {names}\n{LOGS}",
            risk=Risk.DISRUPTIVE,
            shown=f"sh logs.sh {seen.old[0][0]} …    # remediations/files/disk_cleanup/logs.sh",
            sentence=message("logs", count=len(seen.old), size=size),
        )
    if seen.reach > days * 86400 and seen.journal > WORTH:
        yield RunCommand(
            command=f"days={days}\n{JOURNAL}",
            risk=Risk.DISRUPTIVE,
            seconds=60 * MINUTES,
            shown="sh journal.sh    # remediations/files/disk_cleanup/journal.sh",
            sentence=message("journal", days=days, size=seen.journal),
        )


def _name(name: str) -> bool:
    """Return whether `name` is more than a digest."""
    return not name.startswith("sha256:")


def _size(image: UnusedImage) -> int:
    return image.size
