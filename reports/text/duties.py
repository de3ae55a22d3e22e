"""The reasons as one list for each person, whatever the roles."""

import re
import unicodedata
from collections.abc import Iterable

import msgspec

from reports.text.responsibility import Responsibility


class Duty(msgspec.Struct, frozen=True):
    """The reasons that one person must act on, worst first. `anchor` is the name as part of a link: `karim-benali`."""

    person: str
    anchor: str
    lines: tuple[Responsibility, ...]

    @property
    def criteria(self) -> int:
        """The number of criteria that wait for this person."""
        return sum(len(line.ids) for line in self.lines)


def duties(reasons: Iterable[Responsibility]) -> tuple[Duty, ...]:
    """Return one list for each person, in the order of their worst reasons. Each anchor is unique."""
    lists: dict[str, list[Responsibility]] = {}
    for line in reasons:
        lists.setdefault(line.person, []).append(line)
    taken: dict[str, str] = {}
    for name in lists:
        taken[name] = _free(anchor(name), taken.values())
    return tuple(Duty(name, taken[name], tuple(lines)) for name, lines in lists.items())


def anchor(name: str) -> str:
    """Return `karim-benali` for `Karim Benali`, and `person` for a name without Latin letters or digits."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "person"


def _free(wanted: str, taken: Iterable[str]) -> str:
    known, number = set(taken), 2
    while wanted in known:
        wanted = f"{re.sub(r'-[0-9]+$', '', wanted)}-{number}"
        number += 1
    return wanted
