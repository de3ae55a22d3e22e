"""Every sentence of the reports, read as a reader would: none is a template whose holes show."""

import pytest

from testing.aloud import misread, slips
from testing.golden import GOLDEN


@pytest.mark.parametrize("name", sorted(GOLDEN.keys() - {"hostile"}))  # a hostile host writes its own sentences
def test_no_sentence_of_a_golden_state_shows_its_holes(name: str) -> None:
    assert not misread(GOLDEN[name]())


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "running: none, built from none"),
        ("en", "the copy is – old (margin –)"),
        ("en", "0 of 0 rows came back"),
        ("en", "1 days to spare"),
        ("en", "the backup is −3 h old"),
        ("en", "today’s included"),
        ("fr", "taints : néant"),
        ("fr", "unités en échec : aucune"),
        ("fr", "0 relevés jusqu’au 4 décembre"),
        ("fr", "la copie date de −3 h"),
        ("fr", "Ce que ce passage a changé"),
        ("fr", "the node is Ready"),
    ],
)
def test_what_reads_badly_is_noticed(language: str, text: str) -> None:
    assert slips(text, language)
