"""A step of the build, which is repeated only when something it is made from has changed."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lab.places import Places
from lab.progress import announce


@dataclass(frozen=True)
class Step:
    """What to make, from which recipe files and earlier steps (`after`), and which files it makes."""

    name: str
    what: str
    make: Callable[[Places], None]
    makes: Callable[[Places], Sequence[Path]]
    recipe: tuple[Path, ...] = ()
    after: tuple[Step, ...] = field(default=())

    def key(self) -> str:
        """Return the SHA-256 of the recipe files and of all steps that this one builds upon."""
        digest = hashlib.sha256(self.name.encode())
        for path in sorted(file for entry in self.recipe for file in _files(entry)):
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
        for step in self.after:
            digest.update(step.key().encode())
        return digest.hexdigest()

    def stamp(self, places: Places) -> Path:
        """Return the file that holds the key of the finished step."""
        return places.stamps / self.name

    def done(self, places: Places) -> bool:
        """Return whether all files exist and were made from the present recipe."""
        stamp = self.stamp(places)
        current = stamp.exists() and stamp.read_text() == self.key()
        return current and all(path.exists() for path in self.makes(places))


def build(places: Places, steps: Sequence[Step]) -> None:
    """Run the steps that are not done, and print the progress and the seconds each took."""
    begun = time.monotonic()
    for number, step in enumerate(steps, 1):
        head = f"[{number}/{len(steps)}] {step.what}"
        if step.done(places):
            announce(f"{head}: already built")
            continue
        announce(f"{head} …")
        # The key is taken before the step runs, so that an edit in the meantime counts as a change.
        key, started = step.key(), time.monotonic()
        step.make(places)
        step.stamp(places).write_text(key)
        announce(f"{head}: {time.monotonic() - started:.0f} s")
    announce(f"The lab is built: {time.monotonic() - begun:.0f} s, in {places.cache}")


def _files(entry: Path) -> list[Path]:
    if entry.is_file():
        return [entry]
    return [path for path in entry.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
