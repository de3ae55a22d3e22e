from fixtures.ask.answer import Unknown

HOSTILE = {"code": 1, "self": 2}


def test_an_unknown_keeps_its_code_and_its_figures() -> None:
    unknown = Unknown("timed-out", fact="filesystems", seconds=10)
    assert (unknown.code, unknown.values) == ("timed-out", {"fact": "filesystems", "seconds": 10})


def test_figures_may_have_any_name() -> None:
    assert Unknown("x", **HOSTILE).values == {"code": 1, "self": 2}
