"""Finds the servers of a fleet: folders, globs of folders, recordings, and the hosts of an Ansible inventory."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from fixtures.target.folder import EXAMPLE
from fixtures.target.layers import Rows
from fleet.inventory.ansible import Hosts
from fleet.inventory.inventory import REPLAY, FleetError
from fleet.round import NAME

GLOB = re.compile(r"[*?\[]")


class Member(msgspec.Struct, frozen=True):
    """A server that was found. `inventory` holds its tables from Ansible, `above` those of [servers.NAME]."""

    name: str
    target: str
    inventory: Mapping[str, Rows] = {}
    above: Mapping[str, Rows] = {}


def members(
    file: Path, written: Sequence[str], own: Mapping[str, Mapping[str, Any]], hosts: Hosts
) -> tuple[Member, ...]:
    """Return the servers in the order of the file, each once. Raises FleetError if there is none, or a name is wrong."""
    found: dict[str, str] = {}
    for name, target in (*_listed(file, written), *_placed(file, own), *_hosts(file, hosts)):
        if not NAME.fullmatch(name):
            raise FleetError(f"{file}: {name}: a server's name has a-z, 0-9 and -; rename the folder")
        if found.setdefault(name, target) != target:
            raise FleetError(f"{file}: {name} names two servers, {found[name]} and {target}; rename one")
    _no_server_twice(file, found)
    for name in own:
        if name not in found:
            raise FleetError(
                f'{file}: [servers.{name}]: no such server; correct the name, or say where it is: from = "FOLDER"'
            )
    if not found:
        raise FleetError(f'{file}: [fleet] servers: no server was found; name folders: servers = ["paris-*"]')
    return tuple(_member(file, name, target, hosts, own.get(name, {})) for name, target in found.items())


def _no_server_twice(file: Path, found: Mapping[str, str]) -> None:
    places: dict[str, str] = {}
    for name, target in found.items():
        if (other := places.setdefault(target, name)) != name:
            raise FleetError(f"{file}: {other} and {name} are one server, {target}; name it once")


def _member(file: Path, name: str, target: str, hosts: Hosts, own: Mapping[str, Any]) -> Member:
    above = {table: rows for table, rows in own.items() if table != "from"}
    for table, rows in above.items():
        if not isinstance(rows, Mapping):
            raise FleetError(
                f"{file}: [servers.{name}] {table}: is no table of target.toml; write [servers.{name}.host]"
            )
    return Member(name, target, hosts.settings.get(name, {}), above)


def _listed(file: Path, written: Sequence[str]) -> Iterator[tuple[str, str]]:
    for entry in written:
        try:
            matched = list(_matched(file, entry))
        except (ValueError, RuntimeError, OSError) as error:  # a bad pattern, an unknown ~account, unreadable
            raise FleetError(f"{file}: [fleet] servers: {entry}: {error}; write a folder or a glob") from error
        if not matched:
            raise FleetError(
                f"{file}: [fleet] servers: {entry} matches no folder with a target.toml; correct or remove it"
            )
        yield from matched


def _matched(file: Path, entry: str) -> Iterator[tuple[str, str]]:
    """Yield the name and the target of each folder or recording that an entry names."""
    recorded, wanted = entry.startswith(REPLAY), Path(entry.removeprefix(REPLAY)).expanduser()
    for path in _paths(file.parent, wanted):
        if recorded and path.is_file():
            yield path.stem, f"{REPLAY}{path}"
        elif not recorded and path.is_dir() and (not GLOB.search(entry) or _is_target(path)):
            yield path.name, str(path)


def _paths(base: Path, wanted: Path) -> list[Path]:
    if not GLOB.search(str(wanted)):
        return [(base / wanted).resolve()]
    root = Path(wanted.anchor) if wanted.is_absolute() else base
    pattern = str(wanted.relative_to(wanted.anchor)) if wanted.is_absolute() else str(wanted)
    return sorted(path.resolve() for path in root.glob(pattern))


def _is_target(folder: Path) -> bool:
    return (folder / "target.toml").is_file() and folder != EXAMPLE.resolve()


def _placed(file: Path, own: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield the servers of [servers.NAME] that say where they are."""
    for name, rows in own.items():
        if "from" in rows:
            matched = next(_matched(file, str(rows["from"])), None)
            if matched is None:
                raise FleetError(
                    f"{file}: [servers.{name}] from: {rows['from']} is no folder and no recording; correct it"
                )
            yield name, matched[1]


def _hosts(file: Path, hosts: Hosts) -> Iterator[tuple[str, str]]:
    """Yield the hosts of the Ansible inventory. Each needs a folder for its keys beside fleet.toml."""
    for name in hosts.settings:
        folder = file.parent / name
        if not folder.is_dir():
            raise FleetError(f"{folder}: the inventory's host {name} has no folder; create it and put its keys there")
        yield name, str(folder.resolve())
