"""The days of the plan: its first day, its meeting, and by when it wants a task done."""

from datetime import date, timedelta

from gate.plan import Task
from gate.run import Run


def beginning(run: Run) -> date | None:
    """Return the first day of the plan's week; None if the target has none."""
    return date.fromisoformat(run.target.plan_start) if run.target.plan_start else None


def meeting(run: Run) -> date | None:
    """Return the day of the meeting; None if the target has none."""
    return date.fromisoformat(run.target.meeting) if run.target.meeting else None


def last_day(task: Task, run: Run) -> date | None:
    """Return the day by which the plan wants the task done; None if the target has no dates."""
    if task.meeting and run.target.meeting:
        return meeting(run)
    begin = beginning(run)
    return begin + timedelta(days=task.last) if begin else None
