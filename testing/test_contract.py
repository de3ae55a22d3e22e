import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.bound import Bound
from gate.contract import CHAPTERS, Basis, ContractError, Kind, load_contract, parse_contract
from gate.sentence import holes
from gate.thresholds import tighten
from testing.runs import row
from testing.small_audit import rows

ROW = """
[X-01]
chapter = "disk"
plan = "2"
kind = "live"
basis = "plan"
blocking = true
owner = "host"
target = "< 70 %"
title = { en = "t", fr = "t" }
why = { en = "w", fr = "w" }
seen = { en = "s", fr = "s" }
next = { en = "n", fr = "n" }
"""


def refusal(text: str) -> str:
    with pytest.raises(ContractError) as raised:
        parse_contract(text, "criteria.toml")
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_a_row_is_read() -> None:
    criterion = parse_contract(ROW, "here")["X-01"]
    assert (criterion.blocking, criterion.waivable, criterion.weight, str(criterion.bound)) == (True, True, 0, "< 70 %")
    assert criterion.title.in_language("fr") == "t"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('"live"', '"alive"', "alive"),
        ('"< 70 %"', '"70 %"', "is not a target"),
        ('"< 70 %"', '"< 70"', "has no unit"),
        ('"plan"', '"hardening"', "may not block"),
        ("blocking", "bloking", "bloking"),
        ('plan = "2"', "plan = 2", "plan: must be"),
        (', fr = "t"', "", "fr"),
        ('owner = "host"', "", "owner"),
        ("blocking = true", "blocking = true\nweight = -1", "weight"),
        ("[X-01]", "[X-01", "not TOML"),
    ],
)
def test_a_wrong_row_is_named_with_its_fault(old: str, new: str, expected: str) -> None:
    message = refusal(ROW.replace(old, new))
    assert expected in message
    assert "criteria.toml" in message


def test_one_id_stands_in_one_chapter(tmp_path: Path) -> None:
    for chapter in CHAPTERS:
        (tmp_path / f"{chapter}.toml").write_text(
            ROW.replace("X-01", chapter.upper()).replace('chapter = "disk"\n', "")
        )
    assert [row.chapter for row in load_contract(tmp_path).values()] == list(CHAPTERS)
    (tmp_path / "logs.toml").write_text(ROW.replace("X-01", "MCP"))
    with pytest.raises(ContractError, match="another chapter"):
        load_contract(tmp_path)
    (tmp_path / "mcp.toml").unlink()
    with pytest.raises(ContractError, match="cannot be read"):
        load_contract(tmp_path)


def test_two_rows_of_one_id_are_refused() -> None:
    assert "not TOML" in refusal(ROW + ROW)


def test_a_row_that_nobody_could_judge_cannot_exist() -> None:
    with pytest.raises(ValueError, match="is not a target"):
        row("X-01", target="soon")
    with pytest.raises(ValueError, match="may not block"):
        row("X-01", basis=Basis.HARDENING)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    for file in (tmp_path, tmp_path / "none.toml"):
        with pytest.raises(ContractError, match="cannot be read"):
            load_contract(file)
    (tmp_path / "latin.toml").write_bytes(b"# \xe9")
    with pytest.raises(ContractError, match="cannot be read"):
        load_contract(tmp_path / "latin.toml")


@given(st.floats(-200, 200))
def test_a_target_may_only_tighten(figure: float) -> None:
    written = f"< {figure:.3f} %"
    if Bound.parse(written).figure <= 70:
        assert tighten({"X-01": row("X-01")}, {"X-01": written})["X-01"].target == written
    else:
        with pytest.raises(ContractError, match="looser"):
            tighten({"X-01": row("X-01")}, {"X-01": written})


@pytest.mark.parametrize(
    ("thresholds", "expected"),
    [
        ({"X-02": "< 60 %"}, "no such criterion"),
        ({"X-01": "60"}, "is not a target"),
        ({"X-01": "≤ 60 %"}, "looser"),
        ({"X-01": "< 60 GB"}, "looser"),
    ],
)
def test_a_wrong_threshold_is_named(thresholds: dict[str, str], expected: str) -> None:
    with pytest.raises(ContractError, match=expected) as raised:
        tighten({"X-01": row("X-01")}, thresholds)
    assert next(iter(thresholds)) in str(raised.value)


def test_tightening_leaves_the_contract_as_it_was() -> None:
    contract = {"X-01": row("X-01"), "X-02": row("X-02")}
    assert tighten(contract, {"X-01": "< 60 %"})["X-02"] is contract["X-02"]
    assert contract["X-01"].target == "< 70 %"


def test_what_is_said_of_a_miss_wants_the_same_in_both_languages_and_stays_short() -> None:
    for id, criterion in load_contract().items():
        if expected := criterion.missed:
            assert holes(expected.en) == holes(expected.fr), id
            assert max(len(expected.en), len(expected.fr)) <= 130, id


NEVER_WAIVED = {"DSK-01", "DSK-05", "BKP-04", "BKP-10"}


def test_the_contract_of_phase_0_says_what_is_never_waived() -> None:
    contract = load_contract()
    assert {id for id, criterion in contract.items() if not criterion.waivable} == NEVER_WAIVED & set(contract)
    assert all(contract[id].blocking for id in NEVER_WAIVED & set(contract))


def test_weights_stay_within_100_points() -> None:
    assert 0 < sum(criterion.weight for criterion in load_contract().values()) <= 100


SETS = """
[findings.shared]
odd = { en = "odd {x}", fr = "étrange {x}" }
"""


def test_rows_share_a_set_of_findings() -> None:
    contract = parse_contract(
        SETS + rows("X-01", findings='["shared"]', finding="{}") + "\n" + rows("X-02", finding="{}"), "x.toml"
    )
    assert list(contract) == ["X-01", "X-02"]
    assert contract["X-01"].finding["odd"].en == "odd {x}"
    assert contract["X-02"].finding == {}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"findings": '["other"]', "finding": "{}"}, "no such set of findings: .findings.other"),
        ({"findings": '["shared"]'}, "finding odd is defined twice"),
        ({"findings": "[3]", "finding": "{}"}, "no such set"),
        ({"findings": '"shared"'}, "findings is a list of names"),
    ],
)
def test_a_set_that_is_not_there_or_says_it_twice_is_an_error(changed: dict[str, str], expected: str) -> None:
    with pytest.raises(ContractError, match=expected):
        parse_contract(SETS + rows("X-01", kind=Kind.LIVE, **changed), "x.toml")


def test_no_sentence_has_the_dates_of_the_plans_own_year() -> None:
    """Another server has its own week: the plan's February is nobody else's."""
    folders = (Path(__file__).parents[1] / "tests" / "criteria", Path(__file__).parents[1] / "reports" / "text")
    texts = {file: file.read_text(encoding="utf-8") for folder in folders for file in folder.glob("*.toml")}
    assert len(texts) > 5
    assert [str(file) for file, text in texts.items() if re.search("février|February", text)] == []
