"""The table of all servers: for each chapter how many criteria are not met, and the worst of their outcomes."""

from collections.abc import Mapping, Sequence
from urllib.parse import quote

import msgspec

from fleet.page.sections import Site
from fleet.round import Round, Row
from fleet.text import missing, verdict
from gate.contract import CHAPTERS
from gate.decision import Verdict
from gate.outcome import Outcome
from reports.text.words import Voice, shown

MOST_SITES = 60  # more of them are not folded one by one
Bilingual = tuple[tuple[str, str], ...]  # a text in each language, with the language


class Cell(msgspec.Struct, frozen=True):
    """A chapter of a server: its worst outcome, and how many of its criteria are not met."""

    outcome: Outcome
    open: int


class Line(msgspec.Struct, frozen=True):
    """A server in the table. `why` says in both languages why it has no result that counts, if it has none."""

    name: str
    title: str
    verdict: Verdict
    word: Bilingual
    link: str
    cells: tuple[Cell, ...]
    open: str
    why: Bilingual = ()
    recorded: bool = False


class Block(msgspec.Struct, frozen=True):
    """The servers of one site, the worst first; `site` is None where all sites together are one block."""

    site: Site | None
    lines: tuple[Line, ...]


def chapters(round: Round) -> tuple[str, ...]:
    """Return the chapters that the runs judged, in the order of the plan."""
    seen = {known.chapter for known in round.criteria.values()}
    return (*(chapter for chapter in CHAPTERS if chapter in seen), *sorted(seen - {*CHAPTERS}))


def matrix(round: Round, sites: Sequence[Site], voices: Sequence[Voice]) -> tuple[Block, ...]:
    """Return the servers of every site, or all of them in one block where there are too many sites."""
    names = chapters(round)
    words = {one: tuple((voice.language, verdict(one, voice)) for voice in voices) for one in Verdict}
    whole = len(sites) > MOST_SITES
    blocks: dict[str, list[Line]] = {"": []} if whole else {site.key: [] for site in sites}
    for row in sorted(
        round.rows, key=lambda row: (-row.verdict, row.judged is not None and -row.judged.blocking, row.name)
    ):
        blocks["" if whole else row.site].append(_line(row, names, round, words[row.verdict], voices))
    if whole:
        return (Block(None, tuple(blocks[""])),)
    return tuple(Block(site, tuple(blocks[site.key])) for site in sites)


def _line(row: Row, names: Sequence[str], round: Round, word: Bilingual, voices: Sequence[Voice]) -> Line:
    judged = row.judged if row.known else None
    why = () if judged and judged.reached else tuple((voice.language, missing(row, voice)) for voice in voices)
    return Line(
        name=shown(row.name),
        title=shown(row.title) if row.title != row.name else "",
        verdict=row.verdict,
        word=word,
        link=f"servers/{quote(row.name)}/verdict.html" if row.judged and row.judged.page else "",
        cells=_cells(judged.open, names, round) if judged else (),
        open=" ".join(map(shown, judged.open)) if judged else "",
        why=why,
        recorded=row.recorded,
    )


def _cells(open: Mapping[str, Outcome], names: Sequence[str], round: Round) -> tuple[Cell, ...]:
    worst, count = dict.fromkeys(names, Outcome.PASS), dict.fromkeys(names, 0)
    for id, outcome in open.items():
        chapter = round.criteria[id].chapter if id in round.criteria else ""
        if chapter in worst:
            count[chapter] += 1
            worst[chapter] = max(worst[chapter], outcome, key=lambda one: one.severity)
    return tuple(Cell(worst[name], count[name]) for name in names)
