"""Builds what one audit adds to the history: a sample, the results of drills, and the remedies."""

from collections.abc import Mapping

import msgspec

from fixtures.ask.redaction import redact_leaf
from fixtures.session.sample_run import sampled
from gate.contract import Kind
from gate.outcome import Outcome
from gate.past import EARLIER, Drilled, Past, Work
from gate.run import NOT_JUDGED, Result, Run
from gate.sample import Reading, Sample

DONE = (Outcome.PASS, Outcome.FAIL)


def left_by(run: Run, results: Mapping[str, Result], witnessed: Past) -> Past:
    """Return what the run adds to the history. `witnessed` is what the server itself remembers, without secrets in names."""
    drills = [result for result in run.results.values() if result.id in run.contract and _drilled(result, run)]
    works = [done for done in run.interventions if done.state != "planned"]
    return msgspec.structs.replace(
        witnessed,
        identity=run.identity,
        events=tuple(msgspec.structs.replace(event, what=redact_leaf(event.what)) for event in witnessed.events),
        configuration={redact_leaf(path): digest for path, digest in witnessed.configuration.items()},
        samples=(sample_of(run, results),),
        works=tuple(Work(run.ended, done.remedy, done.state) for done in works),
        drills=tuple(Drilled(run.ended, msgspec.structs.replace(result, before=None)) for result in drills),
    )


def _drilled(result: Result, run: Run) -> bool:
    """Return whether the result is a drill of this run. One taken over from an earlier run must not be recorded again."""
    earlier = any(finding.name == EARLIER for finding in result.findings)
    return run.contract[result.id].kind is Kind.DRILL and result.outcome in DONE and not earlier


def sample_of(run: Run, results: Mapping[str, Result]) -> Sample:
    """Return the sample of a run.

    An unknown criterion that only waits for a date counts as observed; otherwise the seven days would start after that
    date.
    """
    fed = [results[id] for id, criterion in run.contract.items() if sampled(criterion)]
    return Sample(
        run.ended,
        failing=tuple(result.id for result in fed if result.outcome is Outcome.FAIL),
        unknown=tuple(result.id for result in fed if result.outcome is Outcome.UNKNOWN and not _waits(result)),
        changed=run.changed,
        readings={
            id: Reading(result.outcome, result.value) for id, result in results.items() if result.reason != NOT_JUDGED
        },
    )


def _waits(result: Result) -> bool:
    return result.reason is not None and "until" in result.reason.values
