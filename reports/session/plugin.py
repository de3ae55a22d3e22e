"""The pytest plugin that makes one Run from the test reports, decides, writes the reports and sets the exit status."""

import sys
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fixtures.ask.redaction import error_text
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
from gate.resolve import resolve_outcome
from gate.run import Run
from reports.exports import write_all
from reports.pages.detail import Detail
from reports.session.annotations import annotations, commands_off, in_workflow
from reports.session.build_run import RESULTS, STARTED, build_run, run_so_far
from reports.session.output import Output, undisturbed
from reports.session.progress import Progress, result_in
from reports.session.sampling import left_by
from reports.session.terminal import columns, no_decision, not_loaded, summary
from reports.session.writers import Writers, direct
from reports.text.words import Voice

DECIDED = pytest.StashKey[tuple[Run, Decision]]()
LOOPED = pytest.StashKey[bool]()  # every test has run
SOUND = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Register the hooks, and let pytest-html write into our folder unless it is told otherwise."""
    if sys.flags.optimize:
        raise pytest.UsageError(OPTIMISED)
    config.stash[RESULTS], config.stash[INTERVENTIONS], config.stash[BEFORE] = {}, [], {}
    config.stash[STARTED] = datetime.now(UTC)
    if not is_sample_run(config, REPORTS):
        direct(config, Path(config.getoption("--reports")))
    config.pluginmanager.register(Output(), "phase0-output")
    config.pluginmanager.register(Recorder(config), "phase0-recorder")
    config.pluginmanager.register(
        Progress(config, lambda result: resolve_outcome(result, run_so_far(config))), "phase0-progress"
    )
    detail = Detail(config, lambda: config.stash.get(DECIDED, None))
    config.pluginmanager.register(detail, "phase0-detail")
    config.pluginmanager.register(Writers(config, conclude, detail.finished), "phase0-writers")
    config.pluginmanager.register(LastWord(config), "phase0-last-word")


class Recorder:
    """Records the worst result of every criterion, so that a repeated test cannot improve it."""

    def __init__(self, config: pytest.Config) -> None:
        self.results = config.stash[RESULTS]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Record the result of a report, unless an earlier one of the same criterion was worse."""
        for name, text in report.user_properties:
            if name == "result":
                result = result_in(str(text))
                if self.results.get(result.id, result).outcome.severity <= result.outcome.severity:
                    self.results[result.id] = result


@pytest.fixture
def run(request: pytest.FixtureRequest) -> Run:
    """Return the run as far as it has got, from which the derived criteria are computed."""
    return run_so_far(request.config)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    """Note that all tests have run; `-x` counts as such an end. Without it nothing is decided."""
    try:
        looped = yield
    except pytest.Session.Failed:
        session.config.stash[LOOPED] = True
        raise
    session.config.stash[LOOPED] = True
    return looped


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_keyboard_interrupt() -> Generator[None]:
    """Ignore a second Ctrl-C, which would leave pytest with the exit status of a successful run."""
    with undisturbed():
        yield


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Decide, and set the exit status. Only a GO ends with 0: an interrupted session or `--collect-only` never does."""
    conclude(session)
    if LOOPED not in session.config.stash and session.exitstatus in SOUND:
        session.exitstatus = pytest.ExitCode.INTERRUPTED
    if session.config.getoption("collectonly") and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.NO_TESTS_COLLECTED


def conclude(session: pytest.Session) -> bool:
    """Decide, record a sample and write the reports, once and only after a complete audit.

    Return whether there is a decision.
    """
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
        config.stash[NOTICES].append(Voice(config.stash[LANGUAGE]).word("sample-run"))
    else:
        config.stash[NOTICES] += write_all(run, Path(config.getoption("--reports")), config.stash[LANGUAGE])


def _remember(config: pytest.Config, left: Past) -> None:
    history = config.stash[HISTORY]
    if history is None:
        return
    try:
        remember(history, left)
    except HistoryError as error:
        config.stash[NOTICES].append(error_text(error))


class LastWord:
    """Prints the decision last, below pytest's own line of counts."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.off, self.on = commands_off() if in_workflow() else ("", "")

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        """In a GitHub workflow, turn its commands off before anything that a server says is printed."""
        if self.off and (reporter := self.config.pluginmanager.get_plugin("terminalreporter")):
            reporter.write_line(self.off)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the test files that could not be loaded."""
        for report in terminalreporter.stats.get("error", []):
            if isinstance(report, pytest.CollectReport):
                terminalreporter.write_line(not_loaded(report, self.config.stash[LANGUAGE]), red=True)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self) -> Generator[None]:
        """Print the decision after everything else that happens at the end of the session."""
        yield
        if reporter := self.config.pluginmanager.get_plugin("terminalreporter"):
            self._print_summary(reporter)
            self._annotate(reporter)

    def _annotate(self, reporter: pytest.TerminalReporter) -> None:
        """In a GitHub workflow, turn its commands on again and print the annotations."""
        decided = (
            annotations(*self.config.stash[DECIDED], self.config.stash[LANGUAGE])
            if DECIDED in self.config.stash
            else ()
        )
        for line in (self.on, *decided) if self.on else ():
            reporter.write_line(line)

    def _print_summary(self, reporter: pytest.TerminalReporter) -> None:
        config, language = self.config, self.config.stash[LANGUAGE]
        folder, notices = Path(config.getoption("--reports")), config.stash[NOTICES]
        if DECIDED in config.stash:
            whole = config.get_verbosity() > 0
            for parts in summary(*config.stash[DECIDED], language, notices, folder, columns(), whole=whole):
                for text, markup in parts:
                    reporter.write(text, **dict.fromkeys(markup, True))
                reporter.write("\n")
        elif not config.getoption("collectonly"):
            reporter.write_line(no_decision(folder, language), yellow=True)
