"""Renders evidence.html: each question of a run once, whole, what the run keeps of its answer, and each fault proof.

The texts around them stand there in both languages; a link of verdict.html shows those of its own.
"""

import re
from collections.abc import Callable
from itertools import dropwhile, takewhile

import msgspec

from gate.command import spoken
from gate.decision import Decision
from gate.run import KeptAnswer, Run
from gate.sentence import LANGUAGES
from reports.pages.proofs import Proof
from reports.pages.proven import proven
from reports.pages.rendering import rendered
from reports.text.briefing import verdict_word
from reports.text.words import Voice, shown, visible_lines

SHORT, MOST_SHOWN = 6, 16 * 1024
COMMENT = re.compile(r"\s*#+ (?!shellcheck)")
Bilingual = tuple[tuple[str, str], ...]  # a text in each language, with the language


class Asked(msgspec.Struct, frozen=True):
    """A question and its answer. `ids` are the criteria that rest on it, and `again` is the command that asks it again."""

    fact: str
    gist: str
    answered: Bilingual
    again: str
    question: str
    lines: int
    answer: str
    size: Bilingual
    err: str
    ids: tuple[str, ...]


def render_evidence(run: Run, decision: Decision, proofs: tuple[Proof, ...], language: str) -> bytes:
    """Return the page, in `language` unless a link chooses the other one. The same arguments give the same bytes."""
    voices = [Voice(name) for name in (language, *(other for other in LANGUAGES if other != language))]
    page = {
        "run": run,
        "language": language,
        "voices": voices,
        "tone": decision.verdict.name.lower().replace("_", "-"),
        "place": shown(run.target.title),
        "phase": voices[0].text(run.phase.phase),
        "audited": _in_each(voices, lambda voice: f"{verdict_word(decision, voice)} · {voice.moment(run.ended)}"),
        "asked": [_asked(fact, answer, run, decision, voices) for fact, answer in cited(run, decision).items()],
        "proven": [(voice, proven(run.contract, proofs, voice)) for voice in voices] if proofs else [],
    }
    return rendered("evidence.html", page, spaced=True)


def cited(run: Run, decision: Decision) -> dict[str, KeptAnswer]:
    """Return the answers that the results rest on, in the order of the criteria."""
    facts = dict.fromkeys(source.fact for id in run.contract for source in decision.results[id].sources)
    return {fact: run.answers[fact] for fact in facts if fact in run.answers}


def gist(asked: str) -> tuple[str, int]:
    """Return the first comment of a script and its number of lines; "" and 0 for a short command."""
    lines = asked.strip().splitlines()
    if len(lines) <= SHORT:
        return "", 0
    comments = dropwhile(lambda line: not COMMENT.match(line), lines)
    return shown(" ".join(COMMENT.sub("", line) for line in takewhile(COMMENT.match, comments))), len(lines)


def _asked(fact: str, kept: KeptAnswer, run: Run, decision: Decision, voices: list[Voice]) -> Asked:
    results = (decision.results[id] for id in run.contract)
    summary, lines = gist(kept.asked)
    return Asked(
        fact=shown(fact),
        gist=summary,
        answered=_in_each(
            voices,
            lambda voice: voice.word(
                "answered", at=voice.moment(kept.at), seconds=voice.seconds(kept.seconds), status=kept.status
            ),
        ),
        again=f"{spoken('.venv/bin/python -m fixtures')} ask {run.target.name} {shown(fact)}",
        question=visible_lines(kept.asked.strip("\n"), MOST_SHOWN),
        lines=lines,
        answer=visible_lines(kept.out, MOST_SHOWN),
        size=_in_each(voices, lambda voice: _size(kept, voice)),
        err=visible_lines(kept.err, MOST_SHOWN),
        ids=tuple(shown(one.id) for one in results if any(source.fact == fact for source in one.sources)),
    )


def _size(kept: KeptAnswer, voice: Voice) -> str:
    if not kept.size:
        return voice.word("answer-empty")
    sizes = {"rows": kept.rows, "size": kept.size, "kept": len(kept.out)}
    return voice.word("answer-cut" if kept.cut else "answer-whole", **sizes)


def _in_each(voices: list[Voice], text: Callable[[Voice], str]) -> Bilingual:
    return tuple((voice.language, text(voice)) for voice in voices)
