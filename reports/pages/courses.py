"""Draws the course of a figure over the past days."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import groupby

import msgspec
from markupsafe import Markup

from gate.bound import Bound
from gate.decision import Decision
from gate.history_series import SPAN, Mark
from gate.outcome import Outcome
from gate.run import Run
from reports.pages.drawings.axis import DAY, Axis
from reports.pages.drawings.course import course, figures, top_of
from reports.pages.drawings.scale import Named
from reports.text.words import Voice

COURSES = {
    "DSK-01": "course-disk",
    "LOG-06": "course-logs",
}  # criterion: the key of its title in [word] of reports/locale
APART = 16  # percent of the height; closer names would overlap
ROOM = timedelta(hours=4)  # empty space after the last moment
Tick = tuple[float, str]


class Course(msgspec.Struct, frozen=True):
    """The course of a figure. `scale` names heights in percent from below: zero, the limit and the upper edge.

    A figure that was read once has a summary and no drawing.
    """

    id: str
    title: str
    summary: str
    scale: tuple[Named, ...]
    drawing: Markup
    ticks: tuple[Tick, ...]


def past_axis(run: Run) -> Axis:
    """Return the time axis of the past days, up to this audit."""
    return Axis(run.ended - SPAN, run.ended + ROOM)


def course_of(id: str, run: Run, decision: Decision) -> list[Mark]:
    """Return a criterion's figure in earlier looks and in this audit."""
    result = decision.results.get(id)
    own = [Mark(run.ended, result.outcome, result.value)] if result and result.outcome is not Outcome.UNKNOWN else []
    return figures([*run.history_series.marks.get(id, ()), *own])


def courses(run: Run, decision: Decision, voice: Voice) -> tuple[Course, ...]:
    """Return the courses of the criteria in COURSES, without those that the contract lacks or whose target is 0."""
    return tuple(
        _course(id, name, run, decision, voice)
        for id, name in COURSES.items()
        if id in run.contract and run.contract[id].bound.figure > 0
    )


def _course(id: str, name: str, run: Run, decision: Decision, voice: Voice) -> Course:
    bound, marks = run.contract[id].bound, course_of(id, run, decision)
    axis = Axis(max(run.ended - SPAN, min((mark.at for mark in marks), default=run.ended) - ROOM), run.ended + ROOM)
    top = top_of(marks, bound.figure, bound.unit)
    drawing = course(marks, bound.figure, top, axis) + _each_day(marks, bound.unit, axis, voice)
    return Course(
        id,
        voice.word(name),
        summary(marks, bound.unit, run, voice),
        tuple(_scale(bound, top, voice)),
        drawing if len(marks) > 1 else Markup(""),
        ticks(axis, voice, most=5),
    )


def _scale(bound: Bound, top: float, voice: Voice) -> Iterable[Named]:
    """Yield the limit, and both ends of the scale unless they are too close to it."""
    at = round(100 * bound.figure / top, 2)
    yield at, voice.bound(bound), "limit"
    if at >= APART:
        yield 0, voice.figure(0, bound.unit), ""
    if at <= 100 - APART:
        yield 100, voice.figure(top, bound.unit), ""


def summary(marks: Sequence[Mark], unit: str, run: Run, voice: Voice) -> str:
    """Return a course in words: the least and the greatest figure, and in how many samples they were read."""
    values = [mark.value or 0.0 for mark in marks]
    if len(values) < 2:
        return voice.word("course-one", value=voice.figure(values[0], unit)) if values else voice.word("course-none")
    now = marks[-1].at == run.ended
    low, high = voice.figure(min(values), unit), voice.figure(max(values), unit)
    return voice.word("course-summary" if now else "course-past", low=low, high=high, count=len(values) - now)


def _each_day(marks: Sequence[Mark], unit: str, axis: Axis, voice: Voice) -> Markup:
    """Return an element for each day, which shows the figures of that day under the pointer."""
    drawn = Markup()
    for _, day in groupby(marks, lambda mark: mark.at.astimezone(axis.begin.tzinfo).date()):
        seen = list(day)
        values = [mark.value or 0.0 for mark in seen]
        figures = dict.fromkeys((voice.figure(min(values), unit), voice.figure(max(values), unit)))
        begin = seen[0].at.replace(hour=0, minute=0, second=0, microsecond=0)
        figures_of_day = f"{voice.short_day(seen[0].at)}{voice.colon}{' – '.join(figures)}"
        drawn += axis.bar("day", max(axis.begin, begin), begin + DAY, figures_of_day)
    return drawn


def ticks(axis: Axis, voice: Voice, most: int = 9) -> tuple[Tick, ...]:
    """Return the days of an axis, with their names and their positions in percent."""
    return tuple((at, voice.short_day(day)) for at, day in axis.days(most))
