"""Says by when to act, so that the plan's date is kept, or at least the meeting."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from gate.decision import Decision
from gate.outcome import Outcome
from gate.people import STABLE
from gate.run import Result, Run
from reports.text.plan import last_day, meeting
from reports.text.words import Voice

WEEK = 7  # days without incident, where the contract does not name STABLE


def due(open: Sequence[Result], run: Run, voice: Voice) -> str:
    """Return by when the open results must be settled: failures by a day, others until a date or before the meeting."""
    failed = [result.id for result in open if result.outcome is Outcome.FAIL]
    if failed:
        return _repair(failed, run, voice)
    waits = [day for result in open if result.reason and (day := _day(result.reason.values.get("until")))]
    if waits:
        return voice.word("due-waits", day=voice.short_day(max(waits)))
    day = meeting(run)
    return _at(day, "due-meeting", "due-at-meeting", run, voice) if open and day and day >= run.ended.date() else ""


def _repair(failed: Sequence[str], run: Run, voice: Voice) -> str:
    """Return the plan's day if it leaves enough days before the meeting, otherwise the last day that does."""
    audited, latest, planned = run.ended.date(), latest_repair(run), _planned(failed, run)
    if planned and planned >= audited and (latest is None or planned <= latest):
        return _at(planned, "due-planned", "due-planned-of-audit", run, voice)
    if latest and latest >= audited:
        return _at(latest, "due-latest", "due-latest-of-audit", run, voice)
    return (
        voice.word("due-late", day=voice.short_day(planned)) if planned and planned < audited else voice.word("due-now")
    )


def _at(day: date, later: str, same: str, run: Run, voice: Voice) -> str:
    """Return a day to come in the words `later`. For the day of the audit itself, “by” would be odd: `same` says it."""
    return voice.word(same if day == run.ended.date() else later, day=voice.short_day(day))


def late_after(run: Run, decision: Decision, voice: Voice) -> str:
    """Return why repairs have a last day, or "" if nothing failed or that day is over."""
    failed = any(decision.results[id].outcome is Outcome.FAIL for cause in decision.causes for id in cause.ids)
    latest = latest_repair(run)
    if not failed or latest is None or latest < run.ended.date():
        return ""
    return voice.word("due-note", days=_needed(run), day=voice.day(latest))


def latest_repair(run: Run) -> date | None:
    """Return the last day on which a repair leaves the days without incident before the meeting; None without a meeting."""
    day = meeting(run)
    return day - timedelta(days=_needed(run)) if day else None


def _needed(run: Run) -> float:
    """Return how many days without incident the contract asks for."""
    return run.contract[STABLE].bound.figure if STABLE in run.contract else WEEK


def _planned(failed: Sequence[str], run: Run) -> date | None:
    """Return the last day that the plan has for the failed criteria; None if it has none."""
    days = [last_day(task, run) for task in run.phase.task if set(task.criteria) & set(failed)]
    return max((day for day in days if day), default=None)


def _day(written: object) -> date | None:
    """Return the day of an ISO 8601 date or moment; None for anything else."""
    try:
        return datetime.fromisoformat(str(written)).date()
    except ValueError:
        return None
