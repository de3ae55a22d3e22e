"""Which files on a host this project knows: its own, in this and earlier versions, and those that the plan installs.

Everything else is the site's own. What is known is replaced or removed as safe; the site's own is not removed, and is
replaced only with `--fix-disruptive`.
"""

import hashlib
import re
from functools import cache
from pathlib import Path

from fixtures.host.system.files import HostFile

KNOWN = Path(__file__).parent / "files" / "known.txt"


def is_known(file: HostFile | None, *written: str) -> bool:
    """Whether the file is known by its digest, or is one of the texts `written`, whatever its figures.

    No file at all is known, too: there is nothing to lose.
    """
    if file is None or digest(file.content) in _digests():
        return True
    return _figureless(file.content) in {_figureless(text) for text in written}


def digest(content: str) -> str:
    """SHA-256 of what a file says: without comments, empty lines and the width of its spaces."""
    return hashlib.sha256(essence(content).encode()).hexdigest()


def essence(content: str) -> str:
    """The lines that count, with single spaces."""
    lines = (" ".join(line.split()) for line in content.splitlines())
    return "".join(f"{line}\n" for line in lines if line and not line.startswith(("#", ";")))


def _figureless(content: str) -> str:
    return re.sub(r"\d+", "0", essence(content))


@cache
def _digests() -> frozenset[str]:
    """Those of the known files."""
    rows = KNOWN.read_text(encoding="utf-8").splitlines()
    return frozenset(row.split()[0] for row in rows if row and not row.startswith("#"))
