"""What one audit leaves in the history: how the blocking live criteria stood."""

from collections.abc import Mapping

from reports.model.contract import Kind
from reports.model.outcome import Outcome
from reports.model.run import Result, Run
from reports.model.stability import Sample


def sample_of(run: Run, results: Mapping[str, Result]) -> Sample:
    """An unknown that only waits for a date was looked at all the same: else the seven days would begin after its own."""
    live = [results[id] for id, criterion in run.contract.items() if criterion.blocking and criterion.kind is Kind.LIVE]
    return Sample(
        run.ended, failing=tuple(result.id for result in live if result.outcome is Outcome.FAIL),
        unknown=tuple(result.id for result in live if result.outcome is Outcome.UNKNOWN and not _waits(result)),
        changed=run.changed)


def _waits(result: Result) -> bool:
    return result.reason is not None and "until" in result.reason.values
