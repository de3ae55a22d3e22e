"""Writes summary.md: the decision on a fleet, what its servers share and who must act, for the page of a CI job."""

from collections.abc import Iterator

from fleet.decision import decide_fleet
from fleet.page.causes import causes
from fleet.page.sections import duties, silent, sites
from fleet.round import Round
from fleet.text import counts, earliest, headline, verdict
from gate.decision import Verdict
from reports.exports.markdown import escaped, prose, table, written
from reports.text.words import Voice, shown

MOST = 1024 * 1024 - 1


def summary(round: Round, language: str) -> bytes:
    """Return the summary in Markdown."""
    return written(_lines(round, Voice(language)), MOST)


def _lines(round: Round, voice: Voice) -> Iterator[str]:
    decision = decide_fleet(round)
    yield f"# {verdict(decision.verdict, voice)} · {escaped(shown(round.title))}"
    yield from ("", escaped(headline(decision, voice)))
    if day := earliest(decision, voice):
        yield from ("", f"{voice.say('fleet', 'earliest')}{voice.colon}{day}")
    yield from ("", " · ".join(f"{count} {word}" for _, word, count in counts(decision, voice)))
    yield from _sites(round, voice)
    shared = [
        f"- **{escaped(one.ids)}** {prose(one.title)}{voice.colon}{prose(one.spread)}" for one in causes(round, voice)
    ]
    yield from _listed(voice, "causes", shared)
    acting = [f"- {escaped(one.person)}{voice.colon}{escaped(one.load)}" for one in duties(round, voice)]
    yield from _listed(voice, "who", acting)
    quiet = [
        f"- {escaped(one.name)}{voice.colon}{escaped(one.why)}, {escaped(one.since)}" for one in silent(round, voice)
    ]
    yield from _listed(voice, "silent", quiet)


def _listed(voice: Voice, name: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield from ("", f"## {voice.say('fleet', name)}", "", *lines)


def _sites(round: Round, voice: Voice) -> Iterator[str]:
    order = sorted(Verdict, reverse=True)
    head = [voice.say("fleet", "site"), *(verdict(one, voice) for one in order), voice.say("fleet", "unknown")]
    rows = [
        [escaped(site.name), *(str(site.counts[one]) for one in order), str(site.unknown)]
        for site in sites(round, voice)
    ]
    yield from ("", f"## {voice.say('fleet', 'sites')}", "", *table(head, rows))
