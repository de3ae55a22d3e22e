"""Computes the return on investment: hours invested and hours saved, from the work log."""

from datetime import date

import msgspec
from markupsafe import Markup

from gate.run import Run
from gate.worklog import Return, return_of
from reports.pages.drawings.break_even import break_even, crossing, top_of
from reports.pages.drawings.scale import Named, spread
from reports.text.words import Voice, shown

MOST_ROWS = 60
APART = 11  # percent of the height; closer names would overlap


class Hours(msgspec.Struct, frozen=True):
    """A line of the work log, in words."""

    day: str
    activity: str
    spent: str
    saved: str


class ReturnView(msgspec.Struct, frozen=True):
    """The computation, step by step. `scale` and `ends` name heights in percent from below.

    `even` is the place of the break-even in percent from the left and from below, and its day.
    """

    steps: tuple[tuple[str, str], ...]
    rows: tuple[Hours, ...]
    more: str
    drawing: Markup
    scale: tuple[Named, ...]
    ends: tuple[Named, ...]
    even: tuple[float, float, str] | None
    months: int


def worth(run: Run, voice: Voice) -> ReturnView:
    """Return the computation from the work log.

    Without any logged hours, the plan's own hours count as invested.
    """
    hours = return_of(run.people.worklog, date.fromisoformat(run.target.plan_start) if run.target.plan_start else None)
    rows = tuple(
        Hours(
            voice.day(row.date),
            shown(row.activity),
            voice.figure(row.hours, "h") if row.hours else "",
            voice.word("saving", hours=voice.figure(row.saved, "h"), basis=voice.word(str(row.basis)))
            if row.saved
            else "",
        )
        for row in run.people.worklog[:MOST_ROWS]
    )
    left_out = len(run.people.worklog) - MOST_ROWS
    return ReturnView(
        _steps(hours, voice),
        rows,
        voice.word("more-rows", count=left_out) if left_out > 0 else "",
        break_even(hours),
        _scale(hours, voice),
        _ends(hours, voice),
        _even(hours, voice),
        hours.months,
    )


def _scale(hours: Return, voice: Voice) -> tuple[Named, ...]:
    return (0, voice.figure(0, "h"), ""), (100, voice.figure(top_of(hours), "h"), "")


def _ends(hours: Return, voice: Voice) -> tuple[Named, ...]:
    """Return the end of each line with its name, moved apart so that the names do not overlap."""
    lines = (
        ("invested", hours.invested, "limit"),
        ("saved", hours.saved, "saved"),
        ("certain", hours.measured * hours.months, "certain"),
    )
    return spread(
        [
            (100 * value / top_of(hours), voice.word(f"line-{name}", hours=voice.figure(round(value, 1), "h")), kind)
            for name, value, kind in lines
        ],
        APART,
    )


def _even(hours: Return, voice: Voice) -> tuple[float, float, str] | None:
    place = crossing(hours)
    return (*place, voice.day(hours.even)) if place and hours.even else None


def _steps(hours: Return, voice: Voice) -> tuple[tuple[str, str], ...]:
    def amount(value: float) -> str:
        return voice.figure(round(value, 1), "h")

    def even(day: date | None) -> str:
        return voice.day(day) if day else voice.word("never")

    invested = "invested-planned" if hours.planned else "invested-logged"
    return (
        (voice.word("invested"), voice.word(invested, hours=amount(hours.invested))),
        (
            voice.word("saved"),
            voice.word(
                "saved-sentence",
                monthly=amount(hours.monthly),
                measured=amount(hours.measured),
                assumed=amount(hours.assumed),
                months=hours.months,
                saved=amount(hours.saved),
            ),
        ),
        (voice.word("net"), f"{amount(hours.saved)} − {amount(hours.invested)} = {amount(hours.net)}"),
        (voice.word("break-even"), even(hours.even)),
        (voice.word("worst"), voice.word("worst-sentence", net=amount(hours.worst), day=even(hours.worst_even))),
    )
