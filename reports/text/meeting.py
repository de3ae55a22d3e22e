"""The earliest possible GO against the meeting."""

from datetime import date, datetime

import msgspec

from gate.decision import Decision, Verdict
from gate.run import Run
from reports.text.words import Voice


class Dates(msgspec.Struct, frozen=True):
    """The earliest possible GO against the meeting; `late` in days, 0 when in time or when either is not known.

    `over` says what to do about a meeting that lies before the audit: nothing is compared with it.
    """

    earliest: str
    meeting: str
    compared: str = ""
    late: int = 0
    over: str = ""

    @property
    def told(self) -> str:
        """The meeting on one line."""
        return f"{self.meeting} ({self.over})" if self.over else self.meeting


def dates(run: Run, decision: Decision, voice: Voice) -> Dates:
    """Days, not minutes: nobody meets at 12:19."""
    meeting = date.fromisoformat(run.target.meeting) if run.target.meeting else None
    said = _of_meeting(meeting, voice)
    is_over = meeting is not None and meeting < run.ended.date()
    over = voice.word("meeting-over") if is_over else ""
    if decision.verdict is Verdict.GO:
        return Dates(voice.word("earliest-now"), said, over=over)
    if not decision.earliest:
        return Dates(voice.word("earliest-open"), said, over=over)
    earliest = datetime.fromisoformat(decision.earliest).date()
    late = None if meeting is None or is_over else (earliest - meeting).days
    return Dates(_repaired(voice.day(earliest), decision, voice), said, _compared(late, voice), max(late or 0, 0), over)


def _of_meeting(meeting: date | None, voice: Voice) -> str:
    return voice.day(meeting) if meeting else voice.word("meeting-unknown")


def _repaired(day: str, decision: Decision, voice: Voice) -> str:
    """The earliest day; of a NO-GO, with the condition that it is repaired before."""
    return voice.word("earliest-repaired", day=day) if decision.verdict is Verdict.NO_GO else day


def _compared(late: int | None, voice: Voice) -> str:
    """How the earliest day compares with the meeting's; nothing where there is none to come."""
    if late is None:
        return ""
    return voice.word("late", days=late) if late > 0 else voice.word("in-time")
