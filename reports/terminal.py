"""The block at the end of the terminal: decision, why, who, what to do next, where the report is."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from reports.decision import Decision
from reports.model.run import Run


def summary(run: Run, decision: Decision, language: str, notices: Sequence[str], folder: Path) -> Iterator[tuple[str, str]]:
    """Lines with pytest's markup name (red, green, yellow, bold or nothing)."""
    yield f"{decision.verdict.said}  {run.target.title}", "bold"
    for cause in decision.causes:
        yield f"{cause.outcome}: {', '.join(cause.ids)} ({cause.owner})", ""
    yield from ((notice, "yellow") for notice in notices)
    yield f"{folder / 'verdict.html'} [{language}]", ""
