"""What the reports say, in one language: figures, dates and sentences from the locale and the contract.

Whatever came from a host passes `shown` first: control and direction characters made visible, length bounded.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import msgspec

from gate.bound import Bound
from gate.contract import Criterion, FindingText, Kind, Text
from gate.figure import few, one
from gate.outcome import Outcome
from gate.run import Result
from gate.sentence import FORMS, cut, dated, day, fill, holes, locale, moment, phrase

LONGEST_VALUE, LONGEST_SENTENCE, MOST_ENTRIES = 240, 700, 50
OWN = frozenset({"target", "figure"})  # what a criterion's sentences may name beside what was seen
BYTES = {"GB": 1e9, "MB": 1e6}
WHY = {  # reasons whose `why` is itself a code, and the table of its words
    "attestation-void": "void",
    "window-open": "opening",
    "window-unproven": "opening",
}
RUNS = re.compile(r"[ \t\r\n\v\f]+")  # and not the no-break space
UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]")


def shown(text: str, most: int = LONGEST_VALUE) -> str:
    """One line that shows what it holds, its runs of space made one."""
    return visible(RUNS.sub(" ", text[: most * 4]).strip(), most)


def visible(text: str, most: int) -> str:
    """Nothing invisible, nothing that turns the direction of reading, not endless."""
    line = UNSEEN.sub(lambda found: f"\\x{ord(found[0]):02x}", text.replace("\t", "    ")[: most + 1])
    return line if len(line) <= most else line[: most - 1] + "…"


def shown_values(value: Any) -> Any:
    """The same for every text inside a result's values."""
    if isinstance(value, str):
        return shown(value)
    if isinstance(value, Mapping):
        return {str(key): shown_values(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return cut([shown_values(entry) for entry in value[:MOST_ENTRIES]], MOST_ENTRIES, whole=len(value))
    return value


def visible_lines(text: str, most: int) -> str:
    """A command as it was written, bounded as a whole."""
    return "\n".join(visible(line, most) for line in text[:most].splitlines()) + ("\n…" if len(text) > most else "")


class Voice(msgspec.Struct, frozen=True):
    """One language of the reports: en or fr."""

    language: str

    @property
    def colon(self) -> str:
        """Between a label and what it names."""
        return "\u00a0: " if self.language == "fr" else ": "

    @property
    def semicolon(self) -> str:
        """Between two statements."""
        return "\u00a0; " if self.language == "fr" else "; "

    def word(self, name: str, /, **values: Any) -> str:
        """A text of the locale's [word]."""
        return self.say("word", name, values)

    def say(self, table: str, code: str, values: Mapping[str, Any] | None = None) -> str:
        """A sentence of the locale, bounded."""
        return shown(phrase(table, code, shown_values(values or {}), self.language), LONGEST_SENTENCE)

    def knows(self, table: str, code: str) -> bool:
        """The locale has it."""
        return code in locale(self.language)[table]

    def text(self, text: Text | FindingText, values: Mapping[str, Any] | None = None) -> str:
        """A text of the contract, filled and bounded."""
        template = text.in_language(self.language)
        said = template if values is None else fill(template, shown_values(values), self.language)
        return shown(said, LONGEST_SENTENCE)

    def sentence(self, criterion: Criterion, text: Text | FindingText, values: Mapping[str, Any]) -> str:
        """A text of this criterion, filled: beside `values` it may name {target} (“< 70 %”) and {figure} (“70 %”)."""
        bound = criterion.bound
        own = {"target": self.bound(bound), "figure": self.figure(bound.figure, bound.unit)}
        return self.text(text, {**own, **values})

    def title(self, criterion: Criterion) -> str:
        """What the criterion asks, with the figure of its target."""
        return self.sentence(criterion, criterion.title, {})

    def outline(self, criterion: Criterion, text: Text) -> str:
        """A text of this criterion without a run: what only a run knows is left open."""
        return self.sentence(criterion, text, dict.fromkeys(holes(text.in_language(self.language)) - OWN, "…"))

    def seen(self, criterion: Criterion, result: Result) -> str:
        """What was seen. An open window says it in its reason, which knows what this run changed."""
        open_window = criterion.kind is Kind.WINDOW and result.reason is not None
        return self.sentence(criterion, criterion.seen, result.seen) if result.seen and not open_window else ""

    def findings(self, criterion: Criterion, result: Result) -> list[str]:
        """The further conditions seen; one the contract no longer has is named."""
        return [
            self.sentence(criterion, criterion.finding[finding.name], finding.values)
            if finding.name in criterion.finding
            else shown(finding.name)
            for finding in result.findings
        ]

    def reason(self, result: Result) -> str:
        """Why it is not a pass, or nothing."""
        if result.reason is None:
            return ""
        code, values = result.reason.code, dict(result.reason.values)
        if code in WHY and self.knows(WHY[code], str(values.get("why"))):
            values["why"] = self.say(WHY[code], str(values["why"]), values)
        return self.say("reason", code, values)

    def told(self, criterion: Criterion, result: Result) -> str:
        """A result in one or two sentences: what was seen, what else, and why it is not a pass."""
        said = [self.seen(criterion, result), *self.findings(criterion, result), self.reason(result)]
        return self.semicolon.join(part for part in said if part) or self.outcome(result.outcome)

    def outcome(self, outcome: Outcome, count: int = 1) -> str:
        """Its word, of one or of several."""
        return self.say("outcome" if one(count, self.language) else "outcome-many", outcome)

    def figure(self, value: float, unit: str) -> str:
        """`85.2 %`: three significant figures; where they would be 0 of a large unit, a smaller one."""
        if unit in BYTES and 0 < abs(value) < 1:
            return FORMS["bytes"](value * BYTES[unit], self.language)
        if unit == "min" or (unit in ("h", "hours") and 0 < abs(value) < 1):
            return FORMS["minutes"](value * (1 if unit == "min" else 60), self.language)
        said = few(value, self.language)
        return f"{said}\u00a0{self.unit(unit, one=one(value, self.language))}" if unit else said

    def unit(self, unit: str, *, one: bool = False) -> str:
        """Its name in this language, of one or of several."""
        table = "unit-one" if one and self.knows("unit-one", unit) else "unit"
        return self.say(table, unit) if self.knows(table, unit) else shown(unit)

    def bound(self, bound: Bound) -> str:
        """`< 70 %`; a figure to be met exactly stands alone."""
        figure = self.figure(bound.figure, bound.unit)
        return figure if bound.compare == "=" else f"{bound.compare}\u00a0{figure}"

    def day(self, moment: date) -> str:
        """`11 February 2026`."""
        return shown(day(moment.date() if isinstance(moment, datetime) else moment, self.language))

    def short_day(self, moment: date) -> str:
        """`11 Feb`."""
        return self.say("date", "short", dated(moment, self.language, "short-months"))

    def moment(self, at: datetime) -> str:
        """`11 February 2026, 13:05 UTC`."""
        return shown(moment(at, self.language))

    def seconds(self, seconds: float) -> str:
        """A duration."""
        return FORMS["duration"](seconds, self.language)
