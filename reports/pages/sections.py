"""Builds the sections below the criteria: the score, the stability window, and what the run changed."""

from collections.abc import Iterable

import msgspec

from gate.decision import Decision
from gate.derived import DECISION, Score, progress, score
from gate.people import STABLE
from gate.run import Intervention, Run
from gate.stability import Window as Seen
from reports.text.words import Voice, shown, visible

MOST_LINES, LONGEST_LINE = 400, 400
SCORED = "INF-SCORE"


class Scored(msgspec.Struct, frozen=True):
    """The infrastructure score in words. `low`, `high` and `target` are out of 100."""

    text: str
    formula: tuple[str, ...]
    low: float
    high: float
    target: float


class WindowView(msgspec.Struct, frozen=True):
    """The stability window in words. `share` is the proven part of the required days, from 0 to 1."""

    sentences: tuple[str, ...]
    share: float
    label: str


class Change(msgspec.Struct, frozen=True):
    """A remedy of this run. Each line of `diff` has a class: added, removed, place or same."""

    remedy: str
    state: str
    criteria: str
    outcomes: str
    steps: tuple[str, ...]
    diff: tuple[tuple[str, str], ...]
    cut: str


def scored(run: Run, decision: Decision, voice: Voice) -> Scored | None:
    """Return the score in words, or None if no criterion of the contract has a weight."""
    seen = score(run.contract, decision.results)
    if not seen.weights or SCORED not in run.contract:
        return None
    low, high = voice.figure(round(seen.lowest, 1), ""), voice.figure(round(seen.highest, 1), "")
    text = voice.word("score-one", lowest=low) if low == high else voice.word("score-range", lowest=low, highest=high)
    target = run.contract[SCORED].bound
    return Scored(text, tuple(_formula(seen, voice.bound(target), voice)), seen.lowest, seen.highest, target.figure)


def _formula(seen: Score, target: str, voice: Voice) -> Iterable[str]:
    name = "score-formula" if seen.unknown else "score-formula-sure"
    yield voice.word(
        name,
        passed=seen.passed,
        weights=seen.weights,
        unknown=seen.unknown,
        target=target,
        sure=voice.figure(round(100 * seen.passed / seen.weights, 1), ""),
        possible=voice.figure(round(100 * (seen.passed + seen.unknown) / seen.weights, 1), ""),
    )
    if seen.knocked_out:
        yield voice.word("score-knocked", ids=", ".join(seen.knocked_out))
    elif seen.open_knockouts:
        yield voice.word("score-open", ids=", ".join(seen.open_knockouts))
    if seen.weights != 100:
        yield voice.word("score-checks", weights=seen.weights)
    if seen.site_points:
        low, high = (voice.figure(round(part, 1), "") for part in (seen.ours_lowest, seen.ours_highest))
        yield voice.word("score-site", points=seen.site_points, lowest=low, highest=high)


def completed(run: Run, decision: Decision, voice: Voice) -> str:
    """Return a sentence on how much of the phase is done."""
    seen = progress(run.contract, decision.results)
    waived = sum(run.contract[id].chapter != DECISION for id in decision.waived)
    word = "progress-waived" if waived else "progress-sentence"
    return voice.word(word, met=seen.met - waived, blocking=seen.blocking, waived=waived)


def window(run: Run, voice: Voice) -> WindowView:
    """Return the stability window in words, compared with the days that the contract asks for."""
    needed = run.contract[STABLE].bound.figure if STABLE in run.contract else 7.0
    seen = run.window
    if seen is None:
        return WindowView((voice.word("window-missing"),), 0.0, "")
    sentences = [voice.word("window-none", samples=seen.samples, until=voice.moment(seen.until))]
    if seen.since is not None:
        sentences = [
            voice.word(
                "window-proven",
                days=seen.days,
                samples=seen.samples,
                since=voice.moment(seen.since),
                until=voice.moment(seen.until),
            )
        ]
    if voice.knows("opening", seen.why):
        sentences.append(voice.say("opening", seen.why, {"what": seen.what}))
    sentences.append(_counted(seen, voice))
    if run.changed:
        remedies = ", ".join(done.remedy for done in run.interventions)
        return WindowView((voice.word("changed", remedies=remedies), *sentences), 0.0, "")
    label = f"{voice.figure(seen.days, '')} / {voice.figure(needed, 'days')}"
    return WindowView(tuple(sentences), min(1.0, seen.days / needed), label)


def _counted(seen: Seen, voice: Voice) -> str:
    """Return a sentence on incidents and gaps, with the covered share if a period is proven."""
    if seen.since is not None:
        return voice.word(
            "window-counts", incidents=seen.incidents, gaps=seen.gaps, coverage=seen.coverage, bridged=seen.bridged
        )
    return voice.word("window-gaps" if seen.samples else "window-incidents", incidents=seen.incidents, gaps=seen.gaps)


def changes(run: Run, decision: Decision, voice: Voice) -> tuple[Change, ...]:
    """Return what each remedy changed, and the outcomes of its criteria before and after."""
    return tuple(_change(intervention, decision, voice) for intervention in run.interventions)


def _change(done: Intervention, decision: Decision, voice: Voice) -> Change:
    known = [decision.results[id] for id in done.criteria if id in decision.results]
    outcomes = [
        f"{result.id} {voice.outcome(result.before)} → {voice.outcome(result.outcome)}"
        for result in known
        if result.before
    ]
    lines = done.diff.splitlines()
    more = len(lines) - MOST_LINES
    return Change(
        shown(done.remedy),
        voice.say("state", done.state),
        ", ".join(map(shown, done.criteria)),
        ", ".join(outcomes),
        tuple(shown(step.in_language(voice.language)) for step in done.steps),
        tuple((_mark(line), visible(line, LONGEST_LINE)) for line in lines[:MOST_LINES]),
        voice.word("cut", count=more) if more > 0 else "",
    )


def _mark(line: str) -> str:
    if line.startswith(("+++", "---", "@@")):
        return "place"
    return {"+": "added", "-": "removed"}.get(line[:1], "same")
