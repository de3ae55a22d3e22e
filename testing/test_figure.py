"""The law of figures in words: rounded, and never onto or across a target."""

from hypothesis import given
from hypothesis import strategies as st

from gate.bound import Bound
from gate.figure import counted, few

TARGETS = [
    Bound.parse(f"{compare} {figure}") for compare in "<≤≥>" for figure in (0.5, 1, 3, 7, 26, 70, 95, 100, 500, 2000)
]
FIGURES = st.floats(0, 5000, allow_nan=False)


def shown(value: float) -> float:
    """The figure a reader reads."""
    return float(few(value, "en").replace("−", "-"))


@given(FIGURES, st.sampled_from(TARGETS))
def test_a_figure_meets_its_target_as_it_is_written(value: float, target: Bound) -> None:
    noise = abs(value - target.figure) <= 1e-8 * max(1, value)
    assert noise or target.met_by(shown(value)) == target.met_by(value)


@given(FIGURES)
def test_what_is_written_is_within_one_of_its_last_place(value: float) -> None:
    step = 0.01 if value < 10 else 0.1 if value < 100 else 1
    assert abs(shown(value) - value) <= step


@given(st.floats(0, 100, allow_nan=False))
def test_nothing_reads_as_nothing_but_nothing(value: float) -> None:
    assert (shown(value) == 0) == (value < 1e-9)


def test_figures_are_rounded_not_cut() -> None:
    assert [few(value, "en") for value in (45.58, 89.19, 10.81, 1998.66, 543.2)] == [
        "45.6",
        "89.2",
        "10.8",
        "1999",
        "543",
    ]
    assert [few(value, "fr") for value in (6.997, 70.04, 499.7)] == ["6,997", "70,04", "499,7"]


def test_the_word_agrees_with_the_figure_that_is_read() -> None:
    forms = [counted(value, "day|days", "en") for value in (0, 1, 1.0000000001, 1.004, 2)]
    assert [form.replace("\u00a0", " ") for form in forms] == ["0 days", "1 day", "1 day", "1.004 days", "2 days"]
    assert counted(0, "relevé|relevés", "fr") == "0\u00a0relevé"
