"""What no sentence of a report may say, in either language, and all sentences of a run."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

from gate.decision import decide
from gate.run import Run
from gate.sentence import LANGUAGES
from reports.exports.report import Report
from reports.exports.summary import summary as markdown
from reports.pages.verdict import render_verdict
from reports.session.terminal import summary
from reports.text.words import Voice

SINGULARS = (
    "backup pod container guide sample day hour time schedule claim "
    "certificate row table key job file line error incident"
)
FRENCH = (
    "sauvegarde conteneur guide relevé jour heure planification demande certificat ligne table fichier erreur point"
)
SLIPS = {
    "": (
        r"(?:^|[ (])–(?=$|[;,.)]| (?!\d))",  # a missing value
        r"(?<![\w./-])−\d[\d.,]* ?(?:h|min|s|days?|hours?|jours?|heures?) (?:old|ago)",
        r"\{\w+:|\[\[|\]\]",
    ),
    "en": (
        r"\bnone(?=$| ?[;,.)])",
        r"\b0 of 0\b",
        rf"(?<![\w.,])1 (?:{'|'.join(f'{word}s' for word in SINGULARS.split())})\b",
        r"\b(?:today|yesterday)\b",
    ),
    "fr": (
        r"\bnéant\b",
        r": ?aucune?(?=$|[ ]?[;,.])",
        r"\b0 sur 0\b",
        rf"(?<![\w.,])[01] (?:{'|'.join(f'{word}s' for word in FRENCH.split())})\b",
        r"(?:il y a|date de|âge) −",
        r"\b(?:aujourd’hui|hier|maintenant|passage|validés? dans Git|étiquettes?|dérogés?)\b",
        r"\b(?:the|is|are|was|were|not|of)\b",  # English left in a French sentence
    ),
}
QUOTED = re.compile(r"`[^`]*`|“[^”]*”|HTTP \d+: [^,;]*|cni#:.*|sha256:\w+")  # commands, and what others said


def slips(text: str, language: str) -> list[str]:
    """Return what a sentence should not say; empty if it reads well."""
    spoken = QUOTED.sub("…", re.sub("[\u00a0\u202f\\s]+", " ", text)).strip()
    return [found[0] for pattern in (*SLIPS[""], *SLIPS[language]) if (found := re.search(pattern, spoken))]


def misread(run: Run) -> set[tuple[str, ...]]:
    """Return each sentence of the reports on a run that reads badly: where it stands, its text, and what is wrong."""
    sentences = {one for one in _texts(run) if not any(own in one[2] for own in _own(run))}
    return {(where, text, *found) for where, language, text in sentences if (found := slips(text, language))}


def _texts(run: Run) -> Iterator[tuple[str, str, str]]:
    """Yield every sentence of the reports: where it stands, its language, and its text."""
    decision = decide(run)
    for language in LANGUAGES:
        voice = Voice(language)
        for id, criterion in run.contract.items():
            yield id, language, voice.describe(criterion, decision.results[id])
        parts = summary(run, decision, language, (), Path("reports/out"), 4000, whole=True)
        yield from (("terminal", language, "".join(text for text, _ in line)) for line in parts)
        report = Report(run, decision, (), language)
        yield from (("summary.md", language, line) for line in markdown(report).decode().splitlines())
        page = render_verdict(run, decision, (), language).decode()
        yield from (("page", language, text) for text in _visible(page))


def _own(run: Run) -> list[str]:
    """Return what people wrote in their own language: reasons, notes, and the lines of the work log."""
    people = run.people
    notes = [*(one.note for one in people.attestations), *(one.reason for one in people.waivers)]
    return [text for text in (*notes, *(line.activity for line in people.worklog)) if text]


def _visible(page: str) -> Iterator[str]:
    """Yield the text of each element in the view that the page shows first, without commands and what is in English."""
    first = re.split(r'<div class="view ', page)[1]
    first = re.sub(
        r'<(code|pre|style|script|title)\b.*?</\1>|<(\w+)[^>]* lang="en".*?</\2>', "…", first, flags=re.DOTALL
    )
    yield from (html.unescape(text) for text in re.split(r"<[^>]+>", first) if text.strip())
