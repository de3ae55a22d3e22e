"""The folder of the target on this machine: what init writes there, and its journal, by which a later run goes on."""

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import msgspec

from fixtures.target.folder import EXAMPLE, TARGETS
from gate.bounded import read_bounded
from gate.command import UNUSABLE, spoken
from gate.whole import PRIVATE, write_whole
from init.errors import BUSY, InitError

JOURNAL, KEY, HOSTS, KUBECONFIG, TARGET = "init.json", "id_ed25519", "known_hosts", "kubeconfig", "target.toml"
OF_PEOPLE = ("attestations.toml", "maintenance.toml", "waivers.toml", "worklog.csv")  # the example's, without entries
OURS = (KEY, f"{KEY}.pub", KUBECONFIG, HOSTS)  # go with --remove, whatever is in them
CLONE = TARGETS.parent


class Journal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the server was reached, the SHA-256 of each file as it was written, and which steps have ended."""

    host: str
    port: int = 0
    admin: str = ""
    ssh_config: str = ""
    files: Mapping[str, str] = {}
    installed: bool = False  # account, rights and role are on the server, or are being put there


def place_of(name: str) -> Path:
    """Return the folder of a target: below targets/ of the clone, or of the working directory without one."""
    return (TARGETS if (CLONE / "Makefile").exists() else Path(TARGETS.name)) / name


def read_journal(folder: Path) -> Journal | None:
    """Return the journal of the folder, or None if there is none. Raises InitError if it cannot be used."""
    file = folder / JOURNAL
    try:
        return msgspec.json.decode(read_bounded(file), type=Journal)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as error:
        raise InitError(
            f"{file}: is no journal of init ({error}); move the folder away, or finish by hand: {BY_HAND}", UNUSABLE
        ) from error


BY_HAND = spoken("docs/first-audit-by-hand.md")


def write_journal(folder: Path, journal: Journal) -> None:
    """Write the journal into the folder, whole or not at all. Raises OSError."""
    write_whole(folder / JOURNAL, msgspec.json.format(msgspec.json.encode(journal), indent=1) + b"\n", PRIVATE)


def written(folder: Path, journal: Journal, texts: Mapping[str, str]) -> Journal:
    """Write those files that are not there yet, and return the journal with their digests."""
    files = dict(journal.files)
    for name, text in texts.items():
        if not (folder / name).exists():
            write_whole(folder / name, text.encode())
            files[name] = digest(text)
    journal = msgspec.structs.replace(journal, files=files)
    write_journal(folder, journal)
    return journal


def digest(text: str) -> str:
    """Return the SHA-256 of a text in hexadecimal."""
    return sha256(text.encode()).hexdigest()


def templates() -> dict[str, str]:
    """Return the files that people write, as the example has them: with explanations and without entries."""
    return {name: (EXAMPLE / name).read_text(encoding="utf-8") for name in OF_PEOPLE}


def remove_files(folder: Path, journal: Journal) -> list[str]:
    """Remove what init wrote and nobody changed, the keys, and the journal last; return the names of what stays."""
    for name in (*OURS, *(name for name, was in journal.files.items() if _unchanged(folder / name, was))):
        (folder / name).unlink(missing_ok=True)
    left = sorted(path.name for path in folder.iterdir() if path.name != JOURNAL)
    (folder / JOURNAL).unlink(missing_ok=True)
    if not left:
        folder.rmdir()
    return left


def _unchanged(file: Path, was: str) -> bool:
    try:
        return sha256(read_bounded(file)).hexdigest() == was
    except OSError:
        return False


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the folder for this run. Raises InitError if another run of init has it."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise InitError(f"another init of {folder.name} is under way; wait for its end", BUSY) from error
    else:
        yield
    finally:
        os.close(handle)
