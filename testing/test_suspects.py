from fixtures.ask.redaction import redact
from fixtures.ask.suspects import ALL, suspects
from testing.audits import ROOT

ROWS = (ROOT / "testing" / "secret_rows.txt").read_text(encoding="utf-8").splitlines()


def test_no_form_that_matches_a_row_is_left_out() -> None:
    """Each form is tried on those rows only that have one of its words."""
    found = suspects("\n".join(ROWS))
    missed = [
        (row, form.source)
        for number, row in enumerate(ROWS)
        for form in ALL
        if form not in found.get(number, []) and form.pattern.search(row)
    ]
    assert missed == []
    assert sum(map(len, found.values())) < len(ROWS) * len(ALL) / 4


def test_a_letter_that_is_longer_in_lower_case_moves_no_row() -> None:
    assert [*suspects("İİİİİİİİİİİİ\npassword=x\nİİİ")] == [1]


def test_letters_that_count_as_others_are_found() -> None:
    for text in ("pa\u017f\u017fword=hunter2hunter2", "AP\u0131_KEY=hunter2hunter2", "to\u212aen=hunter2hunter2"):
        assert "hunter2" not in redact(text), text
