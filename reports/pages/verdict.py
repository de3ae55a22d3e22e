"""verdict.html: one file, offline, without JavaScript; both languages inside. A pure function of run and proofs."""

import re
from pathlib import Path
from typing import Any

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from reports.briefing import Briefing, brief
from reports.decision import Decision
from reports.model.run import Run
from reports.model.sentence import LANGUAGES
from reports.pages import people, sections
from reports.pages.criteria import Chapter, Figure, chapters, figures
from reports.proofs import Proof
from reports.words import Voice, shown

TEMPLATES = Path(__file__).parent / "templates"
COMMAND = re.compile("`([^`]+)`")
CODE = Markup("<code>{}</code>")


class View(msgspec.Struct, frozen=True):
    """The page in one language."""

    voice: Voice
    brief: Briefing
    figures: tuple[Figure, ...]
    score: sections.Scored | None
    completed: str
    chapters: tuple[Chapter, ...]
    window: sections.Window
    changes: tuple[sections.Change, ...]
    waivers: tuple[people.Entry, ...]
    attestations: tuple[people.Entry, ...]
    void: tuple[people.Entry, ...]


def view(run: Run, decision: Decision, language: str) -> View:
    """Everything the templates show, put into words."""
    voice = Voice(language)
    return View(
        voice, brief(run, decision, voice), figures(run, decision, voice), sections.scored(run, decision, voice),
        sections.completed(run, decision, voice), chapters(run, decision, voice), sections.window(run, voice),
        sections.changes(run, decision, voice), people.waivers(run, decision, voice), people.attestations(run, voice),
        people.void(run, voice))


def render_verdict(run: Run, decision: Decision, proofs: tuple[Proof, ...], language: str) -> bytes:
    """The page, `language` shown first; the same bytes for the same arguments."""
    order = (language, *(other for other in LANGUAGES if other != language))
    page: dict[str, Any] = {
        "run": run, "tone": decision.verdict.name.lower().replace("_", "-"), "language": language,
        "views": [view(run, decision, language) for language in order], "proofs": proofs}
    text = _environment().get_template("verdict.html").render(page)
    return re.sub(r"\n\s*\n+", "\n", text).encode("utf-8", "backslashreplace")


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True)
    environment.filters |= {"prose": prose, "shown": shown}
    environment.globals["outcome_word"] = outcome_word
    return environment


def outcome_word(voice: Voice, outcome: str) -> str:
    """The word of an outcome somebody else's file names."""
    return voice.say("outcome", outcome) if voice.knows("outcome", outcome) else shown(outcome)


def prose(text: str) -> Markup:
    """A sentence with its commands, which stand in backquotes, set as code. Everything of it is escaped."""
    parts = COMMAND.split(text)  # what stands between, and by turns what is quoted
    return Markup().join(CODE.format(part) if number % 2 else part for number, part in enumerate(parts))
