"""The folders and files of the lab, all in one cache folder outside the repository."""

from __future__ import annotations

import os
import zlib
from dataclasses import dataclass
from pathlib import Path

RECIPES = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Places:
    """The folders below the cache; `made()` creates them."""

    cache: Path

    @property
    def realm(self) -> str:
        """A suffix that distinguishes the labs of another cache on this machine; "" for the usual cache."""
        return "" if self.cache == _usual() else f"{zlib.crc32(str(self.cache).encode()):08x}"

    @property
    def work(self) -> Path:
        """The folder of the build's intermediate files."""
        return self.cache / "work"

    @property
    def stamps(self) -> Path:
        """The folder with one file per finished build step: the key of what it was made from."""
        return self.cache / "stamps"

    @property
    def run(self) -> Path:
        """The folder with one folder per lab."""
        return self.cache / "run"

    @property
    def store_file(self) -> Path:
        """The sparse XFS file system that holds the disk images; XFS copies them at once by reflink."""
        return self.cache / "store.xfs"

    @property
    def store(self) -> Path:
        """Where the store is mounted, in our private mount namespace only."""
        return self.cache / "mnt" / "store"

    @property
    def key(self) -> Path:
        """The SSH key of user twister, made once per cache."""
        return self.cache / "id_ed25519"

    def snapshot(self, name: str) -> Path:
        """Return the disk image of a server that was prepared and shut down under that name."""
        return self.store / f"{name}.img"

    def root(self, name: str) -> Path:
        """Return where that server's disk is mounted, in our private mount namespace only.

        Each server has its own folder, since systemd-nspawn locks it by its path.
        """
        return self.cache / "mnt" / f"root-{name}"

    def second(self, name: str) -> Path:
        """Return where that server's second disk is mounted, in our private mount namespace only."""
        return self.cache / "mnt" / f"second-{name}"

    def second_disk(self, name: str) -> Path:
        """Return the image of that running lab's second disk."""
        return self.store / f"run-{name}-second.img"

    def disk(self, name: str) -> Path:
        """Return the image of that running lab's disk."""
        return self.store / f"run-{name}.img"

    def made(self) -> Places:
        """Create the folders and return self."""
        for folder in (self.work, self.stamps, self.run, self.store):
            folder.mkdir(parents=True, exist_ok=True)
        return self


def places() -> Places:
    """Return the cache that this user's labs share: PHASE0_LAB_CACHE, or a folder in the XDG cache folder."""
    named = os.environ.get("PHASE0_LAB_CACHE")
    return Places(Path(named).resolve() if named else _usual())


def _usual() -> Path:
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return (base / "phase0-gate" / "lab").resolve()
