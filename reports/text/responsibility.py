"""Who must act on a criterion that is not met, and how."""

import msgspec

from gate.contract import Criterion, Text
from gate.decision import Cause, Decision
from gate.outcome import Outcome
from gate.run import Result, Run
from gate.sentence import locale
from reports.text.short_form import capital, failing, short_form
from reports.text.words import Voice, shown

LONGEST_NAME, LONGEST_MORE, MOST_CHAPTERS = 60, 160, 3


class Responsibility(msgspec.Struct, frozen=True):
    """One cause: the criteria it holds back, what is wrong in plain words, who acts and how.

    `topic` is what the criterion asks, of several their chapter; `more` is what else was found.
    """

    outcome: Outcome
    ids: tuple[str, ...]
    topic: str
    said: str
    more: str
    owner: str
    todo: str


def line_of(run: Run, decision: Decision, cause: Cause, voice: Voice) -> Responsibility:
    """A cause in words: its first criterion speaks for all of them. What is not judged says why, and no more."""
    first = cause.ids[0]
    criterion, result = run.contract[first], decision.results[first]
    said = together(cause, voice) or short_form(criterion, result, voice)
    return Responsibility(
        cause.outcome,
        cause.ids,
        topic(run, cause.ids, voice),
        said,
        more(criterion, result, said, voice),
        owner(run, cause.owner, voice),
        todo(run, result, voice),
    )


def together(cause: Cause, voice: Voice) -> str:
    """What several failures come to, where that says more than the first of them."""
    if cause.outcome is not Outcome.FAIL:
        return ""
    told = [ids for ids in locale(voice.language)["together"] if set(ids.split()) <= set(cause.ids)]
    return voice.say("together", told[0]) if told else ""


def topic(run: Run, ids: tuple[str, ...], voice: Voice) -> str:
    """What was asked: of one criterion its title, of several their chapters."""
    chapters = [key for key in dict.fromkeys(run.contract[id].chapter for id in ids) if voice.knows("chapter", key)]
    if len(ids) == 1 or not chapters:
        return voice.title(run.contract[ids[0]])
    more = ["…"] if len(chapters) > MOST_CHAPTERS else []
    return ", ".join([voice.say("chapter", key) for key in chapters[:MOST_CHAPTERS]] + more)


def more(criterion: Criterion, result: Result, said: str, voice: Voice) -> str:
    """What was found beside a figure that misses its target, as far as `said` does not say it."""
    if result.outcome is not Outcome.FAIL:
        return ""
    found = [text for text in failing(criterion, result, voice) if text.lower() not in said.lower()]
    return whole_words(capital(voice.semicolon.join(found)), LONGEST_MORE)


def whole_words(text: str, most: int) -> str:
    """Shown no longer than that, and cut between two words."""
    said = shown(text, most)
    head, space, _ = said.rpartition(" ")
    return head.rstrip(" \u00a0,;:(") + "…" if said.endswith("…") and space and not text.endswith("…") else said


def owner(run: Run, key: str, voice: Voice) -> str:
    """Who answers for a criterion: the name the target gives, and the role."""
    name, role = run.target.owners.get(key, ""), _role(key, voice)
    return voice.word("named", name=shown(name, LONGEST_NAME), role=role) if name else voice.word("nobody", role=role)


def person(run: Run, key: str, voice: Voice) -> str:
    """The name alone, or the role where the target gives none."""
    return shown(run.target.owners.get(key) or _role(key, voice), LONGEST_NAME)


def _role(key: str, voice: Voice) -> str:
    return voice.say("owner", key) if voice.knows("owner", key) else shown(key)


def todo(run: Run, result: Result, voice: Voice) -> str:
    """The next command: the contract's for a failure, the cure of the reason for everything else."""
    criterion = run.contract[result.id]
    if result.outcome is not Outcome.FAIL and result.reason and voice.knows("cure", result.reason.code):
        values = {**result.reason.values, "id": result.id, "target": run.target.name, "own": run.target.folder}
        return voice.say("cure", result.reason.code, values)
    said = voice.sentence(criterion, _next(criterion, result), {**result.seen, "own": run.target.folder})
    if result.outcome is Outcome.FAIL and criterion.remedy and not run.replayed_from:
        said += voice.semicolon + voice.word("remedy-offer", remedy=criterion.remedy, target=run.target.name)
    return said


def _next(criterion: Criterion, result: Result) -> Text:
    """Of what passed with a reserve, the reserve's own cure where it has one."""
    beside = [
        text
        for finding in result.findings
        if (text := criterion.finding.get(finding.name)) and text.reserve and text.next
    ]
    return beside[0].next or criterion.next if beside and result.outcome.settled else criterion.next
