"""docs/criteria.md agrees with the contract, the tests and the faults."""

from testing.criteria import PAGE, page


def test_it_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "make docs"


def test_every_criterion_is_told_and_shown_able_to_fail() -> None:
    told = page().split("\n### ")[1:]
    assert len(told) >= 75
    assert all("**Asks for**" in one and "**Seen**" in one and "**Otherwise**" in one for one in told)
    assert [one.partition(":")[0] for one in told if "**Shown to " not in one] == []
