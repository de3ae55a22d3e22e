from gate.outcome import JUDGED, Outcome


def test_the_order_from_best_to_worst() -> None:
    assert sorted(Outcome, key=lambda outcome: outcome.severity) == [
        "pass",
        "fixed",
        "waived",
        "not-applicable",
        "manual",
        "unknown",
        "pending",
        "fail",
    ]


def test_what_leaves_nothing_open() -> None:
    assert {outcome for outcome in Outcome if outcome.settled} == {"pass", "fixed", "waived", "not-applicable"}


def test_a_test_can_judge_neither_fixed_nor_waived() -> None:
    assert set(Outcome) - set(JUDGED) == {"fixed", "waived"}
