"""Puts into words who must act on a criterion that is not met, and how."""

from collections.abc import Iterator

import msgspec

from gate.contract import Criterion
from gate.decision import Cause, Decision
from gate.outcome import Outcome
from gate.run import Result, Run
from gate.sentence import locale
from reports.text.actions import Action, actions, todo
from reports.text.due import due
from reports.text.short_form import capital, failing, reserved, short_form
from reports.text.words import Voice, shown

LONGEST_NAME, LONGEST_MORE, LONGEST_OTHER, MOST_CHAPTERS = 60, 160, 400, 3


class Other(msgspec.Struct, frozen=True):
    """A further criterion that failed for the same cause, and what is wrong with it in its own words."""

    id: str
    problem: str


class Responsibility(msgspec.Struct, frozen=True):
    """One cause: its criteria, what is wrong, who must act and how.

    `topic` is the title of a single criterion or the chapters of several. `more` is what else was found. `person` is the
    name without the role, and `due` says by when to act, or is empty if that is not known. `others` are the failed criteria
    that `problem` does not speak of. `todo` has the steps of `actions` in one sentence.
    """

    outcome: Outcome
    ids: tuple[str, ...]
    topic: str
    problem: str
    more: str
    owner: str
    todo: str
    actions: tuple[Action, ...]
    person: str = ""
    due: str = ""
    others: tuple[Other, ...] = ()


def line_of(run: Run, decision: Decision, cause: Cause, voice: Voice) -> Responsibility:
    """Return a cause in words. The sentence is that of its first criterion, unless the failures together mean more."""
    first = cause.ids[0]
    criterion, results = run.contract[first], [decision.results[id] for id in cause.ids]
    result = results[0]
    problem = together(cause, voice) or short_form(criterion, result, voice)
    return Responsibility(
        cause.outcome,
        cause.ids,
        topic(run, cause.ids, voice),
        problem,
        more(criterion, result, problem, voice),
        owner(run, cause.owner, voice),
        todo(run, results, voice),
        actions(run, results, voice),
        person(run, cause.owner, voice),
        due(results, run, voice),
        tuple(_others(run, decision, cause, voice)),
    )


def together(cause: Cause, voice: Voice) -> str:
    """Return a sentence on what several failures mean together, or "" if there is none."""
    named = _together(cause, voice)
    return voice.say("together", named) if named else ""


def _together(cause: Cause, voice: Voice) -> str:
    """Return the criteria that one sentence speaks of, or "" if each speaks for itself."""
    named = locale(voice.language)["together"] if cause.outcome is Outcome.FAIL else ()
    return next((ids for ids in named if set(ids.split()) <= set(cause.ids)), "")


def _others(run: Run, decision: Decision, cause: Cause, voice: Voice) -> Iterator[Other]:
    """Yield each further failed criterion with its own reason, because a cause must not hide a failure."""
    spoken = _together(cause, voice).split() or cause.ids[:1]
    for id in cause.ids if cause.outcome is Outcome.FAIL else ():
        if id not in spoken:
            criterion, result = run.contract[id], decision.results[id]
            problem = short_form(criterion, result, voice)
            beside = more(criterion, result, problem, voice)
            yield Other(id, shown(f"{problem}. {beside}" if beside else problem, LONGEST_OTHER))


def topic(run: Run, ids: tuple[str, ...], voice: Voice) -> str:
    """Return the title of a single criterion, or the chapters of several."""
    chapters = [key for key in dict.fromkeys(run.contract[id].chapter for id in ids) if voice.knows("chapter", key)]
    if len(ids) == 1 or not chapters:
        return voice.title(run.contract[ids[0]])
    more = ["…"] if len(chapters) > MOST_CHAPTERS else []
    return ", ".join([voice.say("chapter", key) for key in chapters[:MOST_CHAPTERS]] + more)


def more(criterion: Criterion, result: Result, problem: str, voice: Voice) -> str:
    """Return what was found besides a missed figure, as far as `problem` does not contain it; what fails it comes first."""
    if result.outcome is not Outcome.FAIL:
        return ""
    beside = [*failing(criterion, result, voice), *reserved(criterion, result, voice)]
    found = [text for text in beside if text.lower() not in problem.lower()]
    return whole_words(capital(voice.semicolon.join(found)), LONGEST_MORE)


def whole_words(text: str, most: int) -> str:
    """Return `text` on one line with at most `most` characters, cut between two words."""
    line = shown(text, most)
    head, space, _ = line.rpartition(" ")
    return head.rstrip(" \u00a0,;:(") + "…" if line.endswith("…") and space and not text.endswith("…") else line


def owner(run: Run, key: str, voice: Voice) -> str:
    """Return who is responsible for a criterion: the name that the target gives, and the role."""
    name, role = run.target.owners.get(key, ""), _role(key, voice)
    return voice.word("named", name=shown(name, LONGEST_NAME), role=role) if name else voice.word("nobody", role=role)


def person(run: Run, key: str, voice: Voice) -> str:
    """Return the name of who is responsible, or the role if the target gives no name."""
    return shown(run.target.owners.get(key) or _role(key, voice), LONGEST_NAME)


def _role(key: str, voice: Voice) -> str:
    return voice.say("owner", key) if voice.knows("owner", key) else shown(key)
