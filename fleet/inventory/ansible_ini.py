"""Parses an Ansible inventory in INI: hosts with variables, ranges of hosts, [group:vars] and [group:children]."""

import math
import re
import shlex
from collections.abc import Iterator

from fleet.inventory.groups import MOST_HOSTS, Groups

SECTION = re.compile(r"\[([^\]:]+)(?::(vars|children|hosts))?\]\s*(?:[#;].*)?")
RANGE = re.compile(r"\[([0-9]+|[a-zA-Z]):([0-9]+|[a-zA-Z])(?::([0-9]+))?\]")


def parse_ini(text: str) -> Groups:
    """Return the groups of an inventory. Raises ValueError, with the number of the line, if a line makes no sense."""
    groups, group, kind = Groups(), "ungrouped", "hosts"
    for number, line in enumerate(text.splitlines(), 1):
        written = line.strip()
        if not written or written[0] in "#;":
            continue
        if section := SECTION.fullmatch(written):
            group, kind = section[1].strip(), section[2] or "hosts"
            groups.at(group)
            continue
        try:
            _add(groups, group, kind, written)
        except ValueError as error:
            raise ValueError(f"line {number}: {error}; correct it") from error
    return groups


def _add(groups: Groups, group: str, kind: str, line: str) -> None:
    if kind == "children":
        child = shlex.split(line, comments=True)[0]
        groups.at(group).children[child] = None
        groups.at(child)
    elif kind == "vars":
        name, equals, value = line.partition("=")
        if not equals:
            raise ValueError(f"{line[:40]}: a variable is written as name=value")
        groups.at(group).values[name.strip()] = _unquoted(value.strip())
    else:
        host, *words = shlex.split(line, comments=True)
        groups.put(group, expanded(host), dict(_pair(word) for word in words))


def _pair(word: str) -> tuple[str, str]:
    name, equals, value = word.partition("=")
    if not equals:
        raise ValueError(f"{word[:40]}: a variable of a host is written as name=value")
    return name, value


def _unquoted(value: str) -> str:
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
    return value[1:-1] if quoted else value.partition(" #")[0].rstrip()


def expanded(host: str) -> Iterator[str]:
    """Yield the hosts of a range: `web[01:03]` is web01, web02 and web03. A host without a range is yielded as it is."""
    if math.prod(len(_steps(one)) for one in RANGE.finditer(host)) > MOST_HOSTS:
        raise ValueError(f"{host[:40]}: has more than {MOST_HOSTS} hosts")
    yield from _expanded(host)


def _expanded(host: str) -> Iterator[str]:
    found = RANGE.search(host)
    if not found:
        yield host
        return
    for step in _steps(found):
        yield from _expanded(host[: found.start()] + step + host[found.end() :])


def _steps(found: re.Match[str]) -> list[str]:
    first, last, by = found[1], found[2], int(found[3] or 1)
    if first.isdigit() != last.isdigit() or not by:
        raise ValueError(f"{found[0]}: is no range")
    if first.isdigit():
        numbers = range(int(first), int(last) + 1, by)
        if len(numbers) > MOST_HOSTS:
            raise ValueError(f"{found[0]}: has more than {MOST_HOSTS} hosts")
        return [f"{number:0{len(first)}}" for number in numbers]
    return [chr(code) for code in range(ord(first), ord(last) + 1, by)]
