"""A file that is written whole or not at all: a reader, a second writer and a full disk never meet half of one."""

import os
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

PRIVATE, READABLE = 0o600, 0o666  # permissions of a new file, of which the process's umask takes some away


def write_whole(file: Path, data: bytes, new: int = READABLE) -> None:
    """Put `data` in the file's place at once; OSError where that cannot be done, and then the file is as it was.

    A file that was there keeps its permissions and, where that is allowed, its group; a new one gets `new`.
    """
    partial = file.with_name(f".{file.name}.{token_hex(4)}.partial")
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, new), "wb") as opened:
            opened.write(data)
            opened.flush()
            os.fsync(opened.fileno())
        if file.exists():
            _like(partial, file.stat())
        partial.replace(file)
    except BaseException:
        with suppress(OSError):
            partial.unlink()
        raise


def _like(partial: Path, there: os.stat_result) -> None:
    with suppress(PermissionError):  # who may read it besides its owner: on a schedule, the audit
        os.chown(partial, -1, there.st_gid)
    partial.chmod(there.st_mode & 0o777)
