"""Formats annotations of a GitHub workflow: the decision, each blocking failure and what is unknown, on the page of the run.

A line of an audit may quote a server, and GitHub obeys commands in what a step prints. Its commands are therefore off
while an audit prints anything else.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from secrets import token_hex

from gate.decision import Decision
from gate.outcome import Outcome
from gate.run import Run
from reports.text.briefing import brief
from reports.text.responsibility import owner
from reports.text.short_form import short_form
from reports.text.words import Voice

MOST = 10  # annotations of one kind that GitHub keeps of a step
DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
PROPERTY = {**DATA, ":": "%3A", ",": "%2C"}


def in_workflow(environment: Mapping[str, str] = os.environ) -> bool:
    """Return whether this process is part of a GitHub workflow."""
    return environment.get("GITHUB_ACTIONS") == "true"


def commands_off() -> tuple[str, str]:
    """Return the lines that turn the workflow's commands off and on again. Nobody can guess the second."""
    token = token_hex(16)
    return f"::stop-commands::{token}", f"::{token}::"


def annotations(run: Run, decision: Decision, language: str) -> Iterator[str]:
    """Yield the decision as a notice, blocking failures as errors, and what blocking criteria do not know as warnings."""
    voice = Voice(language)
    briefing = brief(run, decision, voice)
    yield command("notice", f"{briefing.verdict} · {briefing.place}", briefing.headline)
    for kind, outcome in (("error", Outcome.FAIL), ("warning", Outcome.UNKNOWN)):
        yield from _some(kind, [_annotation(ids, run, decision, voice) for ids in _groups(decision, outcome)], voice)


def command(kind: str, title: str, text: str) -> str:
    """Return an annotation, with the characters escaped that would end its title or its text."""
    return f"::{kind} title={_escaped(title, PROPERTY)}::{_escaped(text, DATA)}"


def _groups(decision: Decision, outcome: Outcome) -> Iterator[tuple[str, ...]]:
    """Yield each failed criterion alone, the worst first, and together what is unknown for one cause."""
    for cause in decision.causes:
        if cause.outcome is outcome:
            yield from ((id,) for id in cause.ids) if outcome is Outcome.FAIL else (cause.ids,)


def _annotation(ids: Sequence[str], run: Run, decision: Decision, voice: Voice) -> tuple[str, str]:
    """Return the title and the text of an annotation: the criteria, and what is wrong and who acts."""
    criterion = run.contract[ids[0]]
    problem = short_form(criterion, decision.results[ids[0]], voice)
    return ", ".join(ids), f"{problem} · {voice.word('who')}{voice.colon}{owner(run, criterion.owner, voice)}"


def _some(kind: str, rows: Sequence[tuple[str, str]], voice: Voice) -> Iterator[str]:
    """Yield as many as GitHub keeps. The last names all that are left."""
    kept = rows if len(rows) <= MOST else rows[: MOST - 1]
    yield from (command(kind, title, text) for title, text in kept)
    if left := rows[len(kept) :]:
        yield command(kind, voice.word("more-reasons", count=len(left)), ", ".join(title for title, _ in left))


def _escaped(text: str, codes: Mapping[str, str]) -> str:
    return "".join(codes.get(char, char) for char in text)
