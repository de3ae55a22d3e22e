"""Reads addresses, users, ports and jumps from an Ansible inventory, in INI or YAML. Nothing in it is run."""

import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from fixtures.target.layers import Rows
from fleet.inventory.ansible_ini import parse_ini
from fleet.inventory.ansible_yaml import parse_yaml
from fleet.inventory.groups import Groups
from gate.bounded import read_text

ADDRESS, USER, PORT = "ansible_host", "ansible_user", "ansible_port"
OLDER = {ADDRESS: "ansible_ssh_host", USER: "ansible_ssh_user", PORT: "ansible_ssh_port"}
ARGUMENTS = ("ansible_ssh_common_args", "ansible_ssh_extra_args")


class Hosts(msgspec.Struct, frozen=True):
    """The hosts of an inventory: tables of target.toml by the server's name, and the servers of each group."""

    settings: Mapping[str, Mapping[str, Rows]] = {}
    groups: Mapping[str, tuple[str, ...]] = {}

    def only(self, group: str) -> "Hosts":
        """Return the hosts of one group. Raises ValueError if there is no such group, or nobody in it."""
        names = self.groups.get(group, ())
        if not names:
            raise ValueError(f"it has no group {group} with hosts; known groups: {', '.join(sorted(self.groups))}")
        kept = {other: tuple(name for name in held if name in names) for other, held in self.groups.items()}
        kept.pop("all", None)
        return Hosts(
            {name: self.settings[name] for name in names}, {other: held for other, held in kept.items() if held}
        )


def read_ansible(file: Path) -> Hosts:
    """Return the hosts of an inventory file. Raises ValueError, without the name of the file, if it cannot be used."""
    try:
        text = read_text(file)
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}; correct [fleet] ansible") from error
    if text.startswith("#!"):
        raise ValueError("it is a program, and is not run; keep what it prints: ansible-inventory --list --yaml")
    yaml = file.suffix in (".yaml", ".yml", ".json")
    return hosts_of(parse_yaml(text) if yaml else parse_ini(text))


def hosts_of(groups: Groups) -> Hosts:
    """Return the hosts with their merged variables as tables of target.toml."""
    settings: dict[str, Mapping[str, Rows]] = {}
    for host, values in groups.hosts().items():
        name = server_name(host)
        if name in settings:
            raise ValueError(f"two hosts are both called {name}; rename one")
        settings[name] = {"host": dict(_host(host, values))}
    held = {group: tuple(map(server_name, groups.members(group))) for group in groups.names()}
    return Hosts(settings, {"all": tuple(settings)} | {group: names for group, names in held.items() if names})


def server_name(host: str) -> str:
    """Return the name of a server's folder: `paris-1-example-org` for the host `Paris_1.example.org`."""
    return re.sub(r"[^a-z0-9]+", "-", host.lower()).strip("-")


def _host(host: str, values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    yield "address", str(_value(values, ADDRESS) or host)
    if user := _value(values, USER):
        yield "user", str(user)
    if port := _value(values, PORT):
        if not str(port).isdecimal():
            raise ValueError(f"{host}: {PORT}: {port} is no port; correct it")
        yield "port", int(port)
    if jump := next(filter(None, (_jump(str(values.get(name, ""))) for name in ARGUMENTS)), ""):
        yield "jump", jump


def _value(values: Mapping[str, Any], name: str) -> Any:
    found = values.get(name, values.get(OLDER[name]))
    if isinstance(found, str) and "{{" in found:
        raise ValueError(
            f"{name}: {found}: templates are not evaluated; write the value, or use ansible-inventory --list"
        )
    return found


def _jump(arguments: str) -> str:
    """Return the machine in between that arguments of ssh name by -J or ProxyJump, or ""."""
    try:
        words = shlex.split(arguments)
    except ValueError:
        return ""
    found = re.search(r"(?:^|\0)(?:-J\0?|(?:-o\0?)?ProxyJump[=\0 ])([^\0]+)", "\0".join(words), re.IGNORECASE)
    return found[1].strip() if found else ""
