"""Plan 0.2: how much the journal keeps, and how many days it reaches back."""

from collections.abc import Iterator

from fixtures.host.logs.journal import Journal
from fixtures.session.judge import Judge, criterion
from gate.bound import BYTES, Bounds
from gate.run import Finding, Reason


@criterion("LOG-07")
def test_journal_is_small(journal: Journal, judge: Judge) -> None:
    beside = {"names": [one.name for one in journal.foreign], "size": sum(one.size for one in journal.foreign)}
    foreign = [Finding("foreign", beside)] if journal.foreign else []
    assert judge(journal.used_mb, journal, findings=foreign)


@criterion("LOG-08")
def test_journal_is_persistent_and_bounded(journal: Journal, bounds: Bounds, judge: Judge) -> None:
    assert judge(journal.cap_mib if journal.persistent else None, journal, findings=_of_bound(journal, bounds))


def _of_bound(journal: Journal, bounds: Bounds) -> Iterator[Finding]:
    if not journal.persistent:
        yield Finding("volatile")
    if journal.unapplied:
        yield Finding("unapplied")
    if journal.differs:
        yield Finding("other", {"works": journal.works, "configured": journal.configured})
    size, cap = bounds["LOG-07"], bounds["LOG-08"]
    if cap.met_by(journal.cap_mib) and not size.met_by(journal.cap / BYTES[size.unit]):
        yield Finding("flaps", {"cap": journal.cap, "most": size.bytes})


@criterion("LOG-09")
def test_journal_reaches_back_seven_days(journal: Journal, judge: Judge) -> None:
    days = judge.bound.figure
    flaws = {
        "empty": journal.first is None and not journal.unlisted,
        "forgets": journal.forgets(days) and not journal.exports,
        "crowded": journal.crowded and journal.days < days,
    }
    young = journal.days < days and not any(flaws.values()) and not journal.unlisted
    until = journal.reaches(days).isoformat(timespec="minutes")
    waits = Reason("journal-young", {"needed": days, "until": until}) if young else None
    assert judge(
        journal.days,
        journal,
        pending=waits,
        unknown=Reason("journal-unlisted") if journal.unlisted else None,
        findings=[
            Finding(name, {"retention": journal.retention, "used": journal.used, "cap": journal.cap})
            for name, flaw in flaws.items()
            if flaw
        ],
    )
