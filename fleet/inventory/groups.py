"""The groups of an Ansible inventory: hosts, variables and groups within groups."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

MOST_HOSTS, DEEPEST = 20_000, 50
MOST_PLACES = 10 * MOST_HOSTS  # a host counts in each group that names it; a short line may name 20,000


class Group(msgspec.Struct):
    """A group while it is read: variables of its hosts, its own variables, and the groups within it."""

    hosts: dict[str, dict[str, Any]] = msgspec.field(default_factory=dict)
    values: dict[str, Any] = msgspec.field(default_factory=dict)
    children: dict[str, None] = msgspec.field(default_factory=dict)


class Groups(msgspec.Struct):
    """All groups by name. `all` holds every group that is in no other."""

    found: dict[str, Group] = msgspec.field(default_factory=dict)
    places: int = 0

    def put(self, name: str, hosts: Iterable[str], values: Mapping[str, Any]) -> None:
        """Put hosts with their own variables into a group. Raises ValueError if the groups name more than MOST_PLACES."""
        group = self.at(name)
        for host in hosts:
            self.places += 1
            if self.places > MOST_PLACES:
                raise ValueError(f"its groups name more than {MOST_PLACES} hosts")
            group.hosts.setdefault(host, {}).update(values)

    def at(self, name: str) -> Group:
        """Return the group of that name, which is made if there is none."""
        return self.found.setdefault(name, Group())

    def names(self) -> list[str]:
        """Return the names of the groups that an inventory defines itself."""
        return [name for name in self.found if name not in ("all", "ungrouped")]

    def members(self, name: str) -> list[str]:
        """Return the hosts of a group and of the groups within it, once each. Raises ValueError for a circle."""
        return list(self._members(name, 0, {}))

    def _members(self, name: str, depth: int, known: dict[str, dict[str, None]]) -> dict[str, None]:
        """Return the hosts as keys. `known` holds those of groups that were met before: diamonds of groups are many paths."""
        if depth > DEEPEST:
            raise ValueError(f"{name}: groups within groups without an end; correct its children")
        if name not in known:
            group = self.found.get(name, Group())
            found = dict.fromkeys(group.hosts)
            for child in group.children:
                found |= self._members(child, depth + 1, known)
            known[name] = found
        return known[name]

    def hosts(self) -> dict[str, dict[str, Any]]:
        """Return the merged variables of every host: its own count most, then those of the innermost group."""
        merged: dict[str, dict[str, Any]] = {}
        everybody = self.found.get("all", Group()).values
        depths: dict[str, int] = {}
        for name in sorted(self.found, key=lambda name: self._depth(name, 0, depths)):
            for host in self.members(name):
                merged.setdefault(host, dict(everybody)).update(self.found[name].values if name != "all" else {})
        if len(merged) > MOST_HOSTS:
            raise ValueError(f"it has more than {MOST_HOSTS} hosts")
        for group in self.found.values():
            for host, values in group.hosts.items():
                merged[host].update(values)
        return merged

    def _depth(self, name: str, depth: int, known: dict[str, int]) -> int:
        """Return how many groups the group lies within, which Ansible takes for how much its variables count."""
        if depth > DEEPEST:
            raise ValueError(f"{name}: groups within groups without an end; correct its children")
        if name not in known:
            above = [other for other, group in self.found.items() if name in group.children]
            known[name] = max((1 + self._depth(other, depth + 1, known) for other in above), default=0)
        return known[name]
