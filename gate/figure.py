"""Figures and moments in words. One rule for all of them: three significant figures, and none is rounded onto a target."""

from datetime import date, datetime
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_UP, Decimal
from math import isfinite
from typing import Any

SPACE = "\u00a0"  # between a figure and its unit: they stay on one line
NOISE = Decimal("1e-9")  # of a figure: what binary arithmetic adds or takes
BYTES = {"en": ("B", "kB", "MB", "GB", "TB"), "fr": ("o", "ko", "Mo", "Go", "To")}
SPANS = {
    "en": (("day", "days"), ("hour", "hours"), ("minute", "minutes")),
    "fr": (("jour", "jours"), ("heure", "heures"), ("minute", "minutes")),
}


def few(value: Any, language: str) -> str:
    """`7.96`, `10.8`, `543`: rounded to three significant figures, with one more where that would be a rounder number.

    6.997 reads 6.997 and 70.04 reads 70.04: a target is a round number, and what misses it never reads as if it met it.
    """
    figure = float(value)
    if not isfinite(figure) or abs(figure) >= 1e15:
        return f"{figure:.0f}"
    places = 2 if abs(figure) < 10 else 1 if abs(figure) < 100 else 0
    said = f"{_rounded(Decimal(repr(figure)), places):f}"
    said = said.rstrip("0").rstrip(".") if "." in said else said
    return written({"-0": "0"}.get(said, said), language)


def _rounded(exact: Decimal, places: int) -> Decimal:
    """`exact` to so many decimal places, or to one more; it ends in no zero unless it is exact."""
    for step in (Decimal(1).scaleb(-places), Decimal(1).scaleb(-places - 1)):
        near = exact.quantize(step, ROUND_HALF_EVEN)
        if near % (step * 10) or abs(exact - near) <= NOISE * max(Decimal(1), abs(exact)):
            return near
    return exact.quantize(step, ROUND_DOWN if abs(exact) < abs(near) else ROUND_UP)


def signed(value: Any, language: str) -> str:
    """The same with its sign, as of a margin."""
    return plus(few(value, language))


def plus(said: str) -> str:
    """What is not negative begins with a plus."""
    return said if said.startswith("−") else f"+{said}"


def written(figure: str, language: str) -> str:
    """With the sign and the comma of the language."""
    return figure.replace("-", "−").replace(".", "," if language == "fr" else ".")


def one(value: float, language: str) -> bool:
    """Whether what is counted stands in the singular: French counts less than two as one."""
    return abs(value) < 2 if language == "fr" else abs(value) == 1


def counted(value: Any, forms: str, language: str) -> str:
    """`{found:line|lines}`: the figure and the word that agrees with it as it is shown; `+` for its sign."""
    singular, plural = forms.removeprefix("+").split("|")
    said = (signed if forms.startswith("+") else few)(value, language)
    shown = float(said.lstrip("+−").replace(",", "."))
    return f"{said}{SPACE}{singular if one(shown, language) else plural}"


def size(value: Any, language: str) -> str:
    """Bytes in the unit that fits."""
    left, power = float(value), 0
    while abs(left) >= 1000 and power < len(BYTES[language]) - 1:
        left, power = left / 1000, power + 1
    return f"{few(left if power else int(left), language)}{SPACE}{BYTES[language][power]}"


def duration(value: Any, language: str) -> str:
    """Seconds, in the unit that fits."""
    seconds = float(value)
    for unit, length in (("d" if language == "en" else "j", 86400), ("h", 3600), ("min", 60)):
        if abs(seconds) >= 2 * length:
            return written(f"{seconds / length:.0f}{SPACE}{unit}", language)
    return written(f"{seconds:.1f}{SPACE}s" if seconds < 10 else f"{seconds:.0f}{SPACE}s", language)


def span(value: Any, language: str) -> str:
    """Days, or hours and minutes where it was less: “0.0 days” would claim what nobody looked at."""
    days = float(value)
    for (singular, plural), figure in zip(SPANS[language], (days, days * 24, days * 1440), strict=True):
        if figure >= 1:
            return counted(int(figure) if singular == "minute" else figure, f"{singular}|{plural}", language)
    return {"en": "less than a minute", "fr": "moins d’une minute"}[language]


def minutes(value: Any, language: str) -> str:
    """A build that took seconds did not take 0 minutes."""
    return f"{f'<{SPACE}1' if 0 < float(value) < 1 else few(value, language)}{SPACE}min"


def hours(value: Any, language: str) -> str:
    """A backup that was just made is not 0 hours old."""
    return f"{few(value, language)}{SPACE}h" if abs(float(value)) >= 1 else minutes(float(value) * 60, language)


def gigabytes(value: Any, language: str) -> str:
    """What a check counts in GB, in the unit that fits."""
    return size(float(value) * 1e9, language)


def instant(value: Any) -> date | datetime:
    """What a host or a file wrote as ISO 8601: a day stays a day."""
    if not isinstance(value, str):
        return value if isinstance(value, date) else datetime.fromisoformat(value)
    return date.fromisoformat(value) if len(value) == len("2026-02-11") else datetime.fromisoformat(value)
