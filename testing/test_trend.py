from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.maintenance import Maintenance
from gate.outcome import Outcome
from gate.past import Past
from gate.sample import Reading, Sample
from gate.trend import FAR, MOST, Trend, trend_of

NOW = datetime(2026, 2, 11, 14, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
LEVELS = st.lists(st.floats(0, 100), min_size=1, max_size=60)


def hourly(*values: float, synthetic: bool = False) -> Past:
    """Return one sample per hour with these values; the last is an hour old."""
    return Past(
        tuple(
            Sample(
                NOW - (len(values) - place) * HOUR,
                synthetic=synthetic,
                readings={"DSK-01": Reading(Outcome.PASS, value)},
            )
            for place, value in enumerate(values)
        )
    )


def trend(past: Past, value: float = 50.0, **more: Any) -> Trend:
    return trend_of("DSK-01", past, value, NOW, made_up=True, **more)


def test_a_level_is_what_two_samples_in_a_row_were_at() -> None:
    assert trend(hourly(50, 85, 50)).held == 50
    assert trend(hourly(50, 85, 71)).held == 71
    assert trend(hourly(50, 60), 90).held == 60
    assert trend(Past(), 85).held == 85
    assert (trend(hourly(50, 85, 40)).low, trend(hourly(50, 85, 40)).high) == (40, 85)


def test_announced_work_holds_no_level() -> None:
    work = Maintenance(NOW - 3 * HOUR, NOW - HOUR, "an image is built", "A. Martin", NOW - 9 * HOUR)
    assert trend(hourly(50, 80, 80, 80), maintenance=[work]).held == 50
    late = Maintenance(NOW - HOUR, NOW + HOUR, "an image is built", "A. Martin", NOW - 9 * HOUR)
    assert trend(Past(), 85, maintenance=[late]).held == 85, "of the only sample nothing else is known"


def test_days_are_watched_from_the_last_gap_on() -> None:
    week = trend(hourly(*[50.0] * 168))
    assert (week.days, week.gap, week.until) == (7, None, NOW)
    kept = Past(tuple(sample for sample in hourly(*[50.0] * 168).samples if not 5 * HOUR < NOW - sample.at < 9 * HOUR))
    broken = trend(kept)
    assert (broken.days, broken.gap) == (5 / 24, NOW - 5 * HOUR)
    assert trend(Past()).days == 0


def test_samples_of_a_future_clock_and_made_up_ones_on_a_server_are_left_out() -> None:
    assert trend(Past((Sample(NOW + HOUR, readings={"DSK-01": Reading(Outcome.PASS, 99)}),))).samples == 1
    assert trend_of("DSK-01", hourly(50, synthetic=True), 50, NOW, made_up=False).samples == 1
    assert (
        trend(Past((Sample(NOW - HOUR, readings={"DSK-01": Reading(Outcome.UNKNOWN)}), Sample(NOW - HOUR)))).samples
        == 1
    )


def test_the_slope_is_robust_and_tells_when_the_limit_is_reached() -> None:
    growing = [50 + hour / 24 for hour in range(96)]
    assert trend(hourly(*growing), 54).slope == pytest.approx(1)
    assert trend(hourly(*growing), 54).days_to(70) == pytest.approx(16)
    growing[40] = 99
    assert trend(hourly(*growing), 54).days_to(70) == pytest.approx(16, abs=0.5)
    assert trend(hourly(*[50.0] * 96)).days_to(70) == FAR
    assert trend(hourly(70), 75).days_to(70) == 0


def test_two_days_make_a_slope() -> None:
    assert not trend(hourly(*[50.0] * 47)).old_enough
    assert trend(hourly(*[50.0] * 48)).old_enough


def test_many_samples_are_thinned_before_their_slopes_are_compared() -> None:
    dense = Past(
        tuple(
            Sample(NOW - minute * timedelta(minutes=10), readings={"DSK-01": Reading(Outcome.PASS, 60 - minute / 144)})
            for minute in range(1, 1000)
        )
    )
    assert trend(dense, 60).samples > MOST
    assert trend(dense, 60).slope == pytest.approx(1, abs=0.01)


@given(LEVELS, st.floats(0, 100))
def test_a_level_lies_between_the_least_and_the_greatest(values: list[float], now: float) -> None:
    seen = trend(hourly(*values), now)
    assert seen.low <= seen.held <= seen.high
    assert 0 <= seen.days_to(70) <= FAR


@given(LEVELS, st.floats(0, 100), st.integers(0, 59), st.floats(0, 100))
def test_a_higher_sample_never_lowers_the_level(values: list[float], now: float, place: int, more: float) -> None:
    higher = [max(value, more) if index == place else value for index, value in enumerate(values)]
    assert trend(hourly(*higher), now).held >= trend(hourly(*values), now).held
