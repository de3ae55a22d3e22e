"""Writes the reports of a fleet: fleet.json, the page, metrics and a summary, all from one round."""

from collections.abc import Callable
from pathlib import Path

from fleet.exports.metrics import metrics
from fleet.exports.summary import summary
from fleet.page.page import render_fleet
from fleet.round import Round, write_round
from fleet.text import PAGE
from gate.acting import make_folders
from gate.whole import write_whole

ROUND, SERVERS = "fleet.json", "servers"
EXPORTS: dict[str, Callable[[Round, str], bytes]] = {
    ROUND: lambda made, _language: write_round(made),
    PAGE: render_fleet,
    "fleet.prom": lambda made, _language: metrics(made),
    "summary.md": summary,
}


def write_all(round: Round, folder: Path, language: str) -> list[str]:
    """Write every report, each completely or not at all. Return one line for each that could not be written."""
    return [line for name, export in EXPORTS.items() if (line := _write(folder / name, export, round, language))]


def _write(file: Path, export: Callable[[Round, str], bytes], round: Round, language: str) -> str:
    try:
        data = export(round, language)
    except Exception as error:  # noqa: BLE001 — an error in one report must not cost the others
        return f"{file}: cannot be made: {type(error).__name__}: {error}; please report this with {ROUND}"
    try:
        make_folders(file.parent)
        write_whole(file, data)
    except OSError as error:
        return f"{file}: cannot be written: {error.strerror}; name another folder: --reports FOLDER"
    return ""
