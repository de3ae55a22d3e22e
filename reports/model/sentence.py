"""Figures and reasons put into words, in the language of the reader.

Sentences stand in tests/criteria (what was seen) and reports/locale (why something is unknown, what to do);
values stand in run.json. Templates use `{name}` or `{name:form}`, form being one of FORMS or Python's own.
"""

import string
import tomllib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

LOCALE = Path(__file__).parents[1] / "locale"
LANGUAGES = ("en", "fr")
SPACES = "\u00a0\u202f"  # French sets them before its high punctuation
BYTES = {"en": ("B", "kB", "MB", "GB", "TB"), "fr": ("o", "ko", "Mo", "Go", "To")}


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
            said = FORMS[format_spec](value, self.language) if format_spec in FORMS else format(value, format_spec)
        except Exception:  # noqa: BLE001 — the value is whatever a host answered
            return str(value)
        return said.replace(".", ",") if self.language == "fr" and isinstance(value, float) else said


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


def _bytes(value: Any, language: str) -> str:
    size, units = float(value), BYTES[language]
    power = 0
    while abs(size) >= 1000 and power < len(units) - 1:
        size, power = size / 1000, power + 1
    said = f"{size:.0f}" if power == 0 else f"{size:.1f}"
    return f"{said.replace('.', ',') if language == 'fr' else said} {units[power]}"


def _duration(value: Any, language: str) -> str:
    seconds = float(value)
    for unit, size in (("d" if language == "en" else "j", 86400), ("h", 3600), ("min", 60)):
        if abs(seconds) >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"


def _moment(value: Any, language: str) -> str:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    pattern = "%d/%m/%Y %H:%M" if language == "fr" else "%Y-%m-%d %H:%M"
    return str(moment.strftime(pattern) + (moment.strftime(" %Z") if moment.tzinfo else ""))


def _list(value: Any, language: str) -> str:
    shown = [str(entry) for entry in value]
    more = {"en": "and {} more", "fr": "et {} de plus"}[language].format(len(shown) - 5)
    said = ", ".join(shown[:5]) + (f" {more}" if len(shown) > 5 else "")
    return said or {"en": "none", "fr": "néant"}[language]


FORMS: dict[str, Callable[[Any, str], str]] = {
    "bytes": _bytes, "duration": _duration, "moment": _moment, "list": _list,
    "percent": lambda value, language: f"{float(value):.1f} %".replace(".", "," if language == "fr" else "."),
    "yes-no": lambda value, language: {"en": ("no", "yes"), "fr": ("non", "oui")}[language][bool(value)],
    "count": lambda value, _language: str(len(value)),
}
