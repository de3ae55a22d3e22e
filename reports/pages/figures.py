"""Builds the plan's KPI table: the figure before, the target, the figure now, and its course."""

import msgspec
from markupsafe import Markup

from gate.contract import Criterion, Kpi
from gate.decision import Decision
from gate.history_series import Mark
from gate.outcome import Outcome
from gate.run import Result, Run
from reports.pages.courses import course_of, past_axis, summary
from reports.pages.drawings.spark import spark
from reports.text.conditions import kpi_now
from reports.text.words import Voice


class Figure(msgspec.Struct, frozen=True):
    """A row of the KPI table."""

    id: str
    name: str
    before: str
    target: str
    now: str
    outcome: Outcome
    word: str
    spark: Markup


def figures(run: Run, decision: Decision, voice: Voice) -> tuple[Figure, ...]:
    """Return the rows of the KPI table."""
    return tuple(
        _figure(
            id,
            criterion,
            criterion.kpi,
            decision.results[id],
            _drawn(course_of(id, run, decision), criterion, run, voice),
            voice,
        )
        for id, criterion in run.contract.items()
        if criterion.kpi
    )


def _drawn(marks: list[Mark], criterion: Criterion, run: Run, voice: Voice) -> Markup:
    said = f"{summary(marks, criterion.bound.unit, run, voice)}{voice.semicolon}{voice.bound(criterion.bound)}"
    return spark(marks, criterion.bound, past_axis(run), said)


def _figure(id: str, criterion: Criterion, kpi: Kpi, result: Result, drawing: Markup, voice: Voice) -> Figure:
    known = result.outcome is not Outcome.UNKNOWN
    figure = voice.figure(result.value, criterion.bound.unit) if result.value is not None else ""
    now = (kpi_now(criterion, result, voice) or figure) if known else ""
    return Figure(
        id,
        voice.text(kpi.name),
        voice.text(kpi.before),
        voice.bound(criterion.bound),
        now or voice.word("unknown-now"),
        result.outcome,
        voice.outcome(result.outcome),
        drawing,
    )
