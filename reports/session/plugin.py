"""From pytest's reports to one Run, its decision, the files in reports/out and the exit status."""

import sys
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from fixtures.session.options import REPORTS
from fixtures.session.sample_run import is_sample_run
from fixtures.session.stash import (
    BEFORE,
    HISTORY,
    INTERVENTIONS,
    LANGUAGE,
    NOTICES,
    WITNESSED,
)
from gate.command import OPTIMISED
from gate.decision import Decision, decide
from gate.history import HistoryError, remember
from gate.past import Past
from gate.resolve import resolve_outcomes
from gate.run import Result, Run
from reports.exports import write_all
from reports.pages.detail import Detail
from reports.session.build_run import RESULTS, STARTED, build_run, run_so_far
from reports.session.output import Output, undisturbed
from reports.session.progress import Progress
from reports.session.sampling import left_by
from reports.session.terminal import columns, no_decision, not_loaded, summary
from reports.session.writers import Writers, direct
from reports.text.words import Voice

DECIDED = pytest.StashKey[tuple[Run, Decision]]()
LOOPED = pytest.StashKey[bool]()  # every test had its turn
SOUND = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """pytest-html and junit write beside ours unless told otherwise."""
    if sys.flags.optimize:
        raise pytest.UsageError(OPTIMISED)
    config.stash[RESULTS], config.stash[INTERVENTIONS], config.stash[BEFORE] = {}, [], {}
    config.stash[STARTED] = datetime.now(UTC)
    if not is_sample_run(config, REPORTS):
        direct(config, Path(config.getoption("--reports")))
    config.pluginmanager.register(Output(), "phase0-output")
    config.pluginmanager.register(Recorder(config), "phase0-recorder")
    config.pluginmanager.register(Progress(config, lambda: resolve_outcomes(run_so_far(config))), "phase0-progress")
    config.pluginmanager.register(Detail(config, lambda: config.stash.get(DECIDED, None)), "phase0-detail")
    config.pluginmanager.register(Writers(config, conclude), "phase0-writers")


class Recorder:
    """Keeps the worst result of every criterion: one that was tried again is not better for it."""

    def __init__(self, config: pytest.Config) -> None:
        self.results = config.stash[RESULTS]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Set-up, call and clean-up report in turn; a later one only speaks when something broke."""
        for name, text in report.user_properties:
            if name == "result":
                result = msgspec.json.decode(str(text), type=Result)
                if self.results.get(result.id, result).outcome.severity <= result.outcome.severity:
                    self.results[result.id] = result


@pytest.fixture
def run(request: pytest.FixtureRequest) -> Run:
    """The run as far as it went: what the derived criteria are derived from."""
    return run_so_far(request.config)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    """Only what came to its end is judged; `-x` is such an end."""
    try:
        looped = yield
    except pytest.Session.Failed:
        session.config.stash[LOOPED] = True
        raise
    session.config.stash[LOOPED] = True
    return looped


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_keyboard_interrupt() -> Generator[None]:
    """A second Ctrl-C would leave pytest with the exit status of a run in which all went well."""
    with undisturbed():
        yield


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """After an interruption, a crash or a usage error nothing is decided; only a GO ends with 0, so collecting does not."""
    conclude(session)
    if LOOPED not in session.config.stash and session.exitstatus in SOUND:
        session.exitstatus = pytest.ExitCode.INTERRUPTED
    if session.config.getoption("collectonly") and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.NO_TESTS_COLLECTED


def conclude(session: pytest.Session) -> bool:
    """Decide, keep a sample, write the reports: once, and only after a whole audit. Whether there is a decision."""
    config = session.config
    whole = session.exitstatus in SOUND and LOOPED in config.stash and not config.getoption("collectonly")
    if whole and DECIDED not in config.stash:
        with undisturbed():
            _conclude(session, config)
    return DECIDED in config.stash


def _conclude(session: pytest.Session, config: pytest.Config) -> None:
    run = build_run(config)
    decision = decide(run)
    config.stash[DECIDED] = run, decision
    session.exitstatus = decision.verdict.status
    _remember(config, left_by(run, decision.results, config.stash.get(WITNESSED, Past())))
    if is_sample_run(config, REPORTS):
        config.stash[NOTICES].append(Voice(config.stash[LANGUAGE]).word("light"))
    else:
        config.stash[NOTICES] += write_all(run, Path(config.getoption("--reports")), config.stash[LANGUAGE])


def _remember(config: pytest.Config, left: Past) -> None:
    history = config.stash[HISTORY]
    if history is None:
        return
    try:
        remember(history, left)
    except HistoryError as error:
        config.stash[NOTICES].append(str(error))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The decision, last on the screen. What could not be loaded is named even though nothing of it could be judged."""
    for report in terminalreporter.stats.get("error", []):
        if isinstance(report, pytest.CollectReport):
            terminalreporter.write_line(not_loaded(report, config.stash[LANGUAGE]), red=True)
    folder, notices = Path(config.getoption("--reports")), config.stash[NOTICES]
    if DECIDED in config.stash:
        run, decision = config.stash[DECIDED]
        for parts in summary(run, decision, config.stash[LANGUAGE], notices, folder, columns()):
            for text, markup in parts:
                terminalreporter.write(text, **dict.fromkeys(markup, True))
            terminalreporter.write("\n")
    elif not config.getoption("collectonly"):
        terminalreporter.write_line(no_decision(folder, config.stash[LANGUAGE]), yellow=True)
