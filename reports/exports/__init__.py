"""One file per format, all from the same frozen Run."""

from collections.abc import Callable
from pathlib import Path

from reports.model.run import Run, write_run

Export = Callable[[Run, str], bytes]
EXPORTS: dict[str, Export] = {
    "run.json": lambda run, _language: write_run(run),
}


def write_all(run: Run, folder: Path, language: str) -> list[str]:
    """Write every export, each whole or not at all; one line for each that could not be written."""
    return [line for name, export in EXPORTS.items() if (line := _write(folder / name, export(run, language)))]


def _write(file: Path, data: bytes) -> str:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        partial = file.with_name(f".{file.name}.partial")
        partial.write_bytes(data)
        partial.replace(file)
    except OSError as error:
        return f"{file}: cannot be written: {error.strerror}; name another folder with --reports=FOLDER"
    return ""
