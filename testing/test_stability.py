from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.model.sample import Sample
from reports.model.stability import LONGEST_GAP, Window, observe_window

NOW = datetime(2026, 2, 11, 14, 0, tzinfo=UTC)
NAMES = st.lists(st.sampled_from(["DSK-01", "MCP-01", "LOG-06"]), max_size=2, unique=True).map(tuple)
WHEN = st.integers(-400, 30).map(lambda half_hours: NOW + timedelta(minutes=30 * half_hours))
SAMPLES = st.builds(Sample, WHEN, NAMES, NAMES, st.integers(0, 9).map(lambda n: n == 0), st.booleans())
SERIES = st.lists(SAMPLES, max_size=12) | st.lists(
    st.builds(lambda unknown, failing: (unknown, failing), NAMES, NAMES), max_size=40).map(
        lambda rows: [Sample(NOW - timedelta(hours=hour), failing, unknown) for hour, (unknown, failing) in enumerate(rows)])


def hourly(hours: int, **odd: Sample) -> list[Sample]:
    """One sound sample an hour up to now; `odd` replaces some, by `h` and hours ago."""
    rows = {f"h{ago}": Sample(NOW - timedelta(hours=ago)) for ago in range(hours + 1)}
    return list((rows | {ago: msgspec.structs.replace(sample, at=rows[ago].at) for ago, sample in odd.items()}).values())


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
    assert observe_window(hourly(24), NOW + LONGEST_GAP).days == 1.125


def test_a_gap_never_counts() -> None:
    kept = [sample for sample in hourly(24) if not timedelta(hours=5) < NOW - sample.at < timedelta(hours=9)]
    window = observe_window(kept, NOW)
    assert (window.since, window.why, window.gaps) == (NOW - timedelta(hours=5), "gap", 1)


def test_a_gap_as_long_as_allowed_is_none() -> None:
    kept = [sample for sample in hourly(24) if not timedelta(hours=5) < NOW - sample.at < timedelta(hours=8)]
    window = observe_window(kept, NOW)
    assert (window.why, window.gaps) == ("first-sample", 0)


def test_one_failing_sample_is_no_incident_and_two_are() -> None:
    assert observe_window(hourly(24, h5=FAILS), NOW).days == 1.0
    window = observe_window(hourly(24, h6=FAILS, h5=FAILS), NOW)
    assert (window.since, window.why, window.incidents) == (NOW - timedelta(hours=4), "incident", 1)
    assert observe_window(hourly(24, h6=FAILS, h5=OTHER), NOW).days == 1.0


def test_an_incident_that_lasts_leaves_nothing_proven() -> None:
    assert observe_window(hourly(24, h1=FAILS, h0=FAILS), NOW).since is None


def test_a_failure_does_not_hide_behind_an_unknown() -> None:
    assert observe_window(hourly(24, h7=FAILS, h6=BLIND, h5=FAILS), NOW).why == "incident"
    blind_and_failing = msgspec.structs.replace(FAILS, unknown=("LOG-06",))
    assert observe_window(hourly(24, h6=blind_and_failing, h5=blind_and_failing), NOW).why == "incident"


def test_a_change_opens_the_window_anew() -> None:
    window = observe_window(hourly(24, h5=CHANGED), NOW)
    assert (window.since, window.why) == (NOW - timedelta(hours=5), "change")
    blind = msgspec.structs.replace(CHANGED, unknown=("DSK-01",))
    assert observe_window(hourly(24, h5=blind), NOW).since == NOW - timedelta(hours=4)


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
def test_samples_in_any_order_come_to_the_same(samples: list[Sample], chance: st.randoms) -> None:  # type: ignore[valid-type]  # hypothesis's own
    turned = list(samples)
    chance.shuffle(turned)  # type: ignore[attr-defined]  # a random.Random
    assert observe_window(turned, NOW) == observe_window(samples, NOW)


@given(SERIES, st.lists(SAMPLES, max_size=3))
def test_more_samples_that_saw_something_unknown_never_help(samples: list[Sample], more: list[Sample]) -> None:
    blind = [msgspec.structs.replace(sample, unknown=sample.unknown or ("DSK-05",)) for sample in more]
    assert observe_window([*samples, *blind], NOW).days <= observe_window(samples, NOW).days


@given(SERIES, st.sets(st.integers(0, 40)))
def test_seeing_less_never_helps(samples: list[Sample], places: set[int]) -> None:
    blinder = [msgspec.structs.replace(sample, unknown=(*sample.unknown, "DSK-05")) if place in places else sample
               for place, sample in enumerate(samples)]
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
    assert window.since is None or window.since in {sample.at for sample in samples if not sample.unknown}


def test_when_the_days_can_be_reached() -> None:
    assert Window(1, NOW, NOW, "change").earliest(7) == NOW + timedelta(days=7)
    assert Window(0, None, NOW, "no-sample").earliest(0.5) == NOW + timedelta(hours=12)
    assert Window(0, None, NOW, "no-sample").earliest(1e12).year == 9999


def test_a_moment_without_an_offset_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"at": "2026-02-11T14:00:00"}', type=Sample)
