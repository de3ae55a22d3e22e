"""Whose rights a file is used with: in a folder of another account root follows none of that account's links, and gives it
what it writes there.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ENTER = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_CLOEXEC


class AstrayError(PermissionError):
    """A link on the way to a file was laid by another account; `strerror` says which."""

    def __init__(self, link: Path) -> None:
        super().__init__(errno.EACCES, f"{link} is a link of another account, which root does not follow")

    def __str__(self) -> str:
        """Return the message alone, without the error number that OSError puts before it."""
        return str(self.strerror)


@contextmanager
def as_owner(file: Path) -> Iterator[Path]:
    """Where the file is, without links; inside, root has no more rights than the account that its folder belongs to.

    AstrayError where a link on the way, which root would follow, was laid by another account. Whoever became root by
    sudo is none. For anybody but root nothing changes. The rights are those of the whole process: use it where no other
    thread is under way, and `folder_of` elsewhere.
    """
    if os.geteuid() != 0:
        yield file
        return
    place = without_links(file)
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


@contextmanager
def folder_of(file: Path) -> Iterator[int]:
    """A descriptor of the folder in which the file lies, for `dir_fd`. Its name then leads nowhere else.

    Root gets there by no link of another account's, also of one that is laid at this moment: AstrayError, or another
    OSError where there is no such folder.
    """
    handle = os.open(file.parent, ENTER) if os.geteuid() != 0 else _entered(without_links(file.parent))
    try:
        yield handle
    finally:
        os.close(handle)


def make_folders(folder: Path) -> None:
    """Make the folder and those above it where they are missing, by no link of another account's. Raises OSError."""
    (without_links(folder) if os.geteuid() == 0 else folder).mkdir(parents=True, exist_ok=True)


def give(handle: int, folder: int) -> None:
    """Hand a new file to the account that the folder belongs to, where root made it in another account's."""
    owner = os.fstat(folder)
    if os.geteuid() == 0 and owner.st_uid != 0:
        os.fchown(handle, owner.st_uid, owner.st_gid)


def _entered(folder: Path) -> int:
    handle = os.open("/", ENTER)
    for step in folder.parts[1:]:
        above = handle
        try:
            handle = os.open(step, ENTER | os.O_NOFOLLOW, dir_fd=above)
        finally:
            os.close(above)
    return handle


def without_links(file: Path) -> Path:
    """The path with each link replaced by where it leads. AstrayError where another account laid one."""
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
            raise AstrayError(step)
        left = [*step.readlink().parts, *left]
        if step.readlink().is_absolute():
            done, left = Path("/"), left[1:]
    return done
