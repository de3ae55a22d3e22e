"""What crosses the network: a task is the name of a server, and its result is what the audit found with its reports."""

import os
import zlib
from collections.abc import Mapping
from pathlib import Path

import msgspec

from fleet.dask.identity import Identity
from fleet.rows import Heard
from gate.acting import make_folders
from gate.bounded import read_bounded
from gate.whole import write_whole

MOST_REPORT, MOST_REPORTS = 16_000_000, 64_000_000  # bytes of a report, and of all reports of one audit
REPORTS = (
    "run.json",
    "verdict.html",
    "detail.html",
    "evidence.html",
    "summary.md",
    "junit.xml",
    "audit.prom",
    "printed.txt",
)
GUIDE = "INFRASTRUCTURE_AUDIT_"


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """The audit of one server, by its name in the inventory that the worker has as well: no key, and no setting.

    `digest` is that of the server in the inventory of whoever asks, `drills` says that they are not left out, and `seconds`
    is the deadline.
    """

    server: str
    digest: str
    identity: Identity
    language: str = "en"
    drills: bool = False
    seconds: float = 1800


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """The result of a task: what the audit found and its reports, compressed; or why the worker refused it."""

    worker: str
    heard: Heard | None = None
    reports: Mapping[str, bytes] = {}
    refused: str = ""


def packed(folder: Path) -> dict[str, bytes]:
    """Return the reports of an audit, compressed. What is no regular file of a bounded size is left out."""
    found: dict[str, bytes] = {}
    names = [*REPORTS, *sorted(file.name for file in folder.glob(f"{GUIDE}*.md"))]
    for name in names:
        try:
            found[name] = zlib.compress(read_bounded(folder / name, MOST_REPORT), 1)
        except OSError:
            continue
    return found


def unpack(reports: Mapping[str, bytes], folder: Path) -> None:
    """Write the reports that an audit leaves, and nothing else. Raises ValueError if they are larger than reports are."""
    left = MOST_REPORTS
    make_folders(folder)
    for name, data in reports.items():
        if name not in REPORTS and not (name.startswith(GUIDE) and name.endswith(".md") and os.sep not in name):
            raise ValueError(f"{name!a}: is no report of an audit")
        whole = _expanded(name, data, min(left, MOST_REPORT))
        left -= len(whole)
        write_whole(folder / name, whole)


def _expanded(name: str, data: bytes, most: int) -> bytes:
    found = zlib.decompressobj()
    try:
        whole = found.decompress(data, most + 1)
    except zlib.error as error:
        raise ValueError(f"{name}: {error}") from error
    if len(whole) > most:
        raise ValueError(f"{name}: larger than a report is")
    return whole
