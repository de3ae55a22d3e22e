"""Shows how many kinds of backups were valid on each of the last days."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import msgspec

from gate.decision import Decision
from gate.outcome import Outcome
from gate.run import Run
from reports.text.words import Voice

BACKUPS, KINDS = "BKP-07", ("postgres", "redis", "configs")


class Day(msgspec.Struct, frozen=True):
    """One day of the calendar. Each entry of `kinds` is valid, missing or unseen."""

    label: str
    count: str
    kinds: tuple[str, ...]
    today: bool = False


def calendar(run: Run, decision: Decision, voice: Voice) -> tuple[Day, ...]:
    """Return the last seven full days, oldest first, and today, each with its number of valid kinds of backups.

    Nothing is returned if no day is known.
    """
    result = decision.results.get(BACKUPS)
    if result is None:
        return ()
    lacking = _lacking(result.seen)
    newest = max(lacking, default=run.ended.date() - timedelta(days=1))
    if not lacking:
        return ()
    full = [_day(newest - timedelta(days=number), lacking, voice) for number in reversed(range(7))]
    today = result.seen.get("today")
    known = (
        today if isinstance(today, int) and 0 <= today <= len(KINDS) and result.outcome is not Outcome.UNKNOWN else None
    )
    marks = ("valid",) * (known or 0) + ("unseen",) * (len(KINDS) - (known or 0))
    count = "?" if known is None else f"{known}/{len(KINDS)}"
    return (*full, Day(_label(newest + timedelta(days=1), voice), count, marks, today=True))


def _day(day: date, lacking: Mapping[date, tuple[str, ...]], voice: Voice) -> Day:
    if day not in lacking:
        return Day(_label(day, voice), "?", ("unseen",) * len(KINDS))
    marks = tuple("missing" if kind in lacking[day] else "valid" for kind in KINDS)
    return Day(_label(day, voice), f"{marks.count('valid')}/{len(KINDS)}", marks)


def _label(day: date, voice: Voice) -> str:
    """Return the name of a day. It may be broken over two lines."""
    return voice.short_day(day).replace("\u00a0", " ")


def _lacking(seen: Mapping[str, Any]) -> dict[date, tuple[str, ...]]:
    """Return the kinds of backups that each full day lacks, or an empty mapping if the value is malformed."""
    try:
        rows = msgspec.convert(seen.get("days", ()), tuple[tuple[date, tuple[str, ...]], ...])
    except msgspec.ValidationError:
        return {}
    return dict(rows)
