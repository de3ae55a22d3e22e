"""Reads fleet.toml and validates every server that it names, before anything is contacted."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import msgspec

from fixtures.ask.redaction import error_text
from fixtures.session.recording import read_recording
from fixtures.site.criteria import contract_of
from fixtures.target import Target, TargetError
from fixtures.target.folder import load_target
from fixtures.target.layers import Layers
from fixtures.target.notify import Notify
from fixtures.target.values import Line, Name, Settings
from fleet.inventory.ansible import Hosts, read_ansible
from fleet.inventory.inventory import REPLAY, Days, Fleet, FleetError, Ring, Server
from fleet.inventory.members import Member, members
from gate.bounded import parse_toml, read_text
from gate.contract import Contract, ContractError, load_contract
from gate.entries import PeopleError
from gate.people import load_people
from gate.refusal import plainly

Hours = Annotated[float, msgspec.Meta(gt=0, le=8784)]  # a year at most
Minutes = Annotated[float, msgspec.Meta(gt=0, le=1440)]  # a day at most
Patterns = Annotated[tuple[Line, ...], msgspec.Meta(min_length=1)]


class FleetTable(Settings, frozen=True):
    """[fleet]: its name, its servers as folders or globs beside this file, and an Ansible inventory."""

    name: Name
    title: Line = ""
    servers: tuple[Line, ...] = ()
    ansible: Line = ""
    ansible_group: Line = "all"
    fresh_hours: Hours = 26
    minutes: Minutes = 30


class RingTable(Settings, frozen=True):
    """[[rings]]: the servers of a ring, and how many days they must be GO before the next ring's meeting."""

    name: Name
    servers: Patterns
    days: Days = 0
    meeting: date | None = None

    def __post_init__(self) -> None:
        """Raise ValueError if the meeting is of another century."""
        if self.meeting and not 2000 <= self.meeting.year < 2100:
            raise ValueError(f"{self.meeting}: is no day of a meeting: correct the year")


class FleetFile(Settings, frozen=True):
    """The content of fleet.toml. [defaults] and [servers.NAME] hold tables of target.toml."""

    fleet: FleetTable
    defaults: Mapping[str, Mapping[str, Any]] = {}
    sites: Mapping[Name, Patterns] = {}
    groups: Mapping[Name, Patterns] = {}
    rings: tuple[RingTable, ...] = ()
    servers: Mapping[Name, Mapping[str, Any]] = {}
    notify: Notify = Notify()


def load_fleet(file: Path) -> Fleet:
    """Return the fleet that the file describes. Raises FleetError: a line for each thing that is wrong."""
    written = _read(file)
    hosts = _ansible(file, written.fleet)
    found = members(file, written.fleet.servers, written.servers, hosts)
    names = [member.name for member in found]
    groups = {
        **{name: list(hosts.groups[name]) for name in hosts.groups},
        **_grouped(file, "groups", written.groups, names),
    }
    sites = _grouped(file, "sites", written.sites, names)
    _no_ring_twice(file, written.rings)
    rings = _grouped(file, "rings", {ring.name: ring.servers for ring in written.rings}, names)
    _once(file, "site", sites)
    _once(file, "ring", rings)
    servers = [_server(member, file, written, sites, rings, groups) for member in found]
    return Fleet(
        name=written.fleet.name,
        title=written.fleet.title or written.fleet.name,
        servers=_validated(servers),
        rings=tuple(Ring(ring.name, ring.days, ring.meeting) for ring in written.rings),
        fresh_hours=written.fleet.fresh_hours,
        minutes=written.fleet.minutes,
        notify=_receivers(file, written.notify),
        folder=str(file.parent.absolute()),
    )


def _receivers(file: Path, notify: Notify) -> Notify:
    """Return [notify]. Raises FleetError if a file of it does not exist."""
    if name := next((name for name in notify.files if not (file.parent / Path(name).expanduser()).exists()), ""):
        raise FleetError(f"{file}: [notify] files: {name} does not exist; correct the path or create it")
    return notify


def named_files(file: Path) -> list[str]:
    """Return the names of the files beside an inventory that it names: the one of Ansible, and those of [notify]."""
    written = _read(file)
    return [name for name in (written.fleet.ansible, *written.notify.files) if name and not Path(name).is_absolute()]


def _read(file: Path) -> FleetFile:
    try:
        return msgspec.convert(parse_toml(read_text(file)), FleetFile)
    except OSError as error:
        raise FleetError(f"{file}: cannot be read: {error.strerror}; write one: docs/fleet.md") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise FleetError(f"{file}: not TOML: {error}; correct it") from error
    except msgspec.ValidationError as error:
        raise FleetError(f"{file}: {plainly(error)}; see docs/fleet.md") from error


def _ansible(file: Path, table: FleetTable) -> Hosts:
    if not table.ansible:
        return Hosts()
    try:
        return read_ansible(file.parent / table.ansible).only(table.ansible_group)
    except ValueError as error:
        raise FleetError(f"{file.parent / table.ansible}: {error}") from error


def _grouped(file: Path, table: str, written: Mapping[str, Iterable[str]], names: list[str]) -> dict[str, list[str]]:
    """Return the names of the servers of each group. Raises FleetError if a pattern matches none."""
    for group, patterns in written.items():
        for pattern in patterns:
            if not any(fnmatchcase(name, pattern) for name in names):
                raise FleetError(
                    f"{file}: [{table}] {group}: {pattern} matches no server of the fleet; correct or remove it"
                )
    return {
        group: [name for name in names if any(fnmatchcase(name, pattern) for pattern in patterns)]
        for group, patterns in written.items()
    }


def _no_ring_twice(file: Path, rings: Iterable[RingTable]) -> None:
    names = [ring.name for ring in rings]
    if twice := next((name for name in names if names.count(name) > 1), ""):
        raise FleetError(f"{file}: [[rings]]: two are called {twice}; rename one")


def _once(file: Path, what: str, groups: Mapping[str, list[str]]) -> None:
    """Raise FleetError if a server is in two sites or two rings."""
    taken: dict[str, str] = {}
    for group, names in groups.items():
        for name in names:
            if taken.setdefault(name, group) != group:
                raise FleetError(f"{file}: [{what}s]: {name} is in {taken[name]} and {group}; a server has one {what}")


def _server(
    member: Member,
    file: Path,
    written: FleetFile,
    sites: Mapping[str, list[str]],
    rings: Mapping[str, list[str]],
    groups: Mapping[str, list[str]],
) -> Server:
    named = {"target": {"name": member.name, "title": member.name}}
    below = Layers(named, member.inventory).merged(written.defaults)
    return Server(
        name=member.name,
        title=member.name,
        target=member.target,
        site=next(_of(member.name, sites), ""),
        ring=next(_of(member.name, rings), ""),
        groups=tuple(_of(member.name, groups)),
        layers=Layers(below, member.above, str(file)),
    )


def _of(name: str, groups: Mapping[str, list[str]]) -> Iterator[str]:
    return (group for group, names in groups.items() if name in names)


def _validated(servers: list[Server]) -> tuple[Server, ...]:
    """Return the servers with the titles of their targets. Raises FleetError with a line for each invalid one."""
    contract, checked, wrong = load_contract(), list[Server](), list[str]()
    reached: dict[tuple[str, int, str], str] = {}
    for server in servers:
        try:
            target = _recorded(server.target) if server.recorded else _target(server, contract)
        except (TargetError, ContractError, PeopleError) as error:
            wrong.append(error_text(error))
            continue
        if target is not None:
            place = (target.host.address, target.host.port, target.host.jump)
            if (other := reached.setdefault(place, server.name)) != server.name:
                wrong.append(f"{server.target}: [host] address: {place[0]} is that of {other} too; name it once")
        checked.append(msgspec.structs.replace(server, title=target.target.title) if target else server)
    if wrong:
        raise FleetError("\n".join(wrong))
    return tuple(checked)


@cache
def _recorded(target: str) -> None:
    """Raise TargetError if the file is no recording. Several servers may be judged from the same one."""
    read_recording(Path(target.removeprefix(REPLAY)))


def _target(server: Server, contract: Contract) -> Target:
    """Return the target with its merged settings; validates them, its people and its own criteria."""
    target: Target = load_target(Path(server.target), layers=server.layers)
    load_people(Path(target.folder), contract_of(target, contract), datetime.now(UTC))
    return target
