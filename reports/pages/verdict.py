"""verdict.html: one file, offline, whole without JavaScript; both languages inside. A pure function of run and proofs."""

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from gate.decision import Decision, Verdict
from gate.run import Run
from gate.sentence import LANGUAGES
from reports.pages import calendar, changed, courses, people, plan, proven, sections, standing, week, worth
from reports.pages.criteria import Chapter, chapters
from reports.pages.figures import Figure, figures
from reports.pages.foot import Foot, foot
from reports.pages.proofs import Proof
from reports.text.briefing import Briefing, brief
from reports.text.words import Voice, shown

TEMPLATES = Path(__file__).parent / "templates"
COMMAND = re.compile("`([^`]+)`")
CODE = Markup("<code>{}</code>")


class View(msgspec.Struct, frozen=True, kw_only=True):
    """The page in one language."""

    voice: Voice
    brief: Briefing
    figures: tuple[Figure, ...]
    score: sections.Scored | None
    completed: str
    chapters: tuple[Chapter, ...]
    window: sections.WindowView
    changes: tuple[sections.Change, ...]
    waivers: tuple[people.PersonEntry, ...]
    attestations: tuple[people.PersonEntry, ...]
    void: tuple[people.PersonEntry, ...]
    days: week.Timeline
    courses: tuple[courses.Course, ...]
    calendar: tuple[calendar.Day, ...]
    changed: changed.Changed
    schedule: tuple[plan.Row, ...]
    departures: tuple[plan.Apart, ...]
    worth: worth.ReturnView
    expires: tuple[str, tuple[str, ...]] | None
    proven: tuple[proven.Proven, ...]
    foot: Foot

    @property
    def owners(self) -> tuple[str, ...]:
        """Everybody who answers for a criterion, once."""
        return tuple(dict.fromkeys(card.owner for chapter in self.chapters for card in chapter.cards))


def view(run: Run, decision: Decision, proofs: tuple[Proof, ...], language: str) -> View:
    """Everything the templates show, put into words."""
    voice = Voice(language)
    said = brief(run, decision, voice)
    return View(
        voice=voice,
        brief=said,
        figures=figures(run, decision, voice),
        score=sections.scored(run, decision, voice),
        completed=sections.completed(run, decision, voice),
        chapters=chapters(run, decision, voice),
        window=sections.window(run, voice),
        changes=sections.changes(run, decision, voice),
        waivers=people.waivers(run, decision, voice),
        attestations=people.attestations(run, voice),
        void=people.void(run, voice),
        days=week.days(run, decision, voice),
        courses=courses.courses(run, decision, voice),
        calendar=calendar.calendar(run, decision, voice),
        changed=changed.changed(run, decision, voice),
        schedule=plan.schedule(run, decision, voice),
        departures=plan.departures(run, decision, voice),
        worth=worth.worth(run, voice),
        expires=standing.expires_next(run, decision, voice),
        proven=proven.proven(run.contract, proofs, voice),
        foot=foot(run, said, voice),
    )


def render_verdict(run: Run, decision: Decision, proofs: tuple[Proof, ...], language: str) -> bytes:
    """The page, `language` shown first; the same bytes for the same arguments."""
    order = (language, *(other for other in LANGUAGES if other != language))
    page: dict[str, Any] = {
        "run": run,
        "script_hash": _hash_of_script(),
        "tone": decision.verdict.name.lower().replace("_", "-"),
        "language": language,
        "goes": decision.verdict is Verdict.GO,
        "views": [view(run, decision, proofs, language) for language in order],
        "proofs": proofs,
    }
    text = _environment().get_template("verdict.html").render(page)
    return re.sub(r"\n\s*\n+", "\n", text).encode("utf-8", "backslashreplace")


def _hash_of_script() -> str:
    """What the page's own policy lets run: this script as it is, and no other."""
    script = (TEMPLATES / "page.js").read_text(encoding="utf-8").removesuffix("\n")
    return b64encode(sha256(script.encode()).digest()).decode()


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"prose": prose, "shown": shown}
    return environment


def prose(text: str) -> Markup:
    """A sentence with its commands, which stand in backquotes, set as code. Everything of it is escaped."""
    parts = COMMAND.split(text)  # what stands between, and by turns what is quoted
    return Markup().join(CODE.format(part) if number % 2 else part for number, part in enumerate(parts))
