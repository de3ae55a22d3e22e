"""Renders fleet.html: one file with both languages, which works offline and without JavaScript."""

from pathlib import Path
from typing import Any

import msgspec

from fleet.decision import FleetDecision, decide_fleet
from fleet.page import sections
from fleet.page.causes import CauseLine, causes
from fleet.page.matrix import chapters, matrix
from fleet.page.outliers import Outlier, outliers
from fleet.round import Round
from fleet.text import counts, earliest, headline, verdict
from gate.decision import Verdict
from gate.plan import default_plan
from gate.sentence import LANGUAGES
from reports.pages.rendering import hash_of_script, rendered
from reports.text.words import Voice, shown

TEMPLATES = Path(__file__).parent / "templates"
MOST_OUTLIERS, MOST_CAUSES, MOST_CHANGES, MOST_SILENT, MOST_SITES = 20, 60, 100, 100, 100
FOLDED = 60  # servers from which the sites are folded


class View(msgspec.Struct, frozen=True, kw_only=True):
    """The content of the page in one language, without the table of all servers, which has both."""

    voice: Voice
    verdict: str
    headline: str
    place: str
    ended: str
    asked: str
    earliest: str
    labels: tuple[tuple[str, str], ...]
    counts: list[tuple[Verdict, str, int]]
    sites: tuple[sections.Site, ...]
    rings: tuple[sections.RingLine, ...]
    causes: tuple[CauseLine, ...]
    duties: tuple[sections.Duty, ...]
    outliers: tuple[Outlier, ...]
    changes: tuple[sections.Change, ...]
    moved: str
    silent: tuple[sections.Silent, ...]
    decided: str

    @property
    def gate(self) -> str:
        """The name of the gate that the tool is made for; each server's own page names that of its plan."""
        return self.voice.text(default_plan().name)

    def say(self, code: str, **values: Any) -> str:
        """Return a text of [fleet] in reports/locale."""
        return self.voice.say("fleet", code, values)

    def word(self, one: Verdict) -> str:
        """Return the word of a verdict."""
        return verdict(one, self.voice)


def view(round: Round, decision: FleetDecision, voice: Voice) -> View:
    """Return everything that the templates show in one language."""
    changes = sections.changes(round, voice)
    asked = {"asked": len(round.asked), "servers": len(round.rows)}
    return View(
        voice=voice,
        verdict=verdict(decision.verdict, voice),
        headline=headline(decision, voice),
        place=shown(round.title),
        ended=voice.moment(round.ended),
        asked=voice.say("fleet", "round-of", asked),
        earliest=earliest(decision, voice),
        labels=tuple(_labels(round, voice)),
        counts=counts(decision, voice),
        sites=sections.sites(round, voice),
        rings=sections.rings(decision, voice),
        causes=causes(round, voice),
        duties=sections.duties(round, voice),
        outliers=outliers(round, voice, MOST_OUTLIERS),
        changes=changes,
        moved=_moved(round, changes, voice),
        silent=sections.silent(round, voice),
        decided=voice.say("fleet", "decided", {"hours": round.fresh_hours * 3600}),
    )


def _labels(round: Round, voice: Voice) -> list[tuple[str, str]]:
    recorded = sum(row.recorded for row in round.rows)
    values = {"count": recorded, "servers": len(round.rows)}
    found = [("recorded", values)] if recorded else []
    texts = [(voice.say("fleet", "recorded-label"), voice.say("fleet", name, held)) for name, held in found]
    if round.unfinished:
        texts.append((voice.say("fleet", "interrupted-label"), voice.say("fleet", "interrupted-note")))
    return texts


def _moved(round: Round, changes: tuple[sections.Change, ...], voice: Voice) -> str:
    if round.before is None:
        return voice.say("fleet", "moved-none")
    if not changes:
        return voice.say("fleet", "moved-nothing", {"at": voice.moment(round.before)})
    kinds = [change.kind for change in changes]
    numbers = {kind: kinds.count(kind) for kind in ("worse", "better", "other")}
    return voice.say("fleet", "moved-since", {"at": voice.moment(round.before), **numbers})


def render_fleet(round: Round, language: str) -> bytes:
    """Return the page, with `language` shown first. The same arguments always give the same bytes."""
    decision = decide_fleet(round)
    voices = [Voice(name) for name in (language, *(other for other in LANGUAGES if other != language))]
    views = [view(round, decision, voice) for voice in voices]
    page: dict[str, Any] = {
        "round": round,
        "script_hash": hash_of_script(TEMPLATES / "fleet.js"),
        "language": language,
        "tone": tone(decision.verdict),
        "toned": tone,
        "views": views,
        "voices": voices,
        "order": sorted(Verdict, reverse=True),
        "chapters": chapters(round),
        "blocks": matrix(round, views[0].sites, voices),
        "folded": len(round.rows) > FOLDED,
        "most": {"causes": MOST_CAUSES, "changes": MOST_CHANGES, "silent": MOST_SILENT, "sites": MOST_SITES},
    }
    return rendered("fleet.html", page, beside=TEMPLATES)


def tone(one: Verdict) -> str:
    """Return the class of a verdict in the style sheets: `no-go`."""
    return one.name.lower().replace("_", "-")
