"""ROI: hours invested against hours saved, as the work log has them."""

from datetime import date

import msgspec
from markupsafe import Markup

from reports.model.run import Run
from reports.model.worklog import Return, return_of
from reports.pages.drawings.break_even import break_even, top_of
from reports.words import Voice, shown

MOST_ROWS = 60


class Hours(msgspec.Struct, frozen=True):
    """One line of the work log."""

    day: str
    activity: str
    spent: str
    saved: str


class Worth(msgspec.Struct, frozen=True):
    """The computation, step by step; `limit_at` is where the hours invested stand, in percent from below."""

    steps: tuple[tuple[str, str], ...]
    rows: tuple[Hours, ...]
    more: str
    drawing: Markup
    limit_at: float
    invested: str
    months: int


def worth(run: Run, voice: Voice) -> Worth:
    """From the log alone: what nobody wrote down counts as the plan's own hours, and saves nothing."""
    hours = return_of(run.people.worklog, date.fromisoformat(run.target.plan_start) if run.target.plan_start else None)
    rows = tuple(Hours(voice.day(row.date), shown(row.activity), voice.figure(row.hours, "h") if row.hours else "",
                       voice.word("saving", hours=voice.figure(row.saved, "h"), basis=voice.word(str(row.basis)))
                       if row.saved else "") for row in run.people.worklog[:MOST_ROWS])
    left_out = len(run.people.worklog) - MOST_ROWS
    return Worth(_steps(hours, voice), rows, voice.word("more-rows", count=left_out) if left_out > 0 else "",
                 break_even(hours), 100 * hours.invested / top_of(hours), voice.figure(hours.invested, "h"), hours.months)


def _steps(hours: Return, voice: Voice) -> tuple[tuple[str, str], ...]:
    def said(value: float) -> str:
        return voice.figure(round(value, 1), "h")

    def even(day: date | None) -> str:
        return voice.day(day) if day else voice.word("never")

    invested = "invested-planned" if hours.planned else "invested-logged"
    return (
        (voice.word("invested"), voice.word(invested, hours=said(hours.invested))),
        (voice.word("saved"), voice.word("saved-said", monthly=said(hours.monthly), measured=said(hours.measured),
                                         assumed=said(hours.assumed), months=hours.months, saved=said(hours.saved))),
        (voice.word("net"), f"{said(hours.saved)} − {said(hours.invested)} = {said(hours.net)}"),
        (voice.word("break-even"), even(hours.even)),
        (voice.word("worst"), voice.word("worst-said", net=said(hours.worst), day=even(hours.worst_even))))
