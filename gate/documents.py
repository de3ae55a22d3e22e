"""The document an attestation rests on: a regular file of the target's folder, bound by its SHA-256."""

import hashlib
import os
import stat
from pathlib import Path

LARGEST = 64_000_000  # bytes


class DocumentError(ValueError):
    """The document proves nothing; `code` is one of reports/locale [void]."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def document_void(folder: Path, document: str, sha256: str) -> str:
    """Why a document does not count: a code of reports/locale [void], or nothing."""
    try:
        found = hashlib.sha256(read_document(folder, folder / document)).hexdigest()
    except DocumentError as error:
        return error.code
    return "" if found == sha256.lower() else "document-changed"


def read_document(folder: Path, file: Path) -> bytes:
    """Its bytes. DocumentError where it cannot be read, lies outside `folder` (also by a link), is empty or too large."""
    try:
        place = file.resolve(strict=True)
        inside = place.is_relative_to(folder.resolve(strict=True))
        data = _bytes(place) if inside else b""
    except (OSError, RuntimeError, ValueError) as error:  # a circle of links, a name with a zero byte
        raise DocumentError("document-missing") from error
    if not inside:
        raise DocumentError("document-outside")
    if not 0 < len(data) <= LARGEST:
        raise DocumentError("document-unfit")
    return data


def _bytes(place: Path) -> bytes:
    """At most one byte more than a document may have; none of what is no regular file, whose reading may not end."""
    if not stat.S_ISREG(place.lstat().st_mode):
        return b""
    handle = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)  # it may be another by now
    with os.fdopen(handle, "rb") as opened:
        return opened.read(LARGEST + 1) if stat.S_ISREG(os.fstat(handle).st_mode) else b""
