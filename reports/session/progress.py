"""While the audit runs: a line for each criterion that passes, what was seen of any other, and none of pytest's own."""

from collections.abc import Callable, Generator, Mapping

import msgspec
import pytest
from _pytest.junitxml import xml_key

from fixtures.session.stash import AUDITED, CONTRACT, LANGUAGE
from gate.outcome import Outcome
from gate.run import Result
from reports.session.terminal import COLOURS, columns, wrapped
from reports.text.words import Voice, shown

LETTERS = {
    Outcome.PASS: ".",
    Outcome.FIXED: "*",
    Outcome.WAIVED: "w",
    Outcome.MANUAL: "m",
    Outcome.UNKNOWN: "?",
    Outcome.PENDING: "…",
    Outcome.FAIL: "F",
}
WRITERS = ("LogXML", "SelfContainedReport")
PYTESTS_OWN = "fE"  # what -r is when nobody gave it
Status = tuple[str, str, tuple[str, Mapping[str, bool]]]  # category, letter, word with its markup


def result_of(report: pytest.TestReport) -> Result | None:
    """What a test judged, from its user properties."""
    texts = [str(text) for name, text in report.user_properties if name == "result"]
    return msgspec.json.decode(texts[-1], type=Result) if texts else None


def tells(report: pytest.TestReport) -> bool:
    """The report of a test that says something new: its call, or a set-up or clean-up that broke."""
    return report.when == "call" or report.failed


class Progress:
    """`settled` gives the results so far, with fixed and waived named."""

    def __init__(self, config: pytest.Config, settled: Callable[[], Mapping[str, Result]]) -> None:
        self.config, self.settled = config, settled
        self.lines = config.get_verbosity() == 0
        if config.get_verbosity() <= 0:
            config.option.no_header = True
            config.option.reportchars = config.option.reportchars.removeprefix(PYTESTS_OWN)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> None:
        """Say what is audited, and keep the names of test files away."""
        if self.lines and (reporter := self._reporter()):
            reporter.showfspath = False
            voice, audited = Voice(self.config.stash[LANGUAGE]), self.config.stash[AUDITED]
            kind = f" ({voice.word(audited.kind)})" if audited.kind in ("demo", "lab") else ""
            reporter.write_line(f"{voice.word('product')}{voice.colon}{shown(audited.title)}{kind}", bold=True)

    def pytest_report_teststatus(self, report: pytest.TestReport) -> Status | None:
        """Outcomes are counted under their own names: an unknown is neither a failure nor a crash."""
        result = result_of(report) if isinstance(report, pytest.TestReport) and tells(report) else None
        if result is None:
            return None
        outcome = self.settled().get(result.id, result).outcome
        category = {Outcome.PASS: "passed", Outcome.FAIL: "failed"}.get(outcome, str(outcome))
        if self.lines:
            return category, "", ("", {})
        word = Voice(self.config.stash[LANGUAGE]).outcome(outcome)
        return category, LETTERS[outcome], (word.upper(), {COLOURS[outcome]: True})

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """The line."""
        result, reporter = result_of(report), self._reporter()
        if self.lines and reporter and result and tells(report):
            result = self.settled().get(result.id, result)
            voice = Voice(self.config.stash[LANGUAGE])
            said = voice.told(self.config.stash[CONTRACT][result.id], result)
            first, *more = _shortened(wrapped(said, columns() - 2, 22), result.outcome)
            reporter.write(f"{result.id:<10} ", bold=True)
            reporter.write(f"{voice.outcome(result.outcome):<10} ", **{COLOURS[result.outcome]: True})
            reporter.write(first + "\n")
            for line in more:
                reporter.write(f"{'':<22}{line}\n")

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_sessionfinish(self) -> Generator[None]:
        """The writers of junit.xml and detail.html are done: they need not name their files, the last block does."""
        yield
        plugins = self.config.pluginmanager
        if self.config.get_verbosity() <= 0:
            for plugin in [plugin for plugin in plugins.get_plugins() if type(plugin).__name__ in WRITERS]:
                plugins.unregister(plugin)
            if xml_key in self.config.stash:
                del self.config.stash[xml_key]

    def _reporter(self) -> pytest.TerminalReporter | None:
        reporter: pytest.TerminalReporter | None = self.config.pluginmanager.get_plugin("terminalreporter")
        return reporter


def _shortened(lines: list[str], outcome: Outcome) -> list[str]:
    """Of what passed the beginning will do; the page has the rest."""
    return [f"{lines[0]} …"] if outcome is Outcome.PASS and len(lines) > 1 else lines
