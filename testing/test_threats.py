"""docs/threat-model.md lists every standing attack, and each kind of attack has several variants."""

from collections import Counter

from testing.threats import PAGE, attacks, written


def test_the_table_of_attacks_is_as_the_tests_are() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == written(page), "run: make docs"


def test_every_attack_has_a_name_of_its_own() -> None:
    assert [name for name, times in Counter(row.test for row in attacks()).items() if times > 1] == []
