"""The course of a figure over the past days."""

from collections.abc import Sequence
from datetime import timedelta

import msgspec
from markupsafe import Markup

from reports.decision import Decision
from reports.model.chronicle import SPAN, Mark
from reports.model.outcome import Outcome
from reports.model.run import Run
from reports.pages.drawings.axis import Axis
from reports.pages.drawings.course import course, figures, top_of
from reports.words import Voice

DRAWN = (("DSK-01", "course-disk"), ("LOG-06", "course-logs"))
ROOM = timedelta(hours=4)  # to the right of the last moment
Tick = tuple[float, str]


class Course(msgspec.Struct, frozen=True):
    """A figure over the days. `limit_at` in percent from below."""

    id: str
    title: str
    said: str
    limit: str
    limit_at: float
    top: str
    drawing: Markup
    ticks: tuple[Tick, ...]


def past_axis(run: Run) -> Axis:
    """The days that are drawn, up to this audit."""
    return Axis(run.ended - SPAN, run.ended + ROOM)


def course_of(id: str, run: Run, decision: Decision) -> list[Mark]:
    """A criterion's figure in earlier looks and in this one."""
    result = decision.results.get(id)
    own = [Mark(run.ended, result.outcome, result.value)] if result and result.outcome is not Outcome.UNKNOWN else []
    return figures([*run.chronicle.marks.get(id, ()), *own])


def courses(run: Run, decision: Decision, voice: Voice) -> tuple[Course, ...]:
    """Those of the figures of which there is at least one."""
    return tuple(_course(id, name, run, decision, voice) for id, name in DRAWN
                 if id in run.contract and run.contract[id].bound.figure > 0)


def _course(id: str, name: str, run: Run, decision: Decision, voice: Voice) -> Course:
    bound, marks, axis = run.contract[id].bound, course_of(id, run, decision), past_axis(run)
    values = [mark.value or 0.0 for mark in marks]
    top = top_of(marks, bound.figure)
    return Course(id, voice.word(name), _said(values, bound.unit, voice), voice.bound(bound), 100 * bound.figure / top,
                  voice.figure(round(top, 1), bound.unit), course(marks, bound.figure, top, axis), ticks(axis, voice, most=5))


def _said(values: Sequence[float], unit: str, voice: Voice) -> str:
    if len(values) < 2:
        return voice.word("course-one", value=voice.figure(values[0], unit)) if values else voice.word("course-none")
    return voice.word("course-said", low=voice.figure(min(values), unit), high=voice.figure(max(values), unit), count=len(values))


def ticks(axis: Axis, voice: Voice, most: int = 9) -> tuple[Tick, ...]:
    """The days of an axis in words."""
    return tuple((at, voice.short_day(day)) for at, day in axis.days(most))
