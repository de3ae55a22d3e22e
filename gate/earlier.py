"""Takes over drills of earlier audits that this audit did not repeat. They count for a limited number of days."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from gate.contract import Contract, Criterion, FindingText, Kind
from gate.objects import NOTE as WAIVED_NOTE
from gate.objects import WAIVED
from gate.past import EARLIER, Drilled, Past
from gate.run import Finding, Reason, Result

DAYS = 7
NOTE = FindingText(
    en="drilled on {at:moment}; that counts until {until:moment}",
    fr="exercé le {at:moment}\u00a0; cela compte jusqu’au {until:moment}",
    note=True,
)


def noting(contract: Contract) -> dict[str, Criterion]:
    """Return the contract with the notes that no test makes: that an earlier drill counts, and which objects are waived."""
    return {id: _noting(criterion) for id, criterion in contract.items()}


def _noting(criterion: Criterion) -> Criterion:
    notes = {EARLIER: NOTE} if criterion.kind is Kind.DRILL else {}
    notes |= {WAIVED: WAIVED_NOTE} if criterion.objects else {}
    return msgspec.structs.replace(criterion, finding={**criterion.finding, **notes}) if notes else criterion


def earlier_drills(contract: Contract, past: Past, now: datetime, days: int = DAYS) -> dict[str, Result]:
    """Return the newest earlier result of each drill, with a finding that holds its date.

    A drill older than `days` is unknown. A failed drill stays failed until then.
    """
    newest = {id: past.drilled(id) for id, criterion in contract.items() if criterion.kind is Kind.DRILL}
    return {
        id: _as_of(drill, now, timedelta(days=days))
        for id, drill in newest.items()
        if drill is not None and drill.at <= now
    }


def _as_of(drill: Drilled, now: datetime, valid: timedelta) -> Result:
    at, until = drill.at.isoformat(), (drill.at + valid).isoformat()
    if now >= drill.at + valid:
        return Result(drill.result.id, reason=Reason("drill-expired", {"at": at, "counted": until}))
    noted = (*drill.result.findings, Finding(EARLIER, {"at": at, "until": until}))
    return msgspec.structs.replace(drill.result, findings=noted, seconds=0.0, before=None)


def with_earlier(results: Mapping[str, Result], earlier: Mapping[str, Result], *, changed: bool) -> dict[str, Result]:
    """Return the results of this run, completed with the `earlier` ones.

    A run that changed the server takes none over.
    """
    return dict(results) if changed else {**earlier, **results}
