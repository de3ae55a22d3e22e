import string
from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.contract import FindingText, Text, load_contract
from gate.sentence import FORMS, LANGUAGES, Dated, Fill, fill, locale, phrase

HOSTILE: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.datetimes(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@pytest.mark.parametrize(
    ("form", "value", "en", "fr"),
    [
        ("bytes", 999, "999 B", "999 o"),
        ("bytes", 1500, "1.5 kB", "1,5 ko"),
        ("bytes", 2_000_000_000, "2 GB", "2 Go"),
        ("bytes", 45_699_000_000, "45.7 GB", "45,7 Go"),
        ("percent", 69.25, "69.2 %", "69,2 %"),
        ("percent", 99.99, "99.99 %", "99,99 %"),
        ("duration", 0.25, "0.2 s", "0,2 s"),
        ("duration", 119, "119 s", "119 s"),
        ("duration", 120, "2 min", "2 min"),
        ("duration", 7200, "2 h", "2 h"),
        ("duration", 172800, "2 d", "2 j"),
        ("few", 7.996, "7.996", "7,996"),
        ("few", 3483.52, "3484", "3484"),
        ("signed", -43.58, "−43.6", "−43,6"),
        ("signed", 1.5, "+1.5", "+1,5"),
        ("+.2f", -1.5, "−1.50", "−1,50"),
        ("minutes", 0.01, "< 1 min", "< 1 min"),
        ("span", 0.03, "43 minutes", "43 minutes"),
        ("span", 0.1, "2.4 hours", "2,4 heures"),
        ("span", 1.5, "1.5 days", "1,5 jour"),
        ("span", 0.0, "less than a minute", "moins d’une minute"),
        ("support", -1733, "unsupported for 1733 days", "sans maintenance depuis 1733 jours"),
        ("support", 12, "12 days left", "encore 12 jours"),
        ("ligne|lignes", 0, "0 lignes", "0 ligne"),
        ("word", "running", "running", "en marche"),
        ("word", "odd", "odd", "odd"),
        ("day", "2026-12-01", "1 December 2026", "1er décembre 2026"),
        ("list", ["a", "b"], "a, b", "a, b"),
        ("list", [], "none", "aucun"),
        ("list", list("abcdefg"), "a, b, c, d, e and 2 more", "a, b, c, d, e et 2 de plus"),
        (
            "moments",
            ["2026-02-11", "as it was written"],
            "11 February 2026, as it was written",
            "11 février 2026, as it was written",
        ),
        ("moments", [Dated(date(2026, 2, 11), "redis")], "11 February 2026 (redis)", "11 février 2026 (redis)"),
        ("moments", [{"at": "2026-02-11", "what": "redis"}], "11 February 2026 (redis)", "11 février 2026 (redis)"),
        ("fills", [Fill("/", 59.16, 3)], "/ 59.2 % / 3 %", "/ 59,2 % / 3 %"),
        ("fills", [{"mount": "/", "bytes": 59.16, "inodes": 3}, "/x"], "/ 59.2 % / 3 %, /x", "/ 59,2 % / 3 %, /x"),
        ("moment", "2026-02-11T14:00:00+00:00", "11 February 2026, 14:00 UTC", "11 février 2026, 14 h 00 UTC"),
        ("count", [1, 2], "2", "2"),
        (
            "moment",
            datetime(2026, 2, 11, 14, 0, tzinfo=UTC),
            "11 February 2026, 14:00 UTC",
            "11 février 2026, 14 h 00 UTC",
        ),
    ],
)
def test_a_figure_in_words(form: str, value: object, en: str, fr: str) -> None:
    filled = [fill(f"{{x:{form}}}", {"x": value}, language).replace("\u00a0", " ") for language in LANGUAGES]
    assert filled == [en, fr]


def test_what_belongs_together_stays_on_one_line() -> None:
    for template in ("{x:bytes}", "{x:percent}", "{x:duration}", "{x:minutes}", "{x:line|lines}"):
        assert " " not in fill(template, {"x": 12}, "fr"), template


@given(st.sampled_from(["", *FORMS, "one|more", ".0f", "d", "%Y"]), HOSTILE, st.sampled_from(LANGUAGES))
def test_no_value_breaks_a_sentence(form: str, value: object, language: str) -> None:
    assert isinstance(fill(f"seen {{x:{form}}}", {"x": value}, language), str)


def test_a_part_without_its_values_is_left_out() -> None:
    filled = [
        fill("{total} pods[[; failed: {failed:list}]][[; waiting: {waiting:list} since {at:day}]]", values, "en")
        for values in (
            {"total": 5, "failed": []},
            {"total": 5, "failed": ["a"], "waiting": ["b"], "at": None},
            {"total": 5, "failed": ["[[x]]"], "waiting": ["b"], "at": "2026-02-11"},
        )
    ]
    assert filled == ["5 pods", "5 pods; failed: a", "5 pods; failed: [[x]]; waiting: b since 11\u00a0February 2026"]


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
        texts |= {f"without {names}": text for names, text in criterion.without.items()}
        texts |= (
            {f"kpi {name}": text for name, text in msgspec.structs.asdict(criterion.kpi).items()}
            if criterion.kpi
            else {}
        )
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
