"""The charts: what their edges stand for, and where their labels are."""

import re
from datetime import date, timedelta

import pytest

from gate.bound import Bound
from gate.history_series import Mark
from gate.outcome import Outcome
from gate.worklog import Return
from reports.pages.drawings.axis import Axis
from reports.pages.drawings.break_even import break_even, crossing, top_of
from reports.pages.drawings.course import MOST, thinned
from reports.pages.drawings.course import top_of as course_top
from reports.pages.drawings.scale import round_top, spread
from reports.pages.drawings.spark import EDGE, HEIGHT, spark
from testing.golden import AT

SOME = Return(invested=22, planned=False, measured=2, assumed=4, since=date(2026, 2, 7))
FULL = Bound("<", 70, "%")


def marks(*values: float) -> list[Mark]:
    return [Mark(AT - timedelta(hours=number), Outcome.PASS, value) for number, value in enumerate(values)]


@pytest.mark.parametrize(
    ("value", "top"), [(2.5, 3), (0.3, 0.3), (79.2, 80), (1.01, 2), (95, 100), (1000, 1000), (0, 1e-9)]
)
def test_an_edge_stands_for_a_round_number(value: float, top: float) -> None:
    assert round_top(value) == pytest.approx(top)


def test_a_share_is_drawn_against_the_whole_and_all_else_against_its_limit() -> None:
    assert course_top(marks(59.1, 58.4), 70, "%") == 100
    assert course_top(marks(140), 70, "%") == 200
    assert course_top(marks(0.02), 2, "GB") == 3
    assert course_top([], 2, "GB") == 3


def test_names_keep_apart_and_stay_inside() -> None:
    assert [at for at, _, _ in spread([(20, "a", ""), (22, "b", ""), (90, "c", "")], 10)] == [20, 30, 90]
    assert [at for at, _, _ in spread([(97, "a", ""), (99, "b", "")], 10)] == [90, 100]


def test_break_even_is_a_dot_where_as_much_is_saved_as_was_invested() -> None:
    assert top_of(SOME) == 80
    assert crossing(SOME) == (30.56, 27.5)
    assert 'class="dot" points="30.56,72.5 30.56,72.5"' in break_even(SOME)
    never = Return(invested=80, planned=False, measured=0, assumed=1, since=date(2026, 2, 7))
    assert crossing(never) is None
    assert "dot" not in break_even(never)


def test_ten_thousand_looks_are_drawn_as_few_points_and_every_peak_is_kept() -> None:
    axis = Axis(AT - timedelta(hours=10_000), AT)
    many = sorted(
        marks(*(99.0 if number == 5_000 else 50 + number % 7 for number in range(10_000))), key=lambda m: m.at
    )
    kept = thinned(many, axis)
    assert len(kept) <= 2 * MOST + 4
    assert (kept[0], kept[-1]) == (many[0], many[-1])
    assert max(mark.value or 0 for mark in kept) == 99
    assert [mark.at for mark in kept] == sorted({mark.at for mark in kept})
    assert thinned(many[:2], axis) == many[:2]


def test_what_hardly_moves_is_a_flat_line_below_its_target() -> None:
    drawn = spark(marks(59.1, 58.4, 59.1), FULL, Axis(AT - timedelta(hours=3), AT))
    heights = [float(y) for y in re.findall(r",([\d.]+)", drawn.partition('points="')[2].partition('"')[0])]
    assert max(heights) - min(heights) < 0.5
    limit = re.search(r'class="limit"[^>]* y1="([\d.]+)"', drawn)
    assert limit is not None
    assert EDGE < float(limit[1]) < min(heights) < HEIGHT - EDGE
