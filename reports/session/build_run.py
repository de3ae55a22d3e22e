"""Builds the Run of a pytest session from its stash."""

import uuid
from datetime import UTC, datetime

import msgspec
import pytest

from fixtures.session.audit import AUDIT
from fixtures.session.identity import identify
from fixtures.session.kept_answers import kept_answers
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
from reports.pages.courses import COURSES
from reports.session.baseline import baseline_of

RESULTS = pytest.StashKey[dict[str, Result]]()
STARTED = pytest.StashKey[datetime]()


def build_run(config: pytest.Config) -> Run:
    """Return the complete Run at the end of the session."""
    run = run_so_far(config)
    cited = {source.fact for result in config.stash[RESULTS].values() for source in result.sources}
    return msgspec.structs.replace(
        run,
        history_series=_history_series(config, run.ended),
        answers=kept_answers(config, cited),
        baseline=baseline_of(config, run.identity),
    )


def run_so_far(config: pytest.Config) -> Run:
    """Return the Run as far as the session has got, without what nothing is judged by: earlier audits and the answers.

    A replay has the date of the recording and its own duration.
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
        plan=stash[AUDIT].target.phase,
    )


def _history_series(config: pytest.Config, until: datetime) -> HistorySeries:
    """Return the series of earlier audits. For a real server it contains no synthetic samples."""
    contract, shown = config.stash[CONTRACT], config.stash[AUDITED].kind in SHOWN
    samples = [sample for sample in config.stash[PAST].samples if shown or not sample.synthetic]
    drawn = [id for id, row in contract.items() if row.kpi or id in COURSES]
    return history_series(samples, drawn, len(contract), until)
