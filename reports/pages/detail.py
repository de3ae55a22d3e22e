"""Adapts detail.html, the report of pytest-html: our columns, a banner, and the evidence.

pytest-html does not escape what it is given, so everything here is escaped.
"""

from collections.abc import Callable, MutableMapping
from html import escape
from typing import Protocol

import pytest

from fixtures.session.stash import AUDITED, CONTRACT, LANGUAGE
from gate.decision import Decision
from gate.run import Result, Run
from reports.pages.detail_page import finished
from reports.session.progress import result_of
from reports.text.briefing import brief, verdict_word
from reports.text.words import Voice, shown, visible

MOST_LINES, LONGEST_LINE = 5, 240


class Titled(Protocol):
    """The attributes of pytest-html's report that are used here."""

    title: str
    outcomes: MutableMapping[str, MutableMapping[str, object]]


class Detail:
    """Hooks of pytest-html. Nothing calls them if that plugin is not installed."""

    def __init__(self, config: pytest.Config, decided: Callable[[], tuple[Run, Decision] | None]) -> None:
        self.config, self.decided = config, decided

    @property
    def voice(self) -> Voice:
        """The texts in the language of --lang."""
        return Voice(self.config.stash[LANGUAGE])

    @pytest.hookimpl(optionalhook=True)
    def pytest_metadata(self, metadata: MutableMapping[str, str]) -> None:
        """Show the target in place of the packages and variables of this machine."""
        metadata.clear()
        metadata[self.voice.word("target-name")] = escape(shown(self.config.stash[AUDITED].title))

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_report_title(self, report: Titled) -> None:
        """Set the title, and rename pytest's “failed”, which also covers unknown and pending."""
        report.outcomes["failed"]["label"] = self.voice.word("detail-failed")
        report.title = escape(f"{shown(self.config.stash[AUDITED].title)} · {self.voice.word('detail')}")

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_summary(self, prefix: list[str]) -> None:
        """Add the decision, a link to verdict.html, and its counts in place of pytest's."""
        decided, voice = self.decided(), self.voice
        if decided is None:
            return
        run, decision = decided
        prefix.append(
            f'<p class="phase0"><strong>{escape(verdict_word(decision, voice))}</strong> '
            f"{escape(shown(run.target.title))} · {escape(voice.moment(run.ended))} · "
            f'<a href="verdict.html">verdict.html</a></p>'
        )
        counts = brief(run, decision, voice).counts
        spans = (f'<span class="{name}">{count} {escape(word)}</span>' for name, word, count in counts)
        prefix.append(f'<p class="counts">{"".join(spans)}</p>')

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_table_header(self, cells: list[str]) -> None:
        """Add sortable columns for criterion and outcome. pytest's own result stays beside them as “pytest”."""
        cells[0] = cells[0].replace(">Result<", ">pytest<")
        for position, name in ((0, "criterion"), (1, "outcome")):
            title = escape(self.voice.word(name))
            cells.insert(position, f'<th class="sortable" data-column-type="{name}">{title}</th>')
        cells.pop()

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_table_row(self, report: pytest.TestReport, cells: list[str]) -> None:
        """Fill these columns. They are empty for a test file that could not be loaded."""
        result = _result(report)
        link = (
            f'<a href="verdict.html#{self.voice.language}-{escape(result.id)}">{escape(result.id)}</a>'
            if result
            else ""
        )
        word = f'<span class="{result.outcome}">{escape(self._word(result))}</span>' if result else ""
        cells.insert(0, f'<td class="col-criterion">{link}</td>')
        cells.insert(1, f'<td class="col-outcome">{word}</td>')
        cells.pop()

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_table_html(self, report: pytest.TestReport, data: list[str]) -> None:
        """Show the result in words, and what was asked at which time. pytest-html leaves out what passed around a test."""
        result = None if report.passed and report.when != "call" else _result(report)
        if result is None:
            return
        voice = self.voice
        sentence = voice.describe(self.config.stash[CONTRACT][result.id], result)
        answered = [source for source in result.sources if source.lines]
        asked = [
            "\n".join(
                [
                    f"{source.fact}, {voice.moment(source.at)}, {voice.seconds(source.seconds)}{voice.colon}".rstrip(),
                    *(visible(line, LONGEST_LINE) for line in source.lines[:MOST_LINES]),
                ]
            )
            for source in answered
        ]
        if silent := [source.fact for source in result.sources if not source.lines]:
            asked.append(f"{voice.word('also-asked')}{voice.colon}{', '.join(silent)}")
        data[:] = [escape("\n\n".join([sentence, *asked])) + "\n"]

    def finished(self, html: str) -> str:
        """Return the whole page of pytest-html as ours, or as it is if nothing was decided."""
        decided = self.decided()
        return finished(html, decided[1], self.voice) if decided else html

    def _word(self, result: Result) -> str:
        return self.voice.outcome(result.outcome)


def _result(report: object) -> Result | None:
    return result_of(report) if isinstance(report, pytest.TestReport) else None
