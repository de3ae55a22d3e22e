"""Writes the reports of a fleet: fleet.json, the page, metrics and a summary, all from one round."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from fleet.exports.metrics import metrics
from fleet.exports.summary import summary
from fleet.page.page import render_fleet
from fleet.round import Round, write_round
from fleet.text import PAGE
from reports.exports import write_export

ROUND, SERVERS = "fleet.json", "servers"
EXPORTS: dict[str, Callable[[Round, str], bytes]] = {
    ROUND: lambda made, _language: write_round(made),
    PAGE: render_fleet,
    "fleet.prom": lambda made, _language: metrics(made),
    "summary.md": summary,
}


def write_all(round: Round, folder: Path, language: str) -> list[str]:
    """Write every report, each completely or not at all. Return one line for each that could not be written."""
    lines = (write_export(folder / name, partial(export, round, language), ROUND) for name, export in EXPORTS.items())
    return [line for line in lines if line]
