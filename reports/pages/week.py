"""Builds the timeline of the days before the decision: what is proven, when the server was observed, what happened."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec
from markupsafe import Markup

from gate.decision import Decision
from gate.history_series import SPAN, Look
from gate.resolve import window_of
from gate.run import Run
from gate.spells import Spell, spells
from gate.stability import Window
from reports.pages.courses import ROOM, Tick, ticks
from reports.pages.drawings import timeline
from reports.pages.drawings.axis import Axis
from reports.pages.drawings.timeline import Stretch
from reports.session.sampling import sample_of
from reports.text.words import Voice

MOST_INCIDENTS = 8
LEAST = timedelta(days=1)  # the length of the past that is drawn of a server nobody knows yet
WORDS = {
    "proven": "lane-proven",
    "sound": "legend-sound",
    "failing": "legend-failing",
    "to-come": "legend-to-come",
    "announced": "legend-announced",
    "incident": "lane-happened",
}  # kind of a stretch: the word that the pointer shows


class Lane(msgspec.Struct, frozen=True):
    """A row of the timeline."""

    name: str
    drawing: Markup


class Timeline(msgspec.Struct, frozen=True):
    """The timeline. `lines` are named moments, and `events` the incidents in words."""

    lanes: tuple[Lane, ...]
    ticks: tuple[Tick, ...]
    lines: tuple[Tick, ...]
    events: tuple[tuple[str, str], ...]


def days(run: Run, decision: Decision, voice: Voice) -> Timeline:
    """Return the timeline of the past days, and of the days until the earliest possible GO if that is near."""
    window, earliest = window_of(run), _near(decision.earliest, run.ended)
    axis = Axis(_first(run, window), max(run.ended, earliest or run.ended) + ROOM)
    sample = sample_of(run, decision.results)
    looks = [*run.history_series.looks, Look(sample.at, sample.failing, bool(sample.unknown))]
    seen_until = run.ended + timedelta(minutes=30)
    incidents = window.happened if window else ()
    lanes = (
        ("lane-proven", timeline.proven(window.since if window else None, run.ended, earliest)),
        ("lane-looked", timeline.looked(looks, seen_until)),
        ("lane-pressure", timeline.pressure(looks, seen_until)),
        ("lane-happened", timeline.happened(incidents, run.people.maintenance, looks, axis)),
    )
    events = tuple(
        (voice.moment(one.since), _incident(one, run.ended, voice))
        for one in reversed(spells(incidents, looks)[-MOST_INCIDENTS:])
    )
    return Timeline(
        tuple(Lane(voice.word(name), _drawn(stretches, axis, run.ended, voice)) for name, stretches in lanes),
        ticks(axis, voice),
        tuple(_lines(run, earliest, axis, voice)),
        events,
    )


def _incident(spell: Spell, now: datetime, voice: Voice) -> str:
    """Return an incident in words, with its length if it has one."""
    sentence = voice.say("incident", spell.why, {"what": spell.what})
    if spell.until == spell.since:
        return sentence
    length = ((spell.until or now) - spell.since) / timedelta(days=1)
    return voice.word("incident-lasted" if spell.until else "incident-lasts", incident=sentence, length=length)


def _first(run: Run, window: Window | None) -> datetime:
    """Return where the drawing begins: before the earliest moment of the last days of which something is known."""
    known = [look.at for look in run.history_series.looks]
    known += [one.at for one in window.happened] if window else []
    known += [window.since] if window and window.since else []
    oldest = min(known, default=run.ended) - ROOM
    return max(run.ended - SPAN, min(oldest, run.ended - LEAST))


def _drawn(stretches: Iterable[Stretch], axis: Axis, now: datetime, voice: Voice) -> Markup:
    ahead = axis.bar("ahead", now, axis.end)
    return ahead + Markup().join(axis.bar(*stretch, _said(stretch, voice)) for stretch in stretches)


def _said(stretch: Stretch, voice: Voice) -> str:
    """Return what a stretch is and when, or nothing for the ground of a lane."""
    word = WORDS.get(stretch.kind)
    times = f"{voice.moment(stretch.begin)} – {voice.moment(stretch.end)}"
    return f"{times}{voice.colon}{voice.word(word)}" if word else ""


def _lines(run: Run, earliest: datetime | None, axis: Axis, voice: Voice) -> Iterable[Tick]:
    yield axis.at(run.ended), voice.word("line-now")
    if earliest:
        yield axis.at(earliest), voice.word("earliest")


def _near(written: str, now: datetime) -> datetime | None:
    """Return the earliest possible GO if it lies within the days that are drawn, otherwise None."""
    moment = datetime.fromisoformat(written) if written else None
    if moment and not moment.tzinfo:
        moment = moment.replace(tzinfo=now.tzinfo)
    return moment if moment and now < moment <= now + SPAN else None
