"""Writes the reports, one file per format, from the same run and the fault proofs beside it."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from gate.acting import make_folders
from gate.decision import decide
from gate.run import Run, write_run
from gate.whole import write_whole
from reports.exports.guide import guide
from reports.exports.hdf import hdf
from reports.exports.junit import junit
from reports.exports.metrics import metrics
from reports.exports.oscal import oscal
from reports.exports.report import Report
from reports.exports.sarif import sarif
from reports.exports.summary import summary
from reports.pages.evidence import render_evidence
from reports.pages.proofs import read_proofs
from reports.pages.verdict import render_verdict

RECORDINGS = Path(__file__).parents[2] / "lab" / "recordings"
Export = Callable[[Report], bytes]
EXPORTS: dict[str, Export] = {
    "run.json": lambda report: write_run(report.run),
    "verdict.html": lambda report: render_verdict(report.run, report.decision, report.proofs, report.language),
    "evidence.html": lambda report: render_evidence(report.run, report.decision, report.proofs, report.language),
    "summary.md": summary,
    "junit.xml": junit,
    "audit.prom": metrics,
    "INFRASTRUCTURE_AUDIT_{date}.md": guide,
}
ON_DEMAND: dict[str, Export] = {"sarif": sarif, "oscal": oscal, "hdf": hdf}  # by `python -m reports export`


def write_all(run: Run, folder: Path, language: str, proofs: Path | None = None) -> list[str]:
    """Write every export, each completely or not at all. Return one line for each that could not be written.

    Fault proofs are read from `proofs`, or from `folder` if it is not given. A recording of the repository has those that
    are stored beside it.
    """
    shipped = read_proofs(RECORDINGS) if (RECORDINGS / Path(run.replayed_from).name).is_file() else ()
    report = Report(run, decide(run), read_proofs(proofs or folder) or shipped, language)
    names = {name: name.format(date=run.ended.date()) for name in EXPORTS}
    return [
        line
        for name, export in EXPORTS.items()
        if (line := write_export(folder / names[name], partial(export, report), "run.json"))
    ]


def write_export(file: Path, make: Callable[[], bytes], run: str) -> str:
    """Write what `make` returns. Return "", or one line if that failed, so that nothing else depends on it.

    `run` is the name of the file that the line asks for in a report of the error.
    """
    try:
        data = make()
    except Exception as error:  # noqa: BLE001 — an error in one export must not prevent the decision
        return f"{file}: cannot be made: {type(error).__name__}: {error}; the decision stands; please report this with {run}"
    try:
        make_folders(file.parent)
        write_whole(file, data)
    except OSError as error:
        return f"{file}: cannot be written: {error.strerror}; name another folder with --reports=FOLDER"
    return ""
