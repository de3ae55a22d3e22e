"""Where the lab keeps things: everything lives in one cache folder outside the repository."""

from __future__ import annotations

import os
import zlib
from dataclasses import dataclass
from pathlib import Path

RECIPES = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Places:
    """The folders below the cache; they exist only after `made()`."""

    cache: Path

    @property
    def realm(self) -> str:
        """What keeps the labs of another cache on this machine apart from those of the usual one."""
        return "" if self.cache == _usual() else f"{zlib.crc32(str(self.cache).encode()):08x}"

    @property
    def work(self) -> Path:
        """Intermediate products of the build, each resumable."""
        return self.cache / "work"

    @property
    def stamps(self) -> Path:
        """One file per finished build step: the hash of what it was made from."""
        return self.cache / "stamps"

    @property
    def run(self) -> Path:
        """One folder per lab that is up."""
        return self.cache / "run"

    @property
    def store_file(self) -> Path:
        """The sparse XFS file system that holds the disk images (reflink copies are instant)."""
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
        """The settled, orderly stopped disk image called `name`."""
        return self.store / f"{name}.img"

    def root(self, name: str) -> Path:
        """Where that server's disk is mounted, in our private mount namespace only.

        One folder per server: systemd-nspawn locks it by its path.
        """
        return self.cache / "mnt" / f"root-{name}"

    def second(self, name: str) -> Path:
        """Where that server's second disk is mounted, like its root; its image lies beside the first."""
        return self.cache / "mnt" / f"second-{name}"

    def second_disk(self, name: str) -> Path:
        """The second disk of the running lab called `name`."""
        return self.store / f"run-{name}-second.img"

    def disk(self, name: str) -> Path:
        """The disk of the running lab called `name`."""
        return self.store / f"run-{name}.img"

    def made(self) -> Places:
        """Create the folders and return self."""
        for folder in (self.work, self.stamps, self.run, self.store):
            folder.mkdir(parents=True, exist_ok=True)
        return self


def places() -> Places:
    """The cache this user's labs share: PHASE0_LAB_CACHE, or the XDG cache folder."""
    named = os.environ.get("PHASE0_LAB_CACHE")
    return Places(Path(named).resolve() if named else _usual())


def _usual() -> Path:
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return (base / "phase0-gate" / "lab").resolve()
