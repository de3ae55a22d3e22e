"""Compares the earliest possible GO with the date of the meeting."""

from datetime import date, datetime

import msgspec

from gate.decision import Decision, Verdict
from gate.run import Run
from reports.text.words import Voice


class Dates(msgspec.Struct, frozen=True):
    """The earliest possible GO and the meeting, in words. `late` is in days; it is 0 if the GO is in time or a date is
    missing.

    `over` says what to do about a meeting before the audit, with which nothing is compared.
    """

    earliest: str
    meeting: str
    compared: str = ""
    late: int = 0
    over: str = ""

    @property
    def meeting_line(self) -> str:
        """The meeting in one line."""
        return f"{self.meeting} ({self.over})" if self.over else self.meeting


def dates(run: Run, decision: Decision, voice: Voice) -> Dates:
    """Return both dates in words, as days without a time."""
    meeting = date.fromisoformat(run.target.meeting) if run.target.meeting else None
    planned = _of_meeting(meeting, voice)
    is_over = meeting is not None and meeting < run.ended.date()
    over = voice.word("meeting-over") if is_over else ""
    if decision.verdict is Verdict.GO:
        return Dates(voice.word("earliest-now", day=voice.day(run.ended)), planned, over=over)
    if not decision.earliest:
        return Dates(voice.word("earliest-open"), planned, over=over)
    earliest = datetime.fromisoformat(decision.earliest).date()
    late = None if meeting is None or is_over else (earliest - meeting).days
    return Dates(
        _repaired(voice.day(earliest), run, decision, voice), planned, _compared(late, voice), max(late or 0, 0), over
    )


def _of_meeting(meeting: date | None, voice: Voice) -> str:
    return voice.day(meeting) if meeting else voice.word("meeting-unknown")


def _repaired(day: str, run: Run, decision: Decision, voice: Voice) -> str:
    """Return the earliest day. For a NO-GO it depends on the condition that the failures are repaired first."""
    return (
        voice.word("earliest-repaired", day=day, audited=voice.short_day(run.ended))
        if decision.verdict is Verdict.NO_GO
        else day
    )


def _compared(late: int | None, voice: Voice) -> str:
    """Return how the earliest day compares with the meeting, or "" if there is no meeting to come."""
    if late is None:
        return ""
    return voice.word("late", days=late) if late > 0 else voice.word("in-time")
