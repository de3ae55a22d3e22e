"""Puts the first screen into words: decision, reasons, who must act and how. Terminal and page both use it."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from gate.contract import Criterion
from gate.decision import Decision, Verdict
from gate.objects import idle_waivers
from gate.outcome import Outcome
from gate.remembered import remembered
from gate.run import Finding, Run
from reports.text.actions import actions, todo
from reports.text.conditions import ConditionLine, conditions
from reports.text.due import late_after
from reports.text.meeting import Dates, dates
from reports.text.provenance import provenance, server_named
from reports.text.responsibility import Responsibility, line_of, owner
from reports.text.short_form import capital, reserved
from reports.text.tally import counted, counts, remedies, still_open, tally
from reports.text.words import Voice, shown

LONGEST_TITLE = 90
VALID = timedelta(days=1)  # after it another daily audit was due, and this one says nothing of the server any more


class Briefing(msgspec.Struct, frozen=True):
    """The content of the first screen in one language.

    `word` is the verdict, and `rest` what follows it, as in WITH 2 WAIVERS. `phase`, `gate` and `question` are the plan's
    names for the phase, its gate and what the meeting decides. `idle` are waivers that accept nothing, each with why.
    """

    phase: str
    gate: str
    question: str
    verdict: str
    word: str
    rest: str
    headline: str
    place: str
    moment: str
    labels: tuple[tuple[str, str], ...]
    valid_until: datetime
    conditions: tuple[ConditionLine, ...]
    late_after: str
    reasons: tuple[Responsibility, ...]
    tally: str
    remedies: str
    reserves: tuple[Responsibility, ...]
    waivers: tuple[tuple[str, str], ...]
    idle: tuple[tuple[str, str], ...]
    dates: Dates
    letter: str
    changed: str
    counts: tuple[tuple[Outcome, str, int], ...]
    duration: str
    server: str


def brief(run: Run, decision: Decision, voice: Voice) -> Briefing:
    """Return the first screen of a run. The same run always gives the same text."""
    return _brief(run, decision, voice.language)


@remembered(4)  # several files of a report begin with it
def _brief(run: Run, decision: Decision, language: str) -> Briefing:
    voice = Voice(language)
    verdict = verdict_word(decision, voice)
    word = voice.say("verdict", decision.verdict.name)
    return Briefing(
        phase=shown(voice.text(run.phase.phase), LONGEST_TITLE),
        gate=shown(voice.text(run.phase.name), LONGEST_TITLE),
        question=voice.text(run.phase.question),
        verdict=verdict,
        word=word,
        rest=verdict.removeprefix(word).strip(),
        headline=_headline(run, decision, voice),
        place=shown(run.target.title, LONGEST_TITLE),
        moment=voice.moment(run.ended),
        labels=tuple(_labels(run, voice)),
        valid_until=run.ended + VALID,
        conditions=conditions(run, decision, voice),
        late_after=late_after(run, decision, voice),
        reasons=tuple(line_of(run, decision, cause, voice) for cause in decision.causes),
        tally=tally(run, decision, voice),
        remedies=remedies(run, decision, voice),
        reserves=tuple(_reserves(run, decision, voice)),
        waivers=tuple(_waivers(run, decision, voice)),
        idle=tuple((shown(one.criterion), voice.say("void", one.why)) for one in idle_waivers(run, decision.results)),
        dates=dates(run, decision, voice),
        letter=_letter(decision, voice),
        changed=_changed(run, voice),
        counts=tuple(counts(decision, voice)),
        duration=voice.seconds((run.ended - run.started).total_seconds()),
        server=server_named(run.identity, voice) if run.identity.known else "",
    )


def verdict_word(decision: Decision, voice: Voice) -> str:
    """Return the verdict in words: GO, GO WITH 2 WAIVERS, UNDECIDED, NOT YET or NO-GO."""
    if decision.verdict is Verdict.GO and decision.waived:
        count = len(decision.waived)
        return voice.say("verdict", "waived-1" if count == 1 else "waived", {"count": count})
    return voice.say("verdict", decision.verdict.name)


def _headline(run: Run, decision: Decision, voice: Voice) -> str:
    rows = [result.outcome for result in counted(run, decision)]
    code = "waived" if decision.verdict is Verdict.GO and decision.waived else decision.verdict.name
    opened = still_open(run, decision, voice)
    if code == "NOT_YET" and not opened:
        code = "changed"
    return voice.say("headline", code, {"blocking": len(rows), "failed": rows.count(Outcome.FAIL), "open": opened})


def _labels(run: Run, voice: Voice) -> Iterable[tuple[str, str]]:
    """Yield labels that prevent a wrong reading, each with a note: a demo, a recording, made-up samples, what does not block."""
    replayed = voice.word("replayed", file=run.replayed_from) if run.replayed_from else ""
    if run.target.kind in ("demo", "lab"):
        yield voice.word(run.target.kind), f"{voice.word(f'{run.target.kind}-note')} {replayed}".strip()
    elif replayed:
        yield replayed, ""
    if run.window is not None and run.window.synthetic:
        yield voice.word("synthetic"), voice.word("synthetic-note")
    if made_advice := _made_advice(run, voice):
        yield voice.word("plan-advice", phase=voice.text(run.phase.phase)), made_advice
    yield from provenance(run, voice)


def _made_advice(run: Run, voice: Voice) -> str:
    """Return which criteria do not block because the plan of the phase says so, each with its reason."""
    return voice.semicolon.join(
        f"{shown(one.criterion)}{voice.colon}{voice.text(one.reason)}" for one in run.phase.advisory
    )


def _reserves(run: Run, decision: Decision, voice: Voice) -> Iterable[Responsibility]:
    """Yield unmet criteria that do not block, and reserves found beside a pass."""
    yield from (line_of(run, decision, cause, voice) for cause in decision.reserves)
    for id, result in decision.results.items():
        criterion = run.contract[id]
        if result.outcome.settled and any(is_reserve(criterion, finding) for finding in result.findings):
            beside = reserved(criterion, result, voice)
            yield Responsibility(
                result.outcome,
                (id,),
                voice.title(criterion),
                capital(voice.semicolon.join(beside)),
                "",
                owner(run, criterion.owner, voice),
                todo(run, [result], voice),
                actions(run, [result], voice),
            )


def is_reserve(criterion: Criterion, finding: Finding) -> bool:
    """Return whether a finding is a reserve: it does not fail the criterion, but somebody should act on it."""
    return finding.name in criterion.finding and criterion.finding[finding.name].reserve


def _waivers(run: Run, decision: Decision, voice: Voice) -> Iterable[tuple[str, str]]:
    for id in decision.waived:
        for waiver in run.people.accepting(id):
            expires = voice.moment(waiver.expires)
            text = voice.word("waived-until", approver=waiver.approver, expires=expires, reason=waiver.reason)
            yield id, f"{shown(waiver.object)}{voice.colon}{text}" if waiver.object else text


def _letter(decision: Decision, voice: Voice) -> str:
    if decision.by_plan == decision.verdict:
        return ""
    letter = voice.say("verdict", decision.by_plan.name)
    return voice.word("letter-note", letter=letter, verdict=verdict_word(decision, voice))


def _changed(run: Run, voice: Voice) -> str:
    remedies = [intervention.remedy for intervention in run.interventions if intervention.state != "planned"]
    return voice.word("changed", remedies=", ".join(remedies)) if remedies else ""
