"""Reads and checks the document of an attestation: a regular file in the target folder, identified by its SHA-256."""

import hashlib
import os
import stat
from pathlib import Path

LARGEST = 64_000_000  # bytes


class DocumentError(ValueError):
    """The document cannot be accepted. `code` is a key of the table [void] in reports/locale."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def document_void(folder: Path, document: str, sha256: str) -> str:
    """Return why a document is not accepted, as a key of [void] in reports/locale, or "" if it is."""
    try:
        found = hashlib.sha256(read_document(folder, folder / document)).hexdigest()
    except DocumentError as error:
        return error.code
    return "" if found == sha256.lower() else "document-changed"


def read_document(folder: Path, file: Path) -> bytes:
    """Return the content of `file`.

    Raises DocumentError if it cannot be read, lies outside `folder` (also through a link), is empty, or is larger than
    LARGEST.
    """
    try:
        place = file.resolve(strict=True)
        inside = place.is_relative_to(folder.resolve(strict=True))
        data = _bytes(place) if inside else b""
    except (OSError, RuntimeError, ValueError) as error:  # a loop of links, a null byte in the name
        raise DocumentError("document-missing") from error
    if not inside:
        raise DocumentError("document-outside")
    if not 0 < len(data) <= LARGEST:
        raise DocumentError("document-unfit")
    return data


def _bytes(place: Path) -> bytes:
    """Return the first LARGEST + 1 bytes of a regular file, and nothing of any other file, because reading it may not
    end.
    """
    if not stat.S_ISREG(place.lstat().st_mode):
        return b""
    handle = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)  # it may have been replaced
    with os.fdopen(handle, "rb") as opened:
        return opened.read(LARGEST + 1) if stat.S_ISREG(os.fstat(handle).st_mode) else b""
