"""Formats what the reports say, in one language: figures, dates, and sentences of the locale and the contract.

Every value from a host passes through shown() first, which escapes control characters and limits the length.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import msgspec

from gate.bound import Bound
from gate.command import spoken
from gate.contract import Criterion, FindingText, Kind, Text
from gate.figure import few, one
from gate.outcome import Outcome
from gate.remembered import remembered
from gate.run import Result
from gate.sentence import FORMS, cut, dated, day, fill, holes, locale, moment, phrase
from gate.unseen import INVISIBLE

LONGEST_VALUE, LONGEST_SENTENCE, MOST_ENTRIES = 240, 700, 50
OWN = frozenset({"target", "figure"})  # values that a criterion's sentences may use besides those of `seen`
BYTES = {"GB": 1e9, "MB": 1e6}
WHY = {  # reasons whose `why` is a key, and the table of that key
    "attestation-void": "void",
    "window-open": "opening",
    "window-unproven": "opening",
}
RUNS = re.compile(r"[ \t\r\n\v\f]+")  # the no-break space is not among them
UNSEEN = re.compile(f"[\x00-\x1f{INVISIBLE}]")


def shown(text: str, most: int = LONGEST_VALUE) -> str:
    """Return `text` on one line of at most `most` characters, with each run of spaces reduced to one."""
    if len(text) <= most and text.isprintable() and "  " not in text:
        return text.strip(" ")
    return visible(RUNS.sub(" ", text[: most * 4]).strip(), most)


def visible(text: str, most: int) -> str:
    """Return at most `most` characters of `text`, with invisible and direction characters written out as codes."""
    line = UNSEEN.sub(lambda found: f"\\x{ord(found[0]):02x}", text.replace("\t", "    ")[: most + 1])
    return line if len(line) <= most else line[: most - 1] + "…"


def shown_values(value: Any) -> Any:
    """Return the value with shown() applied to every text in it."""
    if isinstance(value, str):
        return shown(value)
    if isinstance(value, dict | Mapping):
        return {str(key): shown_values(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return cut([shown_values(entry) for entry in value[:MOST_ENTRIES]], MOST_ENTRIES, whole=len(value))
    return value


def visible_lines(text: str, most: int) -> str:
    """Return the lines of a command, with at most `most` characters in all."""
    return "\n".join(visible(line, most) for line in text[:most].splitlines()) + ("\n…" if len(text) > most else "")


class Voice(msgspec.Struct, frozen=True):
    """The texts of the reports in one language, en or fr."""

    language: str

    @property
    def colon(self) -> str:
        """The separator between a label and its text."""
        return "\u00a0: " if self.language == "fr" else ": "

    @property
    def semicolon(self) -> str:
        """The separator between two statements."""
        return "\u00a0; " if self.language == "fr" else "; "

    def word(self, name: str, /, **values: Any) -> str:
        """Return a text of [word] in reports/locale."""
        return self.say("word", name, values)

    def say(self, table: str, code: str, values: Mapping[str, Any] | None = None) -> str:
        """Return a sentence of reports/locale with its values, of limited length."""
        return shown(phrase(table, code, shown_values(values or {}), self.language), LONGEST_SENTENCE)

    def knows(self, table: str, code: str) -> bool:
        """Return whether the locale has a text with this key."""
        return code in locale(self.language)[table]

    def text(self, text: Text | FindingText, values: Mapping[str, Any] | None = None) -> str:
        """Return a text of the contract with its values, of limited length."""
        template = spoken(text.in_language(self.language))
        filled = template if values is None else fill(template, shown_values(values), self.language)
        return shown(filled, LONGEST_SENTENCE)

    def sentence(self, criterion: Criterion, text: Text | FindingText, values: Mapping[str, Any]) -> str:
        """Return a text of a criterion with its values. It may also use {target} (“< 70 %”) and {figure} (“70 %”)."""
        bound = criterion.bound
        own = {"target": self.bound(bound), "figure": self.figure(bound.figure, bound.unit)}
        return self.text(text, {**own, **values})

    def title(self, criterion: Criterion) -> str:
        """Return the title of a criterion, with the figure of its target."""
        return self.sentence(criterion, criterion.title, {})

    def outline(self, criterion: Criterion, text: Text) -> str:
        """Return a text of a criterion without a run. Values that only a run has are shown as “…”."""
        return self.sentence(criterion, text, dict.fromkeys(holes(text.in_language(self.language)) - OWN, "…"))

    def seen(self, criterion: Criterion, result: Result) -> str:
        """Return what was seen, or "" for an open window or where nothing is to be judged: the reason says it."""
        by_reason = result.reason and (criterion.kind is Kind.WINDOW or result.outcome is Outcome.NOT_APPLICABLE)
        return (
            ""
            if by_reason or not result.seen
            else self.sentence(criterion, criterion.seen_of(result.seen), result.seen)
        )

    def findings(self, criterion: Criterion, result: Result) -> list[str]:
        """Return the sentences of the findings. A finding that the contract does not have is shown by its name."""
        return [
            self.sentence(criterion, criterion.finding[finding.name], finding.values)
            if finding.name in criterion.finding
            else shown(finding.name)
            for finding in result.findings
        ]

    def reason(self, result: Result) -> str:
        """Return why a result is not a pass, or ""."""
        if result.reason is None:
            return ""
        code, values = result.reason.code, dict(result.reason.values)
        if code in WHY and self.knows(WHY[code], str(values.get("why"))):
            values["why"] = self.say(WHY[code], str(values["why"]), values)
        return self.say("reason", code, values)

    def describe(self, criterion: Criterion, result: Result) -> str:
        """Return a result in words: what was seen, what was found, and why it is not a pass."""
        return _described(self.language, criterion, result)

    def origin(self, criterion: Criterion) -> str:
        """Return the chapter of the plan that a criterion comes from, and why it exists. A site’s own has no chapter."""
        basis = self.say("basis", criterion.basis)
        return f"{self.word('plan-chapter', plan=criterion.plan)}{self.colon}{basis}" if criterion.plan else basis

    def outcome(self, outcome: Outcome, count: int = 1) -> str:
        """Return the word of an outcome, in the singular or plural."""
        return self.say("outcome" if one(count, self.language) else "outcome-many", outcome)

    def figure(self, value: float, unit: str) -> str:
        """Return a figure with its unit, such as `85.2 %`.

        It is rounded as gate.figure.few() rounds. A value below 1 of a large unit is shown in a smaller unit.
        """
        return _figure(self, value, unit)

    def unit(self, unit: str, *, one: bool = False) -> str:
        """Return the name of a unit, in the singular or plural."""
        table = "unit-one" if one and self.knows("unit-one", unit) else "unit"
        return self.say(table, unit) if self.knows(table, unit) else shown(unit)

    def bound(self, bound: Bound) -> str:
        """Return a target, such as `< 70 %`. A target that must be met exactly is shown without a sign."""
        figure = self.figure(bound.figure, bound.unit)
        return figure if bound.compare == "=" else f"{bound.compare}\u00a0{figure}"

    def day(self, moment: date) -> str:
        """Return a day in words: `11 February 2026`."""
        return shown(day(moment.date() if isinstance(moment, datetime) else moment, self.language))

    def short_day(self, moment: date) -> str:
        """Return a day in short form: `11 Feb`."""
        return self.say("date", "short", dated(moment, self.language, "short-months"))

    def moment(self, at: datetime) -> str:
        """Return a moment in words: `11 February 2026, 13:05 UTC`."""
        return shown(moment(at, self.language))

    def seconds(self, seconds: float) -> str:
        """Return a number of seconds as a duration in the unit that fits."""
        return FORMS["duration"](seconds, self.language)


@lru_cache(1024)  # the target of a criterion stands in each of its sentences
def _figure(voice: Voice, value: float, unit: str) -> str:
    if unit in BYTES and 0 < abs(value) < 1:
        return FORMS["bytes"](value * BYTES[unit], voice.language)
    if unit == "min" or (unit in ("h", "hours") and 0 < abs(value) < 1):
        return FORMS["minutes"](value * (1 if unit == "min" else 60), voice.language)
    number = few(value, voice.language)
    return f"{number}\u00a0{voice.unit(unit, one=one(value, voice.language))}" if unit else number


@remembered(512)  # the terminal, detail.html and each page and export say the same of a result
def _described(language: str, criterion: Criterion, result: Result) -> str:
    voice = Voice(language)
    parts = [voice.seen(criterion, result), *voice.findings(criterion, result), voice.reason(result)]
    return voice.semicolon.join(part for part in parts if part) or voice.outcome(result.outcome)
