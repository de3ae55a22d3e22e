"""Plan 0.2: what journald keeps, and how far back it can tell."""

from collections.abc import Iterator

from fixtures.host.logs.journal import PLAN_MAX, WINDOW, Journal
from fixtures.session.judge import Judge, criterion
from gate.run import Finding, Reason


@criterion("LOG-07")
def test_journal_is_small(journal: Journal, judge: Judge) -> None:
    assert judge(journal.used_mb, journal)


@criterion("LOG-08")
def test_journal_is_persistent_and_bounded(journal: Journal, judge: Judge) -> None:
    assert judge(journal.cap_mib if journal.persistent else None, journal, findings=_of_bound(journal))


def _of_bound(journal: Journal) -> Iterator[Finding]:
    if not journal.persistent:
        yield Finding("volatile")
    if journal.unapplied:
        yield Finding("unapplied")
    if journal.differs:
        yield Finding("other", {"works": journal.works, "configured": journal.configured})
    if journal.flaps:
        yield Finding("flaps", {"cap": journal.cap, "most": PLAN_MAX})


@criterion("LOG-09")
def test_journal_reaches_back_seven_days(journal: Journal, judge: Judge) -> None:
    flaws = {
        "empty": journal.first is None,
        "forgets": journal.forgets and not journal.exports,
        "crowded": journal.crowded and journal.days < WINDOW,
    }
    young = journal.days < WINDOW and not any(flaws.values())
    waits = Reason("journal-young", {"until": journal.proves.isoformat(timespec="minutes")}) if young else None
    assert judge(
        journal.days,
        journal,
        pending=waits,
        findings=[
            Finding(name, {"retention": journal.retention, "used": journal.used, "cap": journal.cap})
            for name, flaw in flaws.items()
            if flaw
        ],
    )
