"""Formats figures for the reader, in English or French.

A figure is rounded to three significant digits, or to a whole number if that is longer, but never onto a target: 6.997
days are not shown as 7.
"""

from datetime import date, datetime
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_UP, Decimal
from math import isfinite
from typing import Any

SPACE = "\u00a0"  # the no-break space that keeps a figure and its unit on one line
NOISE = Decimal("1e-9")  # the relative error of binary arithmetic
BYTES = {"en": ("B", "kB", "MB", "GB", "TB"), "fr": ("o", "ko", "Mo", "Go", "To")}
SPANS = {
    "en": (("day", "days"), ("hour", "hours"), ("minute", "minutes")),
    "fr": (("jour", "jours"), ("heure", "heures"), ("minute", "minutes")),
}


def few(value: Any, language: str) -> str:
    """Return a number rounded to three significant digits, with one digit more if it would become a rounder number.

    A target is a round number. 6.997 is therefore shown as 6.997 and 70.04 as 70.04, so that no missed figure looks as
    if it met its target.
    """
    figure = float(value)
    if not isfinite(figure) or abs(figure) >= 1e15:
        return f"{figure:.0f}"
    places = 2 if abs(figure) < 10 else 1 if abs(figure) < 100 else 0
    digits = f"{_rounded(Decimal(repr(figure)), places):f}"
    digits = digits.rstrip("0").rstrip(".") if "." in digits else digits
    return written({"-0": "0"}.get(digits, digits), language)


def _rounded(exact: Decimal, places: int) -> Decimal:
    """Return `exact` rounded to `places` decimal places, or to one more; it ends in a zero only if it is exact."""
    for step in (Decimal(1).scaleb(-places), Decimal(1).scaleb(-places - 1)):
        near = exact.quantize(step, ROUND_HALF_EVEN)
        if near % (step * 10) or abs(exact - near) <= NOISE * max(Decimal(1), abs(exact)):
            return near
    return exact.quantize(step, ROUND_DOWN if abs(exact) < abs(near) else ROUND_UP)


def signed(value: Any, language: str) -> str:
    """Return the number as few() does, always with its sign, for example for a margin."""
    return plus(few(value, language))


def plus(figure: str) -> str:
    """Return `figure` with a plus sign in front, unless it is negative."""
    return figure if figure.startswith("−") else f"+{figure}"


def written(figure: str, language: str) -> str:
    """Return `figure` with the typographic minus sign and the decimal separator of the language."""
    return figure.replace("-", "−").replace(".", "," if language == "fr" else ".")


def one(value: float, language: str) -> bool:
    """Return whether `value` takes the singular. French uses it for every value below two, English only for one."""
    return abs(value) < 2 if language == "fr" else abs(value) == 1


def counted(value: Any, forms: str, language: str) -> str:
    """Return a number and the noun that agrees with it as shown, as `{found:line|lines}` asks; a leading `+` shows the sign."""
    singular, plural = forms.removeprefix("+").split("|")
    number = (signed if forms.startswith("+") else few)(value, language)
    shown = float(number.lstrip("+−").replace(",", "."))
    return f"{number}{SPACE}{singular if one(shown, language) else plural}"


def size(value: Any, language: str) -> str:
    """Return a number of bytes in the unit that fits, from B to TB."""
    left, power = float(value), 0
    while abs(left) >= 1000 and power < len(BYTES[language]) - 1:
        left, power = left / 1000, power + 1
    return f"{few(left if power else int(left), language)}{SPACE}{BYTES[language][power]}"


def duration(value: Any, language: str) -> str:
    """Return a number of seconds in the unit that fits, from seconds to days."""
    seconds = float(value)
    if 0 < abs(seconds) < 0.1:
        return {"en": f"less than 0.1{SPACE}s", "fr": f"moins de 0,1{SPACE}s"}[language]
    for unit, length in (("d" if language == "en" else "j", 86400), ("h", 3600), ("min", 60)):
        if abs(seconds) >= 2 * length:
            return written(f"{seconds / length:.0f}{SPACE}{unit}", language)
    return written(f"{seconds:.1f}{SPACE}s" if 0 < seconds < 10 else f"{seconds:.0f}{SPACE}s", language)


def span(value: Any, language: str) -> str:
    """Return a number of days. Less than a day is shown in hours or minutes, because “0.0 days” would say nothing."""
    days = float(value)
    for (singular, plural), figure in zip(SPANS[language], (days, days * 24, days * 1440), strict=True):
        if figure >= 1:
            return counted(int(figure) if singular == "minute" else figure, f"{singular}|{plural}", language)
    return {"en": "less than a minute", "fr": "moins d’une minute"}[language]


def minutes(value: Any, language: str) -> str:
    """Return a number of minutes. Less than one is shown as `<1 min`, never as 0."""
    return f"{f'<{SPACE}1' if 0 < float(value) < 1 else few(value, language)}{SPACE}min"


def hours(value: Any, language: str) -> str:
    """Return a number of hours. Less than one is shown in minutes, never as 0 h."""
    return f"{few(value, language)}{SPACE}h" if abs(float(value)) >= 1 else minutes(float(value) * 60, language)


def gigabytes(value: Any, language: str) -> str:
    """Return a number of gigabytes (10⁹ bytes) in the unit that fits."""
    return size(float(value) * 1e9, language)


def instant(value: Any) -> date | datetime:
    """Parse a date or a moment in ISO 8601. A date without a time stays a date. Raises ValueError for any other text."""
    if not isinstance(value, str):
        return value if isinstance(value, date) else datetime.fromisoformat(value)
    return date.fromisoformat(value) if len(value) == len("2026-02-11") else datetime.fromisoformat(value)
