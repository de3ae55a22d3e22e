import string
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.model.contract import FindingText, Text, load_contract
from reports.model.sentence import FORMS, LANGUAGES, fill, locale, phrase

HOSTILE: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.datetimes(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3), max_leaves=5)


@pytest.mark.parametrize(("form", "value", "en", "fr"), [
    ("bytes", 999, "999 B", "999 o"), ("bytes", 1500, "1.5 kB", "1,5 ko"), ("bytes", 2_000_000_000, "2.0 GB", "2,0 Go"),
    ("duration", 0.25, "0.2 s", "0,2 s"), ("duration", 119, "119 s", "119 s"), ("duration", 120, "2 min", "2 min"),
    ("duration", 7200, "2 h", "2 h"), ("duration", 172800, "2 d", "2 j"), ("percent", 69.25, "69.2 %", "69,2 %"),
    ("list", ["a", "b"], "a, b", "a, b"), ("list", [], "none", "néant"), ("list", list("abcdefg"), "a, b, c, d, e and 2 more",
                                                                           "a, b, c, d, e et 2 de plus"),
    ("moment", "2026-02-11T14:00:00+00:00", "2026-02-11 14:00 UTC", "11/02/2026 14:00 UTC"), ("count", [1, 2], "2", "2"),
    ("moment", datetime(2026, 2, 11, 14, 0, tzinfo=UTC), "2026-02-11 14:00 UTC", "11/02/2026 14:00 UTC")])
def test_a_figure_in_words(form: str, value: object, en: str, fr: str) -> None:
    assert fill(f"{{x:{form}}}", {"x": value}, "en") == en
    assert fill(f"{{x:{form}}}", {"x": value}, "fr") == fr


@given(st.sampled_from(["", *FORMS, ".0f", "d", "%Y"]), HOSTILE, st.sampled_from(LANGUAGES))
def test_no_value_breaks_a_sentence(form: str, value: object, language: str) -> None:
    assert isinstance(fill(f"seen {{x:{form}}}", {"x": value}, language), str)


def test_what_a_host_says_is_no_template() -> None:
    assert fill("{x}", {"x": "{y} {0} {x.__class__}"}, "en") == "{y} {0} {x.__class__}"
    assert fill("{x.__class__} {x[0]} {} {missing:bytes}", {"x": "value"}, "en") == "– – – –"


def test_a_code_without_a_sentence_is_shown_as_it_is() -> None:
    assert phrase("reason", "no-such-code", {}, "en") == "no-such-code"
    assert phrase("reason", "no-such-code", {"why": "x"}, "fr") == "no-such-code {'why': 'x'}"
    assert phrase("no-such-table", "x", {}, "en") == "x"


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


def templates() -> list[tuple[str, Text | FindingText]]:
    rows: list[tuple[str, Text | FindingText]] = []
    for id, criterion in load_contract().items():
        texts = {**msgspec.structs.asdict(criterion), **criterion.finding}
        texts |= {f"kpi {name}": text for name, text in msgspec.structs.asdict(criterion.kpi).items()} if criterion.kpi else {}
        rows += [(f"{id} {name}", text) for name, text in texts.items() if isinstance(text, Text | FindingText)]
    return rows


@pytest.mark.parametrize(("name", "text"), templates(), ids=lambda value: value if isinstance(value, str) else "")
def test_both_languages_of_the_contract_use_the_same_figures(name: str, text: Text | FindingText) -> None:
    assert fields(text.en) == fields(text.fr), name
    assert text.en.strip()
    assert text.fr.strip()


def test_both_languages_of_the_reports_say_the_same_things() -> None:
    english, french = locale("en"), locale("fr")
    assert english.keys() == french.keys()
    for table in english:
        assert english[table].keys() == french[table].keys(), table
        for code, text in english[table].items():
            if isinstance(text, str):
                assert fields(text) == fields(french[table][code]), f"[{table}] {code}"
