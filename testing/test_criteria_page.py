"""docs/criteria.md agrees with the contract, the tests and the faults."""

import re
from functools import cache

from gate.contract import load_contract
from testing import criteria
from testing.criteria import PAGE, anchor

page = cache(criteria.page)  # most of a second, and the same for every test


def test_it_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "make docs"


def test_every_criterion_is_told_and_shown_able_to_fail() -> None:
    entries = page().split("\n### ")[1:]
    assert len(entries) >= 75
    assert all("**Asks for**" in one and "**Seen**" in one and "**Otherwise**" in one for one in entries)
    assert [one.partition(":")[0] for one in entries if "**Shown to " not in one] == []


def test_links_lead_to_headings_and_each_criterion_is_a_row() -> None:
    text = page()
    headings = [anchor(heading) for heading in re.findall(r"^#+ (.*)", text, re.MULTILINE)]
    linked = re.findall(r"\]\(#([^)]+)\)", text)
    assert set(linked) <= set(headings)
    assert len(headings) == len(set(headings))
    for id, criterion in load_contract().items():
        (row,) = re.findall(rf"^\| \[{id}\]\(.*", text, re.MULTILINE)
        assert row.count(" |") == 6
        assert ("| yes |" in row) is criterion.blocking


def test_anchors_are_github_s() -> None:
    assert anchor("MCP-06: The image builds in less than 60\u00a0min") == "mcp-06-the-image-builds-in-less-than-60min"
    assert anchor("Two paths for everything that blocks") == "two-paths-for-everything-that-blocks"


def test_a_command_is_whole_or_left_out_and_advice_begins_with_a_sentence() -> None:
    text = page()
    assert not re.search(r"^- \*\*Seen\*\*: .*…`", text, re.MULTILINE)
    assert not re.search(r"^- \*\*Otherwise\*\*: `", text, re.MULTILINE)


def test_numbers_behind_faults_are_explained_before_the_first() -> None:
    text = page()
    assert text.index("in the plan's own commands (D)") < text.index("## ")


def test_everything_that_blocks_has_two_paths() -> None:
    contract = load_contract()
    blocking = {id: criterion.paths for id, criterion in contract.items() if criterion.blocking}
    assert [id for id, paths in blocking.items() if paths is None or not (paths.set and paths.happened)] == []
    assert [id for id, paths in blocking.items() if paths and paths.set == paths.happened] == []
    assert [id for id, criterion in contract.items() if criterion.paths and not criterion.blocking] == []
    text = page()
    assert [id for id in blocking if f"| {id} |" not in text] == []


def test_a_path_that_another_criterion_looks_at_is_one_that_blocks() -> None:
    """What a path leaves to another criterion is judged there, and as strictly."""
    contract = load_contract()
    for id, criterion in contract.items():
        named = (
            re.findall(r"[A-Z]+-\d\d", f"{criterion.paths.set} {criterion.paths.happened}") if criterion.paths else []
        )
        assert [one for one in named if one == id or not contract[one].blocking] == []
