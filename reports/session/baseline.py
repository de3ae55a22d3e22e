"""Reads the run that `--baseline` names, before anything is contacted. It changes no decision."""

from pathlib import Path

import pytest

from fixtures.ask.redaction import error_text
from fixtures.session.stash import LANGUAGE, NOTICES
from gate.bounded import MOST_RECORDED, read_bounded
from gate.decision import decide
from gate.identity import Identity
from gate.run import Baseline, Run, RunError, read_run
from reports.commands.compare import run_file
from reports.text.comparison import readings
from reports.text.words import Voice, shown

BASELINE = pytest.StashKey[Run | None]()


def read_baseline(config: pytest.Config) -> None:
    """Keep the run of `--baseline`. Raises UsageError, in one line, if it cannot be read or is none."""
    given: Path | None = config.getoption("--baseline")
    config.stash[BASELINE] = None
    if given is None:
        return
    file = run_file(given)
    try:
        config.stash[BASELINE] = read_run(read_bounded(file, MOST_RECORDED), str(file))
    except OSError as error:
        raise pytest.UsageError(f"--baseline: {file}: cannot be read: {error.strerror}; name a run.json") from None
    except RunError as error:
        raise pytest.UsageError(f"--baseline: {error_text(error)}") from None


def baseline_of(config: pytest.Config, identity: Identity) -> Baseline | None:
    """Return what the run is shown against; None, with a notice, if the baseline is of another server."""
    run = config.stash[BASELINE]
    if run is None:
        return None
    if differing := run.identity.differing(identity):
        parts = ", ".join(differing)
        config.stash[NOTICES].append(
            Voice(config.stash[LANGUAGE]).word("baseline-other", title=shown(run.target.title), parts=parts)
        )
        return None
    decision = decide(run)
    return Baseline(
        title=run.target.title,
        at=run.ended,
        verdict=decision.verdict.label,
        readings=readings(decision.results),
        named=run.identity.same(identity),
    )
