from datetime import UTC, datetime, timedelta
from pathlib import Path

from gate import history as kept
from gate.past import Past
from gate.sample import Sample
from gate.stability import observe_window
from remediations.transaction.memory import remember


def test_a_change_is_remembered_though_its_run_never_ends(tmp_path: Path) -> None:
    history, now = tmp_path / "history.sqlite", datetime.now(UTC)
    kept.remember(history, Past(tuple(Sample(now - timedelta(hours=hour)) for hour in range(1, 200))))
    assert observe_window(kept.recall(history).whole.samples, now).days > 8
    assert remember(history, "SHA256:a") == ""
    later = observe_window(kept.recall(history).whole.samples, datetime.now(UTC))
    assert later.why == "change"
    assert later.days < 0.1


def test_without_a_history_nothing_is_kept_and_a_damaged_one_is_told(tmp_path: Path) -> None:
    assert remember(None, "") == ""
    assert "cannot be written" in remember(tmp_path / "nowhere" / "history.sqlite", "")
