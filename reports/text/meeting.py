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
    said = voice.day(meeting) if meeting else voice.word("meeting-unknown")
    over = voice.word("meeting-over") if meeting and meeting < run.ended.date() else ""
    if decision.verdict is Verdict.GO:
        return Dates(voice.word("earliest-now"), said, over=over)
    if not decision.earliest:
        return Dates(voice.word("earliest-open"), said, over=over)
    earliest = datetime.fromisoformat(decision.earliest).date()
    late = (earliest - meeting).days if meeting and not over else 0
    compared = voice.word("late", days=late) if late > 0 else voice.word("in-time") if meeting and not over else ""
    day = voice.day(earliest)
    told = voice.word("earliest-repaired", day=day) if decision.verdict is Verdict.NO_GO else day
    return Dates(told, said, compared, max(late, 0), over)
