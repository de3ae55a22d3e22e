"""One session, frozen: what the run as far as it went is made from."""

import uuid
from datetime import UTC, datetime

import msgspec
import pytest

from fixtures.session.identity import identify
from fixtures.session.sources import account_of
from fixtures.session.stash import (
    AUDITED,
    CONTRACT,
    DRILLED,
    INTERVENTIONS,
    MOMENT,
    PAST,
    PEOPLE,
    REPLAYED_FROM,
    WINDOW,
)
from gate.earlier import with_earlier
from gate.history_series import HistorySeries, history_series
from gate.resolve import SHOWN
from gate.run import Result, Run

DRAWN = {"DSK-01", "DSK-05", "LOG-06"}  # whose course over the days the page shows
RESULTS = pytest.StashKey[dict[str, Result]]()
STARTED = pytest.StashKey[datetime]()


def build_run(config: pytest.Config) -> Run:
    """Freeze what the session knows, at its end."""
    run = run_so_far(config)
    return msgspec.structs.replace(run, chronicle=_history_series(config, run.ended))


def run_so_far(config: pytest.Config) -> Run:
    """The same without earlier audits, which nothing is judged by.

    A replay is dated as what it judges, and takes the time it takes.
    """
    identity, stash, now = identify(config), config.stash, datetime.now(UTC)
    contract, results, interventions = stash[CONTRACT], stash[RESULTS], stash[INTERVENTIONS]
    earlier = stash[DRILLED]
    ended = stash[MOMENT] or now
    changed = any(intervention.state != "planned" for intervention in interventions)
    return Run(
        id=f"{stash[STARTED]:%Y%m%dT%H%M%SZ}-{uuid.uuid5(uuid.NAMESPACE_OID, stash[STARTED].isoformat()).hex[:6]}",
        target=stash[AUDITED],
        started=ended - (now - stash[STARTED]),
        ended=ended,
        contract=contract,
        results=with_earlier(results, earlier, changed=changed),
        people=stash[PEOPLE],
        window=stash[WINDOW],
        interventions=tuple(interventions),
        replayed_from=stash[REPLAYED_FROM],
        identity=identity,
        adopted=stash[PAST].adopted,
        left_out=stash[PAST].left_out,
        account=account_of(config),
    )


def _history_series(config: pytest.Config, until: datetime) -> HistorySeries:
    """What the page draws of earlier audits: of a real server nothing that was made up."""
    contract, shown = config.stash[CONTRACT], config.stash[AUDITED].kind in SHOWN
    samples = [sample for sample in config.stash[PAST].samples if shown or not sample.synthetic]
    drawn = [id for id, row in contract.items() if row.kpi or id in DRAWN]
    return history_series(samples, drawn, len(contract), until)
