from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.evidence.stability import Observed
from gate.coverage import LONGEST_GAP
from gate.maintenance import Maintenance
from gate.sample import Event, Happened, Sample
from gate.stability import Evidence, Window, observe_window

NOW = datetime(2026, 2, 11, 14, 0, tzinfo=UTC)
NAMES = st.lists(st.sampled_from(["DSK-01", "MCP-01", "LOG-06"]), max_size=2, unique=True).map(tuple)
WHEN = st.integers(-400, 30).map(lambda half_hours: NOW + timedelta(minutes=30 * half_hours))
SAMPLES = st.builds(Sample, WHEN, NAMES, NAMES, st.integers(0, 9).map(lambda n: n == 0), st.booleans())
SERIES = st.lists(SAMPLES, max_size=12) | st.lists(
    st.builds(lambda unknown, failing: (unknown, failing), NAMES, NAMES), max_size=40
).map(
    lambda rows: [Sample(NOW - timedelta(hours=hour), failing, unknown) for hour, (unknown, failing) in enumerate(rows)]
)


def hourly(hours: int, **odd: Sample) -> list[Sample]:
    """Return one sound sample per hour up to now; `odd` replaces those that many hours ago, as `h3=…`."""
    rows = {f"h{ago}": Sample(NOW - timedelta(hours=ago)) for ago in range(hours + 1)}
    return list(
        (rows | {ago: msgspec.structs.replace(sample, at=rows[ago].at) for ago, sample in odd.items()}).values()
    )


FAILS, OTHER = Sample(NOW, failing=("DSK-01",)), Sample(NOW, failing=("MCP-01",))
BLIND, CHANGED = Sample(NOW, unknown=("DSK-01",)), Sample(NOW, changed=True)


def test_seven_quiet_days_are_seven_days() -> None:
    window = observe_window(hourly(168), NOW)
    assert (window.days, window.why, window.samples, window.gaps, window.incidents) == (7.0, "first-sample", 169, 0, 0)


def test_no_sample_proves_nothing() -> None:
    window = observe_window([], NOW)
    assert (window.days, window.since, window.why) == (0.0, None, "no-sample")
    assert observe_window([msgspec.structs.replace(BLIND, at=NOW)], NOW).why == "no-sample"


def test_an_old_last_sample_proves_nothing_about_now() -> None:
    window = observe_window(hourly(24), NOW + LONGEST_GAP + timedelta(seconds=1))
    assert (window.since, window.why) == (None, "no-recent-sample")
    assert observe_window(hourly(48), NOW + LONGEST_GAP).days == 2.125


def test_a_gap_never_counts() -> None:
    kept = [sample for sample in hourly(24) if not timedelta(hours=5) < NOW - sample.at < timedelta(hours=9)]
    window = observe_window(kept, NOW)
    assert (window.since, window.why, window.gaps) == (NOW - timedelta(hours=5), "gap", 1)


def test_a_gap_as_long_as_allowed_is_none() -> None:
    kept = [sample for sample in hourly(48) if not timedelta(hours=5) < NOW - sample.at < timedelta(hours=8)]
    window = observe_window(kept, NOW)
    assert (window.why, window.gaps) == ("first-sample", 0)


def test_one_failing_sample_is_no_incident_and_two_are() -> None:
    assert observe_window(hourly(24, h5=FAILS), NOW).days == 1.0
    window = observe_window(hourly(24, h6=FAILS, h5=FAILS), NOW)
    assert (window.since, window.why, window.incidents) == (NOW - timedelta(hours=5), "failing", 1)
    assert observe_window(hourly(24, h6=FAILS, h5=OTHER), NOW).days == 1.0


def test_an_incident_that_lasts_leaves_nothing_proven() -> None:
    assert observe_window(hourly(24, h1=FAILS, h0=FAILS), NOW).since is None


def test_a_failure_does_not_hide_behind_an_unknown() -> None:
    assert observe_window(hourly(24, h7=FAILS, h6=BLIND, h5=FAILS), NOW).why == "failing"
    blind_and_failing = msgspec.structs.replace(FAILS, unknown=("LOG-06",))
    assert observe_window(hourly(48, h16=blind_and_failing, h15=blind_and_failing), NOW).incidents == 1


def test_a_change_opens_the_window_anew() -> None:
    window = observe_window(hourly(24, h5=CHANGED), NOW)
    assert (window.since, window.why) == (NOW - timedelta(hours=5), "change")
    blind = msgspec.structs.replace(CHANGED, unknown=("DSK-01",))
    assert observe_window(hourly(48, h15=blind), NOW).since == NOW - timedelta(hours=15)


def test_samples_of_the_future_are_left_out() -> None:
    ahead = [Sample(NOW + timedelta(minutes=1), failing=("DSK-01",)), Sample(NOW + timedelta(days=9))]
    assert observe_window([*hourly(24), *ahead], NOW) == observe_window(hourly(24), NOW)


def test_of_two_samples_of_one_moment_the_worse_of_each_counts() -> None:
    twice = [Sample(NOW, changed=True), Sample(NOW, synthetic=True), Sample(NOW, failing=("DSK-01",))]
    window = observe_window([*hourly(3, h1=FAILS)[:-1], *hourly(24)[2:], *twice], NOW)
    assert (window.synthetic, window.incidents) == (True, 1)
    assert observe_window([*hourly(3), *twice[:1]], NOW).since == NOW


def test_a_synthetic_sample_says_so() -> None:
    assert observe_window([*hourly(2), Sample(NOW, synthetic=True)], NOW).synthetic
    assert not observe_window(hourly(2), NOW).synthetic


def test_made_up_samples_count_only_where_they_may() -> None:
    made_up = [msgspec.structs.replace(sample, synthetic=True) for sample in hourly(192)]
    assert observe_window(made_up, NOW).days == 8
    assert observe_window(made_up, NOW, made_up=False) == observe_window([], NOW)
    watched = observe_window([*made_up, *hourly(24)], NOW, made_up=False)
    assert (watched.days, watched.synthetic) == (1.0, False)


@given(SERIES, st.randoms())
def test_samples_in_any_order_come_to_the_same(samples: list[Sample], chance: Random) -> None:
    turned = list(samples)
    chance.shuffle(turned)
    assert observe_window(turned, NOW) == observe_window(samples, NOW)


@given(SERIES, st.lists(SAMPLES, max_size=3))
def test_more_samples_that_saw_something_unknown_never_help(samples: list[Sample], more: list[Sample]) -> None:
    blind = [msgspec.structs.replace(sample, unknown=sample.unknown or ("DSK-05",)) for sample in more]
    assert observe_window([*samples, *blind], NOW).days <= observe_window(samples, NOW).days


@given(SERIES, st.sets(st.integers(0, 40)))
def test_seeing_less_never_helps(samples: list[Sample], places: set[int]) -> None:
    blinder = [
        msgspec.structs.replace(sample, unknown=(*sample.unknown, "DSK-05")) if place in places else sample
        for place, sample in enumerate(samples)
    ]
    assert observe_window(blinder, NOW).days <= observe_window(samples, NOW).days


@given(SERIES, st.lists(st.tuples(st.integers(0, 40), NAMES), max_size=3))
def test_more_failures_never_help(samples: list[Sample], where: list[tuple[int, tuple[str, ...]]]) -> None:
    worse = list(samples)
    for place, names in where:
        if place < len(worse):
            worse[place] = msgspec.structs.replace(worse[place], failing=(*worse[place].failing, *names))
    assert observe_window(worse, NOW).days <= observe_window(samples, NOW).days


@given(SERIES)
def test_the_window_lies_between_a_sample_and_now(samples: list[Sample]) -> None:
    window = observe_window(samples, NOW)
    assert window.until == NOW
    assert window.since is None or min(sample.at for sample in samples) <= window.since <= NOW
    assert window.coverage >= 95
    assert window.bridged == 0


HOUR = timedelta(hours=1)
WORK = Maintenance(NOW - 30 * HOUR, NOW - 29 * HOUR, "reboot", "A. Martin", NOW - timedelta(days=3))
KINDS = [kind for kind in Happened if kind is not Happened.CONFIGURATION]
EVENTS = st.lists(st.builds(Event, WHEN, st.sampled_from(list(Happened))), max_size=5).map(tuple)


def remembered(*events: Event, quiet: datetime | None = None) -> Evidence:
    return Evidence(tuple(events), quiet)


def test_flapping_is_an_incident_though_it_passed_in_between() -> None:
    assert observe_window(hourly(48, h7=FAILS, h5=FAILS), NOW).since == NOW - 5 * HOUR
    assert observe_window(hourly(48, h9=FAILS, h5=FAILS), NOW).days == 2


def test_disk_pressure_is_an_incident_at_once() -> None:
    pressed = Sample(NOW, failing=("DSK-05",))
    assert observe_window(hourly(48, h5=pressed), NOW).since == NOW - 5 * HOUR


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_server_remembers_is_an_incident(kind: Happened) -> None:
    at = NOW - timedelta(hours=5, minutes=30)
    window = observe_window(hourly(48), NOW, evidence=remembered(Event(at, kind, "it")))
    assert (window.since, window.why, window.what, window.incidents) == (at, kind, "it", 1)


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_announced_is_no_incident(kind: Happened) -> None:
    during = remembered(Event(NOW - 29.5 * HOUR, kind))
    assert observe_window(hourly(48), NOW, evidence=during, maintenance=[WORK]).incidents == 0
    failing = hourly(48, h30=FAILS, h29=FAILS)
    assert observe_window(failing, NOW, maintenance=[WORK]).incidents == 0
    assert observe_window(hourly(48, h29=FAILS, h28=FAILS), NOW, maintenance=[WORK]).incidents == 0
    assert observe_window(hourly(48, h28=FAILS, h27=FAILS), NOW, maintenance=[WORK]).incidents == 1


def test_a_boot_explains_what_it_started_and_no_killed_process() -> None:
    boot = Event(NOW - 29.5 * HOUR, Happened.BOOT)
    after = [Event(boot.at + timedelta(minutes=10), kind) for kind in (Happened.CLUSTER, Happened.DATABASE)]
    assert observe_window(hourly(48), NOW, evidence=remembered(boot, *after)).incidents == 1
    assert observe_window(hourly(48), NOW, evidence=remembered(boot, *after), maintenance=[WORK]).incidents == 0
    killed = Event(boot.at + timedelta(minutes=40), Happened.MEMORY)
    assert observe_window(hourly(48), NOW, evidence=remembered(boot, killed), maintenance=[WORK]).incidents == 1


def test_a_change_opens_the_window_though_it_was_announced() -> None:
    change = Event(NOW - 29.5 * HOUR, Happened.CONFIGURATION, "/etc/crontab")
    window = observe_window(hourly(48), NOW, evidence=remembered(change), maintenance=[WORK])
    assert (window.since, window.why, window.what, window.incidents) == (change.at, "configuration", "/etc/crontab", 0)


def test_announced_work_is_no_proof_of_stability() -> None:
    long = msgspec.structs.replace(WORK, start=NOW - 30 * HOUR, to=NOW - 10 * HOUR)
    window = observe_window(hourly(168), NOW, maintenance=[long])
    assert (window.since, window.why) == (long.to, "coverage")
    assert observe_window(hourly(168), NOW, maintenance=[WORK]).coverage == pytest.approx(100 - 100 / 168)


def test_too_many_holes_are_no_proof_though_none_is_a_gap() -> None:
    sparse = [sample for number, sample in enumerate(hourly(168)) if number % 3 == 0]
    assert observe_window(sparse, NOW).days < 1
    few = [sample for number, sample in enumerate(hourly(168)) if number % 24 != 5]
    assert observe_window(few, NOW).days == 7


def test_traces_bridge_a_gap_and_say_so() -> None:
    kept = [sample for sample in hourly(168) if not 20 * HOUR < NOW - sample.at < 40 * HOUR]
    assert observe_window(kept, NOW).days < 1
    bridged = observe_window(kept, NOW, evidence=remembered(quiet=NOW - 50 * HOUR))
    assert (bridged.days, bridged.gaps, bridged.bridged) == (7.0, 0, 18.5)
    partly = observe_window(kept, NOW, evidence=remembered(quiet=NOW - 30 * HOUR))
    assert (partly.since, partly.why) == (NOW - 30 * HOUR, "gap")


def test_traces_reach_back_before_the_first_look_and_not_without_one() -> None:
    window = observe_window(hourly(1), NOW, evidence=remembered(quiet=NOW - 200 * HOUR))
    assert (window.since, window.why, window.bridged) == (NOW - 200 * HOUR, "traces", 199)
    assert observe_window([], NOW, evidence=remembered(quiet=NOW - 200 * HOUR)).since is None


def test_the_days_of_the_calendar_are_counted_beside() -> None:
    window = observe_window(hourly(24), NOW, evidence=Evidence(begun=NOW - timedelta(days=7)))
    assert (window.days, window.literal_days) == (1.0, 7.0)


def test_a_change_of_the_clocks_neither_adds_nor_takes_an_hour() -> None:
    paris, summer = ZoneInfo("Europe/Paris"), datetime(2026, 3, 29, 12, 0, tzinfo=UTC)
    local = [Sample((summer - hour * HOUR).astimezone(paris)) for hour in range(169)]
    assert observe_window(local, summer.astimezone(paris)).days == 7


def test_a_clock_that_was_set_back_leaves_out_what_is_ahead_of_it() -> None:
    ahead = Event(NOW + HOUR, Happened.BOOT)
    assert observe_window([*hourly(24), Sample(NOW + HOUR)], NOW, evidence=remembered(ahead)).days == 1


@given(SERIES, EVENTS, EVENTS)
def test_more_of_what_happened_never_helps(
    samples: list[Sample], events: tuple[Event, ...], more: tuple[Event, ...]
) -> None:
    """Boots are left out, since a boot explains the restarts that it causes."""
    more = tuple(event for event in more if event.kind is not Happened.BOOT)
    worse = observe_window(samples, NOW, evidence=Evidence((*events, *more)))
    assert worse.days <= observe_window(samples, NOW, evidence=Evidence(events)).days


@given(SERIES, EVENTS, st.none() | WHEN, WHEN)
def test_fewer_traces_never_help(
    samples: list[Sample], events: tuple[Event, ...], quiet: datetime | None, more: datetime
) -> None:
    fewer = None if quiet is None else max(quiet, more)
    assert (
        observe_window(samples, NOW, evidence=Evidence(events, fewer)).days
        <= observe_window(samples, NOW, evidence=Evidence(events, quiet)).days
    )


@given(st.sets(st.integers(0, 96)), st.lists(st.integers(0, 48 * 60), max_size=9))
def test_looking_more_often_at_the_same_truth_never_opens_the_window_earlier(bad: set[int], more: list[int]) -> None:
    """The disk is full in some half hours; it is observed every hour, and at some minutes besides."""

    def look(minutes: int) -> Sample:
        return Sample(NOW - timedelta(minutes=minutes), failing=("DSK-01",) if minutes // 30 in bad else ())

    watched = [look(60 * hour) for hour in range(49)]
    assert observe_window([*watched, *map(look, more)], NOW).days <= observe_window(watched, NOW).days


@pytest.mark.parametrize(
    ("odd", "events", "watched"),
    [
        (Sample(NOW, changed=True), (), 48),
        (Sample(NOW, failing=("BKP-01",)), (), 48),
        (Sample(NOW), (Event(NOW - timedelta(hours=2), Happened.CONFIGURATION, "/etc/cron.d/backup"),), 48),
        (Sample(NOW), (Event(NOW - timedelta(hours=2), Happened.BOOT),), 2),
        (Sample(NOW), (Event(NOW - timedelta(hours=2), Happened.MEMORY, "redis"),), 2),
    ],
)
def test_what_is_not_of_a_criterion_does_not_shorten_how_long_it_was_watched(
    odd: Sample, events: tuple[Event, ...], watched: float
) -> None:
    """A table of cron that was edited an hour ago made five criteria pending: that nobody changed anything is another one's."""
    samples = [Sample(NOW - timedelta(hours=hours)) for hours in range(48, 0, -1)]
    samples[-3:] = [msgspec.structs.replace(odd, at=sample.at) for sample in samples[-3:]]
    seen = Observed(NOW, tuple(samples), Evidence(events), (), made_up=False)
    assert seen.watched("MCP-02") == NOW - timedelta(hours=watched)


@pytest.mark.parametrize("odd", [Sample(NOW, failing=("MCP-02",)), Sample(NOW, unknown=("BKP-01",))])
def test_a_failure_of_the_criterion_and_a_look_that_saw_less_do_shorten_it(odd: Sample) -> None:
    samples = [Sample(NOW - timedelta(hours=hours)) for hours in range(48, 0, -1)]
    samples[8:14] = [msgspec.structs.replace(odd, at=sample.at) for sample in samples[8:14]]
    seen = Observed(NOW, tuple(samples), Evidence(), (), made_up=False)
    since = seen.watched("MCP-02")
    assert since is not None
    assert NOW - timedelta(hours=36) <= since <= NOW - timedelta(hours=33)


def test_nobody_has_watched_where_there_is_no_sample() -> None:
    assert Observed(NOW, (), Evidence(), (), made_up=False).watched("MCP-02") is None


def test_when_the_days_can_be_reached() -> None:
    assert Window(1, NOW, NOW, "change").earliest(7) == NOW + timedelta(days=7)
    assert Window(0, None, NOW, "no-sample").earliest(0.5) == NOW + timedelta(hours=12)
    assert Window(0, None, NOW, "no-sample").earliest(1e12).year == 9999


def test_a_moment_without_an_offset_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"at": "2026-02-11T14:00:00"}', type=Sample)
