"""Writes a file whole or not at all: a reader never sees half of it, even if the disk is full or two processes write."""

import os
import stat
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

from gate.acting import folder_of, give

PRIVATE, READABLE = 0o600, 0o666  # permissions of a new file, before the umask of the process is applied


def write_whole(file: Path, data: bytes, new: int = READABLE, shared: int | None = None) -> None:
    """Replace the content of `file` with `data` in one step. Raises OSError if that fails, and leaves the file as it was.

    An existing file keeps its permissions and, where that is allowed, its group; a link in its place is replaced. A new
    file gets the permissions `new` less the umask of the process, or exactly `shared` and the group of its folder. With
    PRIVATE, an existing file becomes private too. In a folder of another account root follows no link of that account's.
    """
    partial = f".{file.name}.{token_hex(4)}.partial"
    with folder_of(file) as folder:
        try:
            handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, new, dir_fd=folder)
            with os.fdopen(handle, "wb") as opened:
                give(handle, folder)
                opened.write(data)
                opened.flush()
                _like(handle, file.name, folder, new, shared)
                os.fsync(handle)
            os.replace(partial, file.name, src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:
            with suppress(OSError):
                os.unlink(partial, dir_fd=folder)
            raise


def _like(handle: int, name: str, folder: int, new: int, shared: int | None) -> None:
    """Give the new file the permissions and the group of the one it replaces, or those it is to have."""
    try:
        there = os.stat(name, dir_fd=folder)
    except OSError:
        there = None
    if there is not None and stat.S_ISREG(there.st_mode) and new != PRIVATE:
        _share(handle, there.st_gid, there.st_mode & 0o777)
    elif shared is not None:
        _share(handle, os.fstat(folder).st_gid, shared)


def _share(handle: int, group: int, mode: int) -> None:
    with suppress(PermissionError):  # a scheduled audit reads the file as a member of its group
        os.fchown(handle, -1, group)
    os.fchmod(handle, mode)
