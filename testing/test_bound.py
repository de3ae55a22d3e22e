import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.bound import COMPARE, Bound

FIGURES = st.floats(-1e9, 1e9) | st.integers(-1000, 1000)
BOUNDS = st.builds(Bound, st.sampled_from(list(COMPARE)), FIGURES, st.just("%"))


@pytest.mark.parametrize(
    ("written", "inside", "outside"),
    [("< 70 %", 69.999, 70), ("≤ 5 s", 5, 5.001), ("= 3 pods", 3, 2), ("≥ 7 days", 7, 6.99), ("> -1.5 °C", -1.4, -1.5)],
)
def test_a_target_says_what_meets_it(written: str, inside: float, outside: float) -> None:
    bound = Bound.parse(written)
    assert bound.met_by(inside)
    assert not bound.met_by(outside)
    assert str(bound) == written


@pytest.mark.parametrize(
    "written", ["", "70 %", "<70%", "< seventy %", "< 70 % ", "!= 3", "< 1e3", "=> 2", "< nan", "< ²"]
)
def test_anything_else_is_not_a_target(written: str) -> None:
    if written.strip() != written:
        assert Bound.parse(written) == Bound.parse(written.strip())
        return
    with pytest.raises(ValueError, match="is not a target"):
        Bound.parse(written)


def test_a_figure_beyond_all_bounds_is_not_a_target() -> None:
    with pytest.raises(ValueError, match="too large"):
        Bound.parse("< " + "9" * 400)


@given(BOUNDS, st.sampled_from([math.nan, math.inf, -math.inf]))
def test_what_is_no_number_meets_nothing(bound: Bound, value: float) -> None:
    assert not bound.met_by(value)


@given(BOUNDS, FIGURES)
def test_the_margin_is_positive_inside_and_negative_outside(bound: Bound, value: float) -> None:
    margin = bound.margin(value)
    assert bound.met_by(value) if margin > 0 else True
    assert not bound.met_by(value) if margin < 0 else True
    assert bound.met_by(value) == (bound.compare in "≤=≥") if margin == 0 else True


@given(BOUNDS, BOUNDS, FIGURES)
def test_what_meets_a_tighter_target_meets_the_plan_s(tight: Bound, plan: Bound, value: float) -> None:
    if tight.tightens(plan) and tight.met_by(value):
        assert plan.met_by(value)


@given(BOUNDS, FIGURES)
def test_of_two_figures_one_way_round_tightens(plan: Bound, figure: float) -> None:
    other = Bound(plan.compare, figure, plan.unit)
    assert plan.tightens(plan)
    assert other.tightens(plan) or plan.tightens(other) or plan.compare == "="


def test_another_unit_or_direction_is_no_tightening() -> None:
    plan = Bound.parse("< 70 %")
    assert not Bound.parse("< 60 GB").tightens(plan)
    assert not Bound.parse("≤ 60 %").tightens(plan)


@pytest.mark.parametrize(("written", "bytes"), [("< 2 GB", 2e9), ("< 500 MB", 5e8), ("≤ 500 MiB", 500 * 2**20)])
def test_a_size_in_bytes(written: str, bytes: float) -> None:
    assert Bound.parse(written).bytes == bytes
    with pytest.raises(ValueError, match="not a number of bytes"):
        _ = Bound.parse("< 70 %").bytes


@given(BOUNDS, FIGURES, st.floats(0, 1e9))
def test_what_is_out_of_reach_stays_missed_however_much_it_grows(bound: Bound, value: float, more: float) -> None:
    if bound.out_of_reach(value):
        assert not bound.met_by(value)
        assert not bound.met_by(value + more)
