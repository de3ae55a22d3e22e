"""Files that others may have made: read as data, never waited for, and never more of one than there is use for."""

import errno
import io
import os
import stat
import tomllib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from gate.acting import folder_of, without_links

MOST = 4_000_000  # bytes of what people write
MOST_RECORDED = 512_000_000  # bytes of what an audit writes: a recording, a run.json


class UnfitError(OSError, ValueError):
    """It is no regular file, or larger than there is use for; `strerror` says which."""

    def __init__(self, message: str) -> None:
        super().__init__(errno.EINVAL, message)

    def __str__(self) -> str:
        """Return the message alone, without the error number that OSError puts before it."""
        return str(self.strerror)


def read_bounded(file: Path, most: int = MOST) -> bytes:
    """The bytes of a regular file, also behind a link, but root follows none of another account's.

    Raises OSError where it cannot be read, is no regular file, or has more than `most` bytes.
    """
    with os.fdopen(_opened(file), "rb") as opened:
        if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
            raise UnfitError("it is no regular file")
        data = opened.read(most + 1)
    if len(data) > most:
        raise UnfitError(f"it has more than {most} bytes")
    return data


def _opened(file: Path) -> int:
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC  # a pipe without a writer would wait for ever
    if os.geteuid() != 0:
        return os.open(file, flags)
    place = without_links(file)
    with folder_of(place) as folder:
        return os.open(place.name or ".", flags | os.O_NOFOLLOW, dir_fd=folder)


def read_text(file: Path, encoding: str = "utf-8") -> str:
    """The text of such a file, of MOST bytes at most, line ends as Python has them; UnicodeDecodeError where it is none."""
    return io.TextIOWrapper(io.BytesIO(read_bounded(file)), encoding).read()


def parse_toml(text: str) -> dict[str, Any]:
    """Return the tables of a TOML text. Raises TOMLDecodeError, also for what tomllib gives up on otherwise.

    It raises RecursionError for deep nesting, and a plain ValueError for a number of thousands of digits.
    """
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise tomllib.TOMLDecodeError(" ".join(str(error).split())) from error


def load_yaml(text: str) -> Any:
    r"""Return what a YAML text holds. Raises ValueError, in one line, if it holds nothing that can be read.

    A key that stands twice is refused, because the first would be lost, and so is half of a character (`"\ud800"`),
    which no file can hold. Of a tag that does not fit its value, PyYAML raises whatever its own code raises.
    """
    import yaml  # only who reads YAML needs its 20 ms

    try:
        _refuse(yaml.compose(text, yaml.SafeLoader), set())
        return yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError, AttributeError, LookupError, TypeError) as error:
        raise ValueError(f"not YAML: {' '.join(str(error).split())[:200]}") from error


def _refuse(node: Any, seen: set[int]) -> None:
    """Raise ValueError for a key that a mapping of the tree holds twice, and for half of a character."""
    if node is None or id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node.value, str):
        node.value.encode()
        return
    pairs = [pair for pair in node.value if isinstance(pair, tuple)]
    _refuse_twice(key for key, _ in pairs)
    for child in [part for pair in pairs for part in pair] or node.value:
        _refuse(child, seen)


def _refuse_twice(keys: Iterable[Any]) -> None:
    counts = Counter((key.tag, key.value) for key in keys if isinstance(key.value, str))
    if twice := [key for (_, key), times in counts.items() if times > 1]:
        raise ValueError(f"“{twice[0][:40]}” stands twice in one table; remove one")
