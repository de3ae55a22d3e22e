"""Builds the chapters and criteria of the page in one language."""

import re
from collections.abc import Container, Iterable, Sequence

import msgspec
from markupsafe import Markup

from gate.contract import Criterion, Kind
from gate.decision import Decision
from gate.outcome import Outcome
from gate.remembered import remembered
from gate.run import Result, Run
from reports.pages.drawings.gauge import gauge
from reports.pages.past_days import PastDays, past_days
from reports.text.actions import Action, actions
from reports.text.briefing import is_reserve
from reports.text.responsibility import owner, person
from reports.text.short_form import FAILED
from reports.text.words import Voice, shown, visible

MOST_LINES, LONGEST_LINE = 4, 130  # of the answers that one criterion shows
OBJECT = re.compile(r'\S+ \{"')


class Question(msgspec.Struct, frozen=True):
    """One answer that a judgement is based on: its fact, a command of one line, and the lines that matter.

    `whole` says whether evidence.html has the question and the answer. A script has no `command`.
    """

    fact: str
    command: str
    lines: tuple[str, ...]
    whole: bool


class Card(msgspec.Struct, frozen=True):
    """One criterion. `figure`, `margin` and `drawing` are empty if nothing was measured."""

    id: str
    title: str
    outcome: Outcome
    word: str
    blocking: bool
    seen: str
    findings: tuple[tuple[str, bool], ...]
    reason: str
    actions: tuple[Action, ...]
    owner: str
    person: str
    why: str
    target: str
    figure: str
    margin: str
    drawing: Markup
    asked: tuple[Question, ...]
    past: PastDays
    was: str
    about: str

    @property
    def folds(self) -> bool:
        """Whether the page shows it as one line: nothing is left to do, and this run did not change it."""
        return self.outcome.settled and not self.actions and not self.was

    @property
    def also(self) -> tuple[str, ...]:
        """The facts without a line that matters."""
        return tuple(asked.fact for asked in self.asked if not asked.lines)


class Chapter(msgspec.Struct, frozen=True):
    """The criteria of one chapter of the plan, in the order of the contract."""

    key: str
    title: str
    met: int
    cards: tuple[Card, ...]


def chapters(run: Run, decision: Decision, voice: Voice) -> tuple[Chapter, ...]:
    """Return the chapters, in the order in which the contract names them first."""
    return _chapters(run, decision, voice.language)


@remembered(4)
def _chapters(run: Run, decision: Decision, language: str) -> tuple[Chapter, ...]:
    voice = Voice(language)
    cards = _cards(run, decision, voice)
    keys = dict.fromkeys(criterion.chapter for criterion in run.contract.values())
    return tuple(_chapter(key, [cards[id] for id in cards if run.contract[id].chapter == key], voice) for key in keys)


def _cards(run: Run, decision: Decision, voice: Voice) -> dict[str, Card]:
    """Return a card for each criterion. An object of the cluster that an earlier card shows is not shown again."""
    cards: dict[str, Card] = {}
    told: set[str] = set()
    for id, criterion in run.contract.items():
        cards[id] = _card(id, criterion, decision.results[id], run, told, voice)
        told |= {line for asked in cards[id].asked for line in asked.lines if OBJECT.match(line)}
    return cards


def _chapter(key: str, cards: Sequence[Card], voice: Voice) -> Chapter:
    title = voice.say("chapter", key) if voice.knows("chapter", key) else shown(key)
    return Chapter(key, title, sum(card.outcome.settled for card in cards), tuple(cards))


def _card(id: str, criterion: Criterion, result: Result, run: Run, told: Container[str], voice: Voice) -> Card:
    reserves = [is_reserve(criterion, finding) for finding in result.findings]
    figure, margin, drawing = _measured(criterion, result, voice)
    findings = zip(voice.findings(criterion, result), reserves, strict=True)
    done = result.outcome.settled and not any(reserves)
    return Card(
        id=id,
        title=voice.title(criterion),
        outcome=result.outcome,
        word=voice.outcome(result.outcome),
        blocking=criterion.blocking,
        seen=voice.seen(criterion, result),
        findings=tuple(findings),
        reason=voice.reason(result),
        actions=() if done else actions(run, [result], voice),
        owner=owner(run, criterion.owner, voice),
        person=person(run, criterion.owner, voice),
        why=voice.text(criterion.why),
        target=voice.bound(criterion.bound),
        figure=figure,
        margin=margin,
        drawing=drawing,
        asked=tuple(_asked(run, result, told)),
        past=past_days(id, result, run, voice),
        about=" · ".join(_about(criterion, result, run, voice)),
        was=voice.word("was", outcome=voice.outcome(result.before)) if result.before else "",
    )


def _measured(criterion: Criterion, result: Result, voice: Voice) -> tuple[str, str, Markup]:
    bound, value = criterion.bound, _value(result)
    if value is None or result.outcome in (Outcome.UNKNOWN, Outcome.MANUAL):
        return "", "", Markup("")
    margin, met = bound.margin(value), bound.met_by(value)
    apart = voice.figure(abs(margin), "points" if bound.unit == "%" else bound.unit)  # 84 % misses 70 % by 14 points
    distance = voice.word("inside" if met else "outside", margin=apart) if margin else ""
    if met and result.outcome in FAILED:
        return voice.figure(value, bound.unit), voice.word("figure-met"), gauge(value, bound, "beside")
    return voice.figure(value, bound.unit), distance, gauge(value, bound, "met" if met else "missed")


def _value(result: Result) -> float | None:
    """Return the figure of a result, or the days of an open window."""
    days = result.reason.values.get("days") if result.reason else None
    return float(days) if isinstance(days, int | float) else result.value


def _asked(run: Run, result: Result, told: Container[str]) -> Iterable[Question]:
    """Yield the answers of a result, each with the lines that matter and were not told before."""
    left = MOST_LINES
    for source in result.sources:
        kept, all = run.answers.get(source.fact), [visible(line, LONGEST_LINE) for line in source.lines]
        lines = tuple([line for line in all if line not in told][:left])
        left -= len(lines)
        command = shown(kept.asked, LONGEST_LINE + 1) if kept and "\n" not in kept.asked.strip() else ""
        whole = command if len(command) <= LONGEST_LINE else ""  # the beginning of a command is none
        yield Question(shown(source.fact), whole, lines, kept is not None)


def _about(criterion: Criterion, result: Result, run: Run, voice: Voice) -> Iterable[str]:
    """Yield where the plan asks for a criterion, and what is unlike most: another kind, or a second that it took."""
    yield voice.origin(criterion)
    for entry in run.phase.advisory:
        if entry.criterion == result.id:
            label = voice.word("plan-advice", phase=voice.text(run.phase.phase))
            yield f"{label}{voice.colon}{voice.text(entry.reason)}"
    if criterion.kind is not Kind.LIVE:
        yield voice.say("kind", criterion.kind)
    if result.seconds >= 1:
        yield f"{voice.word('took')} {voice.seconds(result.seconds)}"
