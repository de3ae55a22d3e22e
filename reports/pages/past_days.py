"""Shows the outcome of each criterion day by day: a cell for each day, and the same in words."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, timedelta
from itertools import groupby

import msgspec

from gate.contract import Criterion
from gate.history_series import SPAN, Day, day_of_both
from gate.outcome import Outcome
from gate.run import Result, Run
from reports.text.words import Voice

NOT_JUDGED = "none"


class DayCell(msgspec.Struct, frozen=True):
    """One day, or several that were alike. `kind` is the outcome, or "none" for days without a judgement."""

    kind: str
    days: int
    label: str


class PastDays(msgspec.Struct, frozen=True):
    """The cells of the last days, and what they show in words. Both are empty if no earlier audit judged the criterion."""

    cells: tuple[DayCell, ...] = ()
    sentence: str = ""


def past_days(id: str, result: Result, run: Run, voice: Voice) -> PastDays:
    """Return the days of a criterion up to this audit, which counts on its own day."""
    today, criterion = run.ended.astimezone(UTC).date(), run.contract[id]
    known = {day.on: day for day in run.history_series.days.get(id, ())}
    if not known:
        return PastDays()
    own = Day(today, result.outcome, result.value, result.value)
    known[today] = day_of_both(known.get(today, own), own)
    asked = [today - timedelta(days=back) for back in range(SPAN.days - 1, -1, -1)]
    rows = [(day, known.get(day)) for day in asked]
    return PastDays(tuple(_cells(rows, criterion, voice)), voice.semicolon.join(_stretches(rows, criterion, voice)))


def _cells(rows: Sequence[tuple[date, Day | None]], criterion: Criterion, voice: Voice) -> Iterator[DayCell]:
    for (kind, text), alike in groupby(rows, lambda row: _described(row[1], criterion, voice)):
        days = [day for day, _ in alike]
        yield DayCell(kind, len(days), f"{_span(days, voice)}{voice.colon}{text}")


def _stretches(rows: Sequence[tuple[date, Day | None]], criterion: Criterion, voice: Voice) -> Iterator[str]:
    """Yield the stretches of days with one outcome, each with its lowest and highest figure."""
    for outcome, stretch in groupby(rows, lambda row: row[1].outcome if row[1] else None):
        days = list(stretch)
        if outcome is not None:
            text = _figures([day for _, day in days if day], outcome, criterion, voice)
            yield f"{_span([day for day, _ in days], voice)}{voice.colon}{text}"


def _described(day: Day | None, criterion: Criterion, voice: Voice) -> tuple[str, str]:
    if day is None:
        return NOT_JUDGED, voice.word("day-not-judged")
    return str(day.outcome), _figures([day], day.outcome, criterion, voice)


def _figures(days: Sequence[Day], outcome: Outcome, criterion: Criterion, voice: Voice) -> str:
    lows = [day.low for day in days if day.low is not None]
    highs = [day.high for day in days if day.high is not None]
    unit = criterion.bound.unit
    ends = dict.fromkeys(voice.figure(value, unit) for value in (min(lows), max(highs))) if lows and highs else ()
    return ", ".join(part for part in (voice.outcome(outcome), " – ".join(ends)) if part)


def _span(days: Sequence[date], voice: Voice) -> str:
    return " – ".join(dict.fromkeys(voice.short_day(day) for day in (days[0], days[-1])))
