"""Whose rights a file is used with: in a folder of another account root acts as that account, and follows none of its links."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def as_owner(file: Path) -> Iterator[Path]:
    """Where the file is, without links; inside, root has no more rights than the account that its folder belongs to.

    PermissionError where a link on the way, which root would follow, was laid by another account. Whoever became root by
    sudo is none. For anybody but root nothing changes.
    """
    if os.geteuid() != 0:
        yield file
        return
    place = _followed(file)
    folder = place.parent.stat()
    rights = os.getegid(), os.getgroups()
    try:
        if folder.st_uid != 0:
            os.setgroups([])
            os.setegid(folder.st_gid)
            os.seteuid(folder.st_uid)
        yield place
    finally:
        os.seteuid(0)
        os.setegid(rights[0])
        os.setgroups(rights[1])


def _followed(file: Path) -> Path:
    """The path with each link replaced by where it leads."""
    done, left, links = Path("/"), list(file.absolute().parts[1:]), 0
    while left:
        step = done / left.pop(0)
        try:
            there = step.lstat()
        except FileNotFoundError:
            return step.joinpath(*left)
        if not stat.S_ISLNK(there.st_mode):
            done = done.parent if step.name == ".." else step
            continue
        links += 1
        if links > 40 or there.st_uid not in (0, int(os.environ.get("SUDO_UID", "0"))):
            raise PermissionError(f"{step}: is a link of another account, which root does not follow")
        left = [*step.readlink().parts, *left]
        if step.readlink().is_absolute():
            done, left = Path("/"), left[1:]
    return done
