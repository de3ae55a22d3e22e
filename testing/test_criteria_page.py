"""docs/criteria.md agrees with the contract, the tests and the faults."""

import re

from gate.contract import load_contract
from testing.criteria import PAGE, page


def test_it_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "make docs"


def test_every_criterion_is_told_and_shown_able_to_fail() -> None:
    told = page().split("\n### ")[1:]
    assert len(told) >= 75
    assert all("**Asks for**" in one and "**Seen**" in one and "**Otherwise**" in one for one in told)
    assert [one.partition(":")[0] for one in told if "**Shown to " not in one] == []


def test_everything_that_blocks_has_two_paths() -> None:
    contract = load_contract()
    blocking = {id: criterion.paths for id, criterion in contract.items() if criterion.blocking}
    assert [id for id, paths in blocking.items() if paths is None or not (paths.set and paths.happened)] == []
    assert [id for id, paths in blocking.items() if paths and paths.set == paths.happened] == []
    assert [id for id, criterion in contract.items() if criterion.paths and not criterion.blocking] == []
    told = page()
    assert [id for id in blocking if f"| {id} |" not in told] == []


def test_a_path_that_another_criterion_looks_at_is_one_that_blocks() -> None:
    """What a path leaves to another criterion is judged there, and as strictly."""
    contract = load_contract()
    for id, criterion in contract.items():
        named = (
            re.findall(r"[A-Z]+-\d\d", f"{criterion.paths.set} {criterion.paths.happened}") if criterion.paths else []
        )
        assert [one for one in named if one == id or not contract[one].blocking] == []
