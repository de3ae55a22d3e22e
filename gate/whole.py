"""Writes a file whole or not at all: a reader never sees half of it, even if the disk is full or two processes write."""

import os
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

PRIVATE, READABLE = 0o600, 0o666  # permissions of a new file, before the umask of the process is applied


def write_whole(file: Path, data: bytes, new: int = READABLE) -> None:
    """Replace the content of `file` with `data` in one step. Raises OSError if that fails, and leaves the file as it was.

    An existing file keeps its permissions and, where that is allowed, its group. A new file gets the permissions `new`
    less the umask of the process. With PRIVATE, an existing file becomes private too.
    """
    partial = file.with_name(f".{file.name}.{token_hex(4)}.partial")
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, new), "wb") as opened:
            opened.write(data)
            opened.flush()
            os.fsync(opened.fileno())
        if new != PRIVATE and file.exists():
            _like(partial, file.stat())
        partial.replace(file)
    except BaseException:
        with suppress(OSError):
            partial.unlink()
        raise


def _like(partial: Path, there: os.stat_result) -> None:
    with suppress(PermissionError):  # a scheduled audit reads the file as a member of its group
        os.chown(partial, -1, there.st_gid)
    partial.chmod(there.st_mode & 0o777)
