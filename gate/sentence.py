"""Figures and reasons put into words, in the language of the reader.

Sentences stand in tests/criteria (what was seen) and reports/locale (why something is unknown, what to do);
values stand in run.json. Templates use `{name}` or `{name:form}`: one of FORMS, `line|lines`, or Python's own.
"""

import re
import string
import tomllib
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from gate import figure

LOCALE = Path(__file__).parents[1] / "reports" / "locale"
LANGUAGES = ("en", "fr")
SPACES = "\u00a0\u202f"  # French sets them before its high punctuation
DATED = re.compile(r"(\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?: UTC|[+-]\d\d:\d\d|Z)?)?)(?= \(|$)")
PERCENT = re.compile(r"(\d)(?:\.(\d+))? %")  # as a check writes it into a row of its own
MOST_LISTED = 5


class Cut(tuple[Any, ...]):
    """The first entries of a list of which `whole` were seen."""

    whole = 0


def cut(entries: Sequence[Any], most: int, whole: int = 0) -> Cut:
    """At most so many of them, and how many there were."""
    kept = Cut(entries[:most])
    kept.whole = max(whole, len(entries), getattr(entries, "whole", 0))
    return kept


class Words(string.Formatter):
    """Formats for one language; a missing or odd value reads “?” instead of raising."""

    def __init__(self, language: str) -> None:
        self.language = language

    def get_field(self, field_name: str, _args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[Any, str]:
        """The value of that name and nothing behind it: a template cannot reach into objects."""
        return kwargs.get(field_name), field_name

    def format_field(self, value: Any, format_spec: str) -> str:
        """In the form asked for; as it is where the form does not fit. Nothing invisible comes through."""
        said = self._formed(value, format_spec)
        return "".join(char if char.isprintable() or char in SPACES else "\N{REPLACEMENT CHARACTER}" for char in said)

    def _formed(self, value: Any, format_spec: str) -> str:
        if value is None:
            return "–"
        try:
            if "|" in format_spec:
                return figure.counted(value, format_spec, self.language)
            if format_spec in FORMS:
                return FORMS[format_spec](value, self.language)
            said = (
                format(value, format_spec)
                if format_spec or not isinstance(value, float)
                else figure.few(value, self.language)
            )
        except Exception:  # noqa: BLE001 — the value is whatever a host answered
            return str(value)
        return figure.written(said, self.language) if format_spec and isinstance(value, int | float) else said


def fill(template: str, values: Mapping[str, Any], language: str) -> str:
    """`{used:bytes}` and the like replaced; never raises on what a host answered."""
    return Words(language).vformat(template, (), values)


def holes(template: str) -> set[str]:
    """The names of the values it wants."""
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


@cache
def locale(language: str) -> dict[str, Any]:
    """The tables of reports/locale/LANGUAGE.toml."""
    return tomllib.loads((LOCALE / f"{language}.toml").read_text(encoding="utf-8"))


def phrase(table: str, code: str, values: Mapping[str, Any], language: str) -> str:
    """A sentence of the locale; a code it does not know is shown as it is, with its values."""
    template = locale(language).get(table, {}).get(code)
    if template is None:
        return f"{code} {dict(values)}" if values else code
    return fill(template, values, language)


def day(value: Any, language: str) -> str:
    """`11 February 2026`."""
    return fill(locale(language)["date"]["day"], dated(figure.instant(value), language), language)


def moment(value: Any, language: str) -> str:
    """`11 February 2026, 13:05 UTC`; what is only a day is told as one."""
    at = figure.instant(value)
    if not isinstance(at, datetime):
        return day(at, language)
    clock = {"hour": f"{at:%H}", "minute": f"{at:%M}", "zone": f"{at:%Z}"}
    return fill(locale(language)["date"]["moment"], dated(at, language) | clock, language).strip()


def dated(at: date, language: str, months: str = "months") -> dict[str, Any]:
    """The parts of a date."""
    table, number = locale(language)["date"], str(at.day)
    return {
        "day": table["first"] if at.day == 1 else number,
        "year": str(at.year),
        "month": table[months].split()[at.month - 1],
    }


def _list(value: Any, language: str) -> str:
    listed = [_entry(entry, language) for entry in value[:MOST_LISTED]]
    more = _count(value) - len(listed)
    said = ", ".join(listed) + ({"en": f" and {more} more", "fr": f" et {more} de plus"}[language] if more else "")
    return said or {"en": "none", "fr": "néant"}[language]


def _entry(entry: Any, language: str) -> str:
    """A date in it is told as everywhere, and a percentage with the comma and the space of the language."""
    said = str(entry)
    if found := DATED.match(said):
        return moment(found[1].replace(" UTC", "+00:00"), language) + said[found.end() :]
    point = "," if language == "fr" else "."
    return PERCENT.sub(lambda found: f"{found[1]}{point + found[2] if found[2] else ''}\u00a0%", said)


def _count(value: Any) -> int:
    return value.whole if isinstance(value, Cut) else len(value)


def _word(value: Any, language: str) -> str:
    """A word of a program in the reader’s language; one that is not known stays as it is."""
    return str(locale(language)["host-word"].get(str(value), value))


def _support(value: Any, language: str) -> str:
    """Days of support that are left, or for how many there has been none."""
    days = int(value)
    return fill(locale(language)["support"]["over" if days < 0 else "left"], {"days": abs(days)}, language)


FORMS: dict[str, Callable[[Any, str], str]] = {
    "bytes": figure.size,
    "gb": figure.gigabytes,
    "duration": figure.duration,
    "span": figure.span,
    "hours": figure.hours,
    "minutes": figure.minutes,
    "support": _support,
    "few": figure.few,
    "signed": figure.signed,
    "moment": moment,
    "day": day,
    "list": _list,
    "word": _word,
    "gb-signed": lambda value, language: figure.plus(figure.gigabytes(value, language)),
    "percent": lambda value, language: f"{figure.few(value, language)}{figure.SPACE}%",
    "yes-no": lambda value, language: {"en": ("no", "yes"), "fr": ("non", "oui")}[language][bool(value)],
    "count": lambda value, _language: str(_count(value)),
}
