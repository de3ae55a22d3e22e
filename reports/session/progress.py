"""Prints a line for each criterion while the audit runs, in place of pytest's own progress."""

from collections.abc import Callable, Generator, Mapping
from functools import lru_cache

import msgspec
import pytest
from _pytest.junitxml import xml_key

from fixtures.session.audit import AUDIT
from fixtures.session.stash import AUDITED, CONTRACT, LANGUAGE
from gate.outcome import Outcome
from gate.plan import default_plan
from gate.run import Result
from reports.session.pytests_words import translate
from reports.session.terminal import COLOURS, columns, wrapped
from reports.text.words import Voice, shown

LETTERS = {
    Outcome.PASS: ".",
    Outcome.FIXED: "*",
    Outcome.WAIVED: "w",
    Outcome.NOT_APPLICABLE: "-",
    Outcome.MANUAL: "m",
    Outcome.UNKNOWN: "?",
    Outcome.PENDING: "…",
    Outcome.FAIL: "F",
}
WRITERS = ("LogXML", "SelfContainedReport")
PYTESTS_OWN = "fE"  # the default value of -r
Status = tuple[str, str, tuple[str, Mapping[str, bool]]]  # category, letter, word with its markup


def result_of(report: pytest.TestReport) -> Result | None:
    """Return the result in the user properties of a test report, or None."""
    texts = [str(text) for name, text in report.user_properties if name == "result"]
    return result_in(texts[-1]) if texts else None


@lru_cache(256)  # a report is read by six hooks
def result_in(text: str) -> Result:
    """Return the result that a user property holds as JSON: the same object for the same text."""
    return msgspec.json.decode(text, type=Result)


def is_news(report: pytest.TestReport) -> bool:
    """Return whether a report says something new: that of a call, or of a set-up or clean-up that failed."""
    return report.when == "call" or report.failed


class Progress:
    """Hooks that print the progress. `settled` returns a result as it stands so far, with fixed and waived."""

    def __init__(self, config: pytest.Config, settled: Callable[[Result], Result]) -> None:
        self.config, self.settled = config, settled
        self.lines = config.get_verbosity() == 0
        if config.get_verbosity() <= 0:
            config.option.no_header = True
            config.option.reportchars = config.option.reportchars.removeprefix(PYTESTS_OWN)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        """Give pytest's own lines the words of the reader, before the first of them."""
        if self.lines and (reporter := self._reporter()):
            translate(reporter, Voice(self.config.stash[LANGUAGE]))

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> None:
        """Print the target, and suppress the names of test files."""
        if self.lines and (reporter := self._reporter()):
            reporter.showfspath = False
            voice, audited = Voice(self.config.stash[LANGUAGE]), self.config.stash[AUDITED]
            gate = shown(voice.text((self.config.stash[AUDIT].target.phase or default_plan()).name))
            kind = f" ({voice.word(audited.kind)})" if audited.kind in ("demo", "lab") else ""
            reporter.write_line(f"{gate}{voice.colon}{shown(audited.title)}{kind}", bold=True)

    def pytest_report_teststatus(self, report: pytest.TestReport) -> Status | None:
        """Return the outcome for pytest's statistics, so that an unknown counts neither as a failure nor as a crash."""
        result = result_of(report) if isinstance(report, pytest.TestReport) and is_news(report) else None
        if result is None:
            return None
        outcome = self.settled(result).outcome
        category = {Outcome.PASS: "passed", Outcome.FAIL: self._failed(result.id)}.get(outcome, str(outcome))
        if self.lines:
            return category, "", ("", {})
        word = Voice(self.config.stash[LANGUAGE]).outcome(outcome)
        return category, LETTERS[outcome], (word.upper(), {COLOURS[outcome]: True})

    def _failed(self, id: str) -> str:
        """Return the category of a failed criterion. Advice has its own, so that pytest reports no failure for a GO."""
        return "failed" if self.config.stash[CONTRACT][id].blocking else "advisory"

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Print the line of a criterion."""
        result, reporter = result_of(report), self._reporter()
        if self.lines and reporter and result and is_news(report):
            result = self.settled(result)
            voice = Voice(self.config.stash[LANGUAGE])
            sentence = voice.describe(self.config.stash[CONTRACT][result.id], result)
            word = f"{voice.outcome(result.outcome):<10} "
            first, *more = _shortened(wrapped(sentence, columns() - 2, 11 + len(word)), result.outcome)
            reporter.write(f"{result.id:<10} ", bold=True)
            reporter.write(word, **{COLOURS[result.outcome]: True})
            reporter.write(first + "\n")
            for line in more:
                reporter.write(f"{'':<22}{line}\n")

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_sessionfinish(self) -> Generator[None]:
        """Suppress the lines in which pytest names junit.xml and detail.html; our summary names them."""
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
    """Return the lines of a result, but only the first one of a pass. The report has the rest."""
    return [f"{lines[0]} …"] if outcome is Outcome.PASS and len(lines) > 1 else lines
