"""Parses an Ansible inventory in YAML (or JSON): groups with `hosts`, `vars` and `children`."""

from collections.abc import Mapping
from typing import Any

from fleet.inventory.ansible_ini import expanded
from fleet.inventory.groups import DEEPEST, MOST_HOSTS, Groups
from gate.bounded import load_yaml

KEYS = {"hosts", "vars", "children"}


def parse_yaml(text: str) -> Groups:
    """Return the groups of an inventory. Raises ValueError if it is no YAML, or no inventory."""
    try:
        rows = load_yaml(text)
    except ValueError as error:
        raise ValueError(f"{error}; correct it") from error
    groups, budget = Groups(), [MOST_HOSTS]
    for name, row in _table(rows, "the file").items():
        _add(groups, str(name), row, budget, 0)
    return groups


def _add(groups: Groups, name: str, row: Any, budget: list[int], depth: int) -> None:
    """Add a group and those within it. `budget` bounds how many are read: aliases of YAML can repeat without end."""
    budget[0] -= 1
    if budget[0] < 0 or depth > DEEPEST:
        raise ValueError(f"{name}: more groups than an inventory has")
    table, group = _table(row, name), groups.at(name)
    if strange := table.keys() - KEYS:
        raise ValueError(f"{name}: {min(map(str, strange))} is not hosts, vars or children; correct it")
    for written, values in _table(table.get("hosts"), f"{name}: hosts").items():
        groups.put(name, expanded(str(written)), _table(values, f"{name}: {written}"))
    group.values.update(_table(table.get("vars"), f"{name}: vars"))
    for child, rows in _table(table.get("children"), f"{name}: children").items():
        group.children[str(child)] = None
        _add(groups, str(child), rows, budget, depth + 1)


def _table(value: Any, where: str) -> Mapping[Any, Any]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise ValueError(f"{where}: must be a table; correct it")  # noqa: TRY004 — it is about the file
    return value
