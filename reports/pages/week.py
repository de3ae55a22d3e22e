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
from reports.pages.courses import ROOM, Tick, ticks
from reports.pages.drawings import timeline
from reports.pages.drawings.axis import Axis
from reports.session.sampling import sample_of
from reports.text.words import Voice

MOST_INCIDENTS = 8


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
    axis = Axis(run.ended - SPAN, max(run.ended, earliest or run.ended) + ROOM)
    sample = sample_of(run, decision.results)
    looks = [*run.history_series.looks, Look(sample.at, sample.failing, bool(sample.unknown))]
    seen_until = run.ended + timedelta(minutes=30)
    incidents = window.happened if window else ()
    lanes = (
        ("lane-proven", timeline.proven(window.since if window else None, run.ended, earliest, axis)),
        ("lane-looked", timeline.looked(looks, seen_until, axis)),
        ("lane-pressure", timeline.pressure(looks, seen_until, axis)),
        ("lane-happened", timeline.happened(incidents, run.people.maintenance, looks, axis)),
    )
    events = tuple(
        (voice.moment(one.since), _incident(one, run.ended, voice))
        for one in reversed(spells(incidents, looks)[-MOST_INCIDENTS:])
    )
    return Timeline(
        tuple(Lane(voice.word(name), drawing) for name, drawing in lanes),
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
