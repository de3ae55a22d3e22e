"""Finds where backups lie and what makes them, from the names and dates of files."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import PurePosixPath

import msgspec

from fixtures.target.chapters import BackupSettings
from init.guess.setting import Section, Setting, listed, missing
from init.look import Found

STAMP = re.compile(r"\d{4,}(?:[_.T:-]?\d{2,})*Z?|\d{1,2}(?:[_-]\d{2})+")  # a date or a time in a name
KINDS = {
    "postgres": re.compile(r"\.(sql|dump|pgdump)(\.(gz|xz|zst|bz2|lz4))?$"),
    "redis": re.compile(r"\.rdb(\.(gz|xz|zst|bz2|lz4))?$"),
    "configs": re.compile(r"(k8s|k3s|etcd|manifest|cluster)[^/]*$", re.I),
}
SAVED = re.compile(r"backup|dump|sauve|archive|snapshot|offhost", re.I)
PLAIN = re.compile(r"/[A-Za-z0-9._/@%+=:,~-]+")  # what a pattern of the shell takes as it is
LIVE = "/dump.rdb"  # the name that Redis itself gives to what it keeps
DEFAULT = BackupSettings()
DISTRIBUTIONS = re.compile(
    r"/(usr/)?(lib|libexec|bin|sbin|share)/"
)  # where packages of the distribution put their scripts


class Series(msgspec.Struct, frozen=True):
    """Files of one kind whose paths differ in dates alone: `pattern` has a star for each of these."""

    pattern: str
    count: int
    newest: float

    @property
    def folder(self) -> PurePosixPath:
        """The folder above the first star, or that of the files."""
        fixed = self.pattern.partition("*")[0]
        return PurePosixPath(fixed.rpartition("/")[0] or "/")


def backups(found: Found) -> Section:
    """Return [backups]: a folder, the patterns in it, and the scripts that write there."""
    series = {kind: best(list_series(found, kind)) for kind in KINDS}
    seen = {kind: one for kind, one in series.items() if one is not None}
    folder = common_folder([one.folder for one in seen.values()])
    patterns = (_pattern(kind, one, folder) for kind, one in series.items())
    return Section("backups", (_directory(folder, seen), *patterns, *_offhost(found, seen, folder), _scripts(found)))


def list_series(found: Found, kind: str) -> list[Series]:
    """Return the series of one kind; what a live database keeps is none: only names that tell of saving count.

    What lies in a folder that is a backup itself is part of it.
    """
    groups: dict[str, list[float]] = defaultdict(list)
    for at, path in found.files:
        if KINDS[kind].search(path) and SAVED.search(path.removesuffix(LIVE)) and PLAIN.fullmatch(path):
            groups[starred(path)].append(at)
    whole = [pattern for pattern in groups if not any(pattern.startswith(f"{other}/") for other in groups)]
    return [Series(pattern, len(groups[pattern]), max(groups[pattern])) for pattern in whole]


def starred(path: str) -> str:
    """Return the path with a star in place of each date: /backup/pg_20260204_0300.sql.gz is /backup/pg_*.sql.gz."""
    return "/".join(STAMP.sub("*", part) for part in path.split("/"))


def best(series: list[Series]) -> Series | None:
    """Return the series with the most files; of several the one with the newest, since it is still written."""
    return max(series, key=lambda one: (one.count > 1, one.newest, one.pattern), default=None)


def common_folder(folders: list[PurePosixPath]) -> PurePosixPath | None:
    """Return the folder that holds all of them, but not / or one right below it with everything else; None without any."""
    if not folders:
        return None
    shared = folders[0]
    while not all(folder.is_relative_to(shared) for folder in folders):
        shared = shared.parent
    return shared if len(shared.parts) > 2 or shared == folders[0] else folders[0]


def _directory(folder: PurePosixPath | None, seen: Mapping[str, Series]) -> Setting:
    if folder is None:
        return missing("directory", DEFAULT.directory, "no file whose name or folder tells of a backup")
    files = sum(one.count for one in seen.values() if one.folder.is_relative_to(folder))
    newest = datetime.fromtimestamp(max(one.newest for one in seen.values()), UTC)
    return Setting("directory", str(folder), f"Seen: {files} files, the newest of {newest:%Y-%m-%d %H:%M} UTC")


def _pattern(kind: str, one: Series | None, folder: PurePosixPath | None) -> Setting:
    default = getattr(DEFAULT, kind)
    if one is None or folder is None:
        return missing(kind, default, f"no file that looks like a backup of {WHAT[kind]}")
    if not one.folder.is_relative_to(folder):
        return missing(kind, default, f"in that folder; {one.count} files {one.pattern} are elsewhere")
    newest = datetime.fromtimestamp(one.newest, UTC)
    return Setting(
        kind,
        one.pattern[len(str(folder)) :].lstrip("/"),
        f"Seen: {one.count}, the newest of {newest:%Y-%m-%d %H:%M} UTC",
    )


WHAT = {"postgres": "PostgreSQL", "redis": "Redis", "configs": "the cluster"}


def _offhost(found: Found, seen: Mapping[str, Series], folder: PurePosixPath | None) -> Iterator[Setting]:
    """Yield the folder on another disk with files of the same names, if there is one."""
    names = {one.pattern.rpartition("/")[2] for one in seen.values()}
    places = []
    for kind in seen:
        for one in list_series(found, kind):
            mount = _mount(one.pattern, found.disks)
            if (
                folder is not None
                and one.pattern.rpartition("/")[2] in names
                and mount != _mount(str(folder), found.disks)
            ):
                tail = seen[kind].pattern[len(str(folder)) :]
                places.append((one.pattern.removesuffix(tail), mount))
    if places:
        place, mount = places[0]
        yield Setting("offhost", place, f"Seen: files of the same names on another disk ({mount})")
    else:
        yield missing("offhost", DEFAULT.offhost, "no files of the same names on another disk")


def _mount(path: str, disks: Mapping[str, str]) -> str:
    """Return the mount point that a path is on."""
    above = [mount for mount in disks if PurePosixPath(path).is_relative_to(mount)]
    return max(above, key=len, default="/")


def _scripts(found: Found) -> Setting:
    """Return the scripts of root's that save something and are no part of a package; those on a schedule first."""
    saving = [
        one
        for one in found.scripts
        if one.roots and one.does & {*KINDS} and SAVED.search(one.path) and not DISTRIBUTIONS.match(one.path)
    ]
    saving.sort(key=lambda one: (one.path not in found.runs, one.path))
    if not saving:
        return missing("scripts", DEFAULT.scripts, "no script of root’s whose name and content tell of a backup")
    started = [f"{one.path} ({listed(list(found.runs[one.path]), 2)})" for one in saving if one.path in found.runs]
    idle = [one.path for one in saving if one.path not in found.runs]
    notes = [f"Seen, on a schedule: {listed(started, 4)}"] if started else []
    notes += [f"Seen, on no schedule: {listed(idle, 4)}"] if idle else []
    return Setting("scripts", tuple(one.path for one in saving[:20]), "; ".join(notes))
