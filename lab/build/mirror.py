"""The Debian mirror from which the lab is built: the one that this machine's apt uses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from lab.errors import LabError

_KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


def debian_mirror(folder: Path = Path("/etc/apt")) -> str:
    """Return the address of the Debian archive in apt's sources. Raises LabError if there is none."""
    for address, suite, components in _entries(folder):
        if "main" in components and re.fullmatch(r"bookworm|trixie|bullseye|stable", suite):
            return address
    raise LabError(f"No Debian mirror in {folder}/sources.list or sources.list.d: the lab builds from it. Add one.")


def source_line(mirror: str) -> str:
    """Return apt's line for the source packages of Debian 12 from that mirror."""
    return f"deb-src [signed-by={_KEYRING}] {mirror} bookworm main\n"


def _entries(folder: Path) -> Iterator[tuple[str, str, list[str]]]:
    for path in sorted(folder.glob("sources.list.d/*.sources")):
        for stanza in re.split(r"\n\s*\n", path.read_text()):
            yield from _deb822(stanza)
    for path in [folder / "sources.list", *sorted(folder.glob("sources.list.d/*.list"))]:
        if path.exists():
            yield from _one_line(path.read_text())


def _deb822(stanza: str) -> Iterator[tuple[str, str, list[str]]]:
    fields = dict(re.findall(r"^(\w[\w-]*):[ \t]*(.*)$", stanza, re.MULTILINE))
    if fields.get("Enabled", "yes").lower() == "no":
        return
    for address in fields.get("URIs", "").split():
        for suite in fields.get("Suites", "").split():
            yield address, suite, fields.get("Components", "").split()


def _one_line(text: str) -> Iterator[tuple[str, str, list[str]]]:
    for line in re.findall(r"^deb\s+(?:\[[^]]*\]\s+)?(.+)$", text, re.MULTILINE):
        address, suite, *components = line.split()
        yield address, suite, components
