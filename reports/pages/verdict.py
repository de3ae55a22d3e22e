"""Renders verdict.html: one file with both languages, which works offline and without JavaScript."""

from typing import Any

import msgspec

from gate.decision import Decision, Verdict
from gate.run import Run
from gate.sentence import LANGUAGES
from reports.pages import calendar, changed, courses, expiry, people, plan, proven, sections, week, worth
from reports.pages.criteria import Chapter, chapters
from reports.pages.figures import Figure, figures
from reports.pages.foot import Foot, foot
from reports.pages.proofs import Proof
from reports.pages.rendering import TEMPLATES, hash_of_script, rendered
from reports.text.briefing import Briefing, brief
from reports.text.duties import Duty, duties
from reports.text.trust import trust, trusted
from reports.text.words import Voice


class View(msgspec.Struct, frozen=True, kw_only=True):
    """The content of the page in one language."""

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
    duties: tuple[Duty, ...]
    trust: tuple[tuple[str, str], ...]
    trusted: str
    foot: Foot

    @property
    def anchors(self) -> dict[str, str]:
        """Where the list of each person stands."""
        return {duty.person: duty.anchor for duty in self.duties}

    @property
    def owners(self) -> tuple[str, ...]:
        """Everybody who is responsible for a criterion, once each."""
        return tuple(dict.fromkeys(card.person for chapter in self.chapters for card in chapter.cards))


def view(run: Run, decision: Decision, proofs: tuple[Proof, ...], language: str) -> View:
    """Return everything that the templates show, in words."""
    voice = Voice(language)
    briefing, noticed = brief(run, decision, voice), [proof.ok for proof in proofs]
    return View(
        voice=voice,
        brief=briefing,
        figures=figures(run, decision, voice),
        score=sections.scored(run, decision, voice),
        completed=sections.completed(run, decision, voice),
        chapters=chapters(run, decision, voice),
        window=sections.window(run, voice),
        changes=sections.changes(run, decision, voice),
        waivers=people.waivers(run, decision, voice),
        attestations=people.attestations(run, voice),
        void=people.void(run, decision, voice),
        days=week.days(run, decision, voice),
        courses=courses.courses(run, decision, voice),
        calendar=calendar.calendar(run, decision, voice),
        changed=changed.changed(run, decision, voice),
        schedule=plan.schedule(run, decision, voice),
        departures=plan.departures(run, decision, voice),
        worth=worth.worth(run, voice),
        expires=expiry.expires_next(run, decision, voice),
        proven=proven.proven(run.contract, proofs, voice),
        duties=duties(briefing.reasons),
        trust=trust(run, decision, noticed, voice),
        trusted=trusted(run, decision, noticed, voice),
        foot=foot(run, briefing),
    )


def render_verdict(run: Run, decision: Decision, proofs: tuple[Proof, ...], language: str) -> bytes:
    """Return the page, with `language` shown first. The same arguments always give the same bytes."""
    order = (language, *(other for other in LANGUAGES if other != language))
    page: dict[str, Any] = {
        "run": run,
        "script_hash": hash_of_script(TEMPLATES / "page.js"),
        "tone": decision.verdict.name.lower().replace("_", "-"),
        "language": language,
        "goes": decision.verdict is Verdict.GO,
        "views": [view(run, decision, proofs, language) for language in order],
        "proofs": proofs,
    }
    return rendered("verdict.html", page)
