"""Fills the templates of sentences with values, in the language of the reader.

The sentences are in tests/criteria (what was seen) and reports/locale (why something is unknown, what to do). The
values are in run.json. A template uses `{name}` or `{name:form}`, where the form is one of FORMS, `singular|plural`, or
a format of Python. A part in double brackets, `[[; failed: {failed:list}]]`, is left out if one of its values is missing,
empty or 0. A part in backquotes is a command: a value in it is one word of the shell, whatever a host called its folders.
"""

import re
import shlex
import string
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import msgspec

from gate import figure
from gate.command import spoken
from gate.tables import tables_of

LOCALE = Path(__file__).parents[1] / "reports" / "locale"
LANGUAGES = ("en", "fr")
SPACES = "\u00a0\u202f"  # French puts them before ; : ! ?
MOST_LISTED = 5
PART = re.compile(r"\[\[(.*?)\]\]")
ONE_WORD = re.compile(r"[\w@%+=:,./~-]+|[…–]", re.ASCII)  # a shell takes it as it is, or it stands for a value


class Dated(msgspec.Struct, frozen=True):
    """A date or moment and what it belongs to; an entry of `{name:moments}`."""

    at: date | datetime
    what: str


class Fill(msgspec.Struct, frozen=True):
    """How full a filesystem is, in percent of its bytes and of its inodes; an entry of `{name:fills}`."""

    mount: str
    bytes: float
    inodes: float


class Cut(tuple[Any, ...]):
    """The first entries of a longer list; `whole` is the length of that list."""

    whole = 0


def cut(entries: Sequence[Any], most: int, whole: int = 0) -> Cut:
    """Return at most `most` entries, with the true length of the list.

    `whole` is that length if it is known to be larger.
    """
    first = Cut(entries[:most])
    first.whole = max(whole, len(entries), getattr(entries, "whole", 0))
    return first


class Words:
    """Formats templates in one language. A value of a wrong type is shown as it is, and a missing one as “–”."""

    def __init__(self, language: str) -> None:
        self.language = language

    def filled(self, template: str, values: Mapping[str, Any]) -> str:
        """Return the template with its fields replaced. It cannot access attributes or elements of a value."""
        return "".join(
            text if name is None else text + self.format_field(values.get(name), form)
            for text, name, form in _parsed(template)
        )

    def format_field(self, value: Any, format_spec: str) -> str:
        """Return the value in the given form, or as it is if the form does not fit.

        Invisible characters are replaced, and backquotes, which would make a command of what a host says.
        """
        text = self._formed(value, format_spec).replace("`", "'")
        if text.isprintable():
            return text
        return "".join(char if char.isprintable() or char in SPACES else "\N{REPLACEMENT CHARACTER}" for char in text)

    def _formed(self, value: Any, format_spec: str) -> str:
        if value is None:
            return "–"
        try:
            if "|" in format_spec:
                return figure.counted(value, format_spec, self.language)
            if format_spec in FORMS:
                return FORMS[format_spec](value, self.language)
            plain = not format_spec and isinstance(value, float)
            text = figure.few(value, self.language) if plain else format(value, format_spec)
        except Exception:  # noqa: BLE001 — the value is whatever a host answered
            return str(value)
        return figure.written(text, self.language) if format_spec and isinstance(value, int | float) else text


class Command(Words):
    """Formats the commands of a template: each value is one word of the shell."""

    def format_field(self, value: Any, format_spec: str) -> str:
        """Return the value as a word of the shell, quoted if it needs that and is not quoted already."""
        text = super().format_field(value, format_spec)
        return text if ONE_WORD.fullmatch(text) or _quoted(text) else shlex.quote(text)


WORDS = {language: (Words(language), Command(language)) for language in LANGUAGES}  # text and commands in turn


def fill(template: str, values: Mapping[str, Any], language: str) -> str:
    """Replace the fields of a template, such as `{used:bytes}`, by values. Never raises, whatever the values are."""
    whole = spoken(PART.sub(lambda part: part[1] if all(map(values.get, holes(part[1]))) else "", template))
    if "{" not in whole and "}" not in whole:
        return whole
    return "`".join(WORDS[language][number % 2].filled(part, values) for number, part in enumerate(whole.split("`")))


def _quoted(text: str) -> bool:
    try:
        return [shlex.quote(word) for word in shlex.split(text)] == [text]
    except ValueError:
        return False


def holes(template: str) -> set[str]:
    """Return the names of the values that a template uses."""
    return {name for _, name, _ in _parsed(template) if name}


@lru_cache(4096)
def _parsed(template: str) -> tuple[tuple[str, str | None, str], ...]:
    """Return the parts of a template: a text, the name of the value behind it (None at the end), and its form."""
    return tuple((text, name, form or "") for text, name, form, _ in string.Formatter().parse(template))


@cache
def locale(language: str) -> dict[str, Any]:
    """Return the tables of reports/locale/LANGUAGE.toml."""
    file = LOCALE / f"{language}.toml"
    return tables_of(file.read_text(encoding="utf-8"), file)


def phrase(table: str, code: str, values: Mapping[str, Any], language: str) -> str:
    """Return a sentence of reports/locale with its values. An unknown code is returned as it is, with the values."""
    template = locale(language).get(table, {}).get(code)
    if template is None:
        return f"{code} {dict(values)}" if values else code
    return fill(template, values, language)


def day(value: Any, language: str) -> str:
    """Return a day in words: `11 February 2026`."""
    return fill(locale(language)["date"]["day"], dated(figure.instant(value), language), language)


def moment(value: Any, language: str) -> str:
    """Return a moment in words: `11 February 2026, 13:05 UTC`. A date without a time is returned as day() does."""
    at = figure.instant(value)
    if not isinstance(at, datetime):
        return day(at, language)
    clock = {"hour": f"{at:%H}", "minute": f"{at:%M}", "zone": f"{at:%Z}"}
    return fill(locale(language)["date"]["moment"], dated(at, language) | clock, language).strip()


def dated(at: date, language: str, months: str = "months") -> dict[str, Any]:
    """Return the day, the month in words and the year of a date, for the templates of [date] in reports/locale."""
    table, number = locale(language)["date"], str(at.day)
    return {
        "day": table["first"] if at.day == 1 else number,
        "year": str(at.year),
        "month": table[months].split()[at.month - 1],
    }


def _list(value: Any, language: str, entry: Callable[[Any, str], str] = lambda entry, _language: str(entry)) -> str:
    listed = [entry(one, language) for one in value[:MOST_LISTED]]
    more = _count(value) - len(listed)
    words = {"en": (f" and {more} more", "none"), "fr": (f" et {more} de plus", "aucun")}[language]
    return ", ".join(listed) + (words[0] if more else "") or words[1]


def _dated(entry: Any, language: str) -> str:
    """Return a Dated as `11 February 2026 (redis)`, or a moment alone.

    The text of an older run is returned unchanged.
    """
    values = _fields(entry)
    try:
        return f"{moment(values['at'], language)} ({values['what']})" if values else moment(entry, language)
    except ValueError:
        return str(entry)


def _fill(entry: Any, language: str) -> str:
    """Return a Fill as `/var 59.1 % / 3 %`. The text of an older run is returned unchanged."""
    values = _fields(entry)
    shares = [_percent(values[name], language) for name in ("bytes", "inodes") if values]
    return f"{values['mount']} {' / '.join(shares)}" if values else str(entry)


def _fields(entry: Any) -> Mapping[str, Any]:
    """Return the fields of a struct, also of one that was read back from JSON as a mapping."""
    if isinstance(entry, msgspec.Struct):
        return msgspec.structs.asdict(entry)
    return entry if isinstance(entry, Mapping) else {}


def _percent(value: Any, language: str) -> str:
    return f"{figure.few(value, language)}{figure.SPACE}%"


def _count(value: Any) -> int:
    return value.whole if isinstance(value, Cut) else len(value)


def _word(value: Any, language: str) -> str:
    """Return a program's word in the reader’s language. An unknown word is returned unchanged."""
    return str(locale(language)["host-word"].get(str(value), value))


def _support(value: Any, language: str) -> str:
    """Return a sentence on how many days of support are left, or since how many days support has ended."""
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
