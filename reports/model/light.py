"""The light look, `-m sample`: what the stability window rests on, every hour, leaving the last report as it is."""

from pathlib import Path

import pytest

from reports.model.contract import Criterion, Kind

MARK = "sample"
PAPER = ("guides", "decision")  # chapters of what people write: a guide without a commit is no incident of the server


def sampled(criterion: Criterion) -> bool:
    """It blocks, is looked at live, and is about the server."""
    return criterion.blocking and criterion.kind is Kind.LIVE and criterion.chapter not in PAPER


def light(config: pytest.Config, reports: Path) -> bool:
    """Only the light look was asked for, and no folder for its report was named."""
    return config.getoption("markexpr", "") == MARK and Path(config.getoption("--reports")) == reports
