"""Figures and reasons put into words, in the language of the reader.

Sentences stand in tests/criteria (what was seen) and reports/locale (why something is unknown, what to do);
values stand in run.json. Templates use `{name}` or `{name:form}`: one of FORMS, `line|lines`, or Python's own.
"""

import string
import tomllib
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from gate import figure

LOCALE = Path(__file__).parents[1] / "reports" / "locale"
LANGUAGES = ("en", "fr")
SPACES = "\u00a0\u202f"  # French sets them before its high punctuation
MOST_LISTED = 5


class Dated(msgspec.Struct, frozen=True):
    """A day or a moment, and what it is the date of, as an entry of `{name:moments}`."""

    at: date | datetime
    what: str


class Fill(msgspec.Struct, frozen=True):
    """How full a filesystem is, in per cent of its bytes and of its inodes, as an entry of `{name:fills}`."""

    mount: str
    bytes: float
    inodes: float


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


def _list(value: Any, language: str, entry: Callable[[Any, str], str] = lambda entry, _language: str(entry)) -> str:
    listed = [entry(one, language) for one in value[:MOST_LISTED]]
    more = _count(value) - len(listed)
    said = ", ".join(listed) + ({"en": f" and {more} more", "fr": f" et {more} de plus"}[language] if more else "")
    return said or {"en": "none", "fr": "néant"}[language]


def _dated(entry: Any, language: str) -> str:
    """`11 February 2026 (redis)` of Dated, or a moment alone; what an older run wrote as text stays as it is."""
    values = _fields(entry)
    try:
        return f"{moment(values['at'], language)} ({values['what']})" if values else moment(entry, language)
    except ValueError:
        return str(entry)


def _fill(entry: Any, language: str) -> str:
    """`/var 59.1 % / 3 %` of Fill; what an older run wrote as text stays as it is."""
    values = _fields(entry)
    shares = [_percent(values[name], language) for name in ("bytes", "inodes") if values]
    return f"{values['mount']} {' / '.join(shares)}" if values else str(entry)


def _fields(entry: Any) -> Mapping[str, Any]:
    """Those of an entry that is a struct, or was one before it was written as JSON."""
    if isinstance(entry, msgspec.Struct):
        return msgspec.structs.asdict(entry)
    return entry if isinstance(entry, Mapping) else {}


def _percent(value: Any, language: str) -> str:
    return f"{figure.few(value, language)}{figure.SPACE}%"


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
    "moments": lambda value, language: _list(value, language, _dated),
    "fills": lambda value, language: _list(value, language, _fill),
    "word": _word,
    "gb-signed": lambda value, language: figure.plus(figure.gigabytes(value, language)),
    "percent": _percent,
    "yes-no": lambda value, language: {"en": ("no", "yes"), "fr": ("non", "oui")}[language][bool(value)],
    "count": lambda value, _language: str(_count(value)),
}
