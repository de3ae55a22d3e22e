"""Whatever a server's answers quote of others, no page, file, message or terminal shows a secret in it."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gate.decision import decide
from gate.history import remember
from gate.past import Past
from gate.run import Run, read_run
from gate.sample import Event, Happened
from gate.sentence import LANGUAGES
from notify.memory import LastMessage
from notify.message import changed
from reports.session.sampling import left_by
from reports.text.words import Voice
from testing.audits import ROOT, forked, replayed
from testing.in_process import run
from testing.secrets import FORMS, PLANT, planted
from testing.threats import attack

ROWS = [planted(form) for form in FORMS if "\n" not in form]
Spoil = Callable[[int, str], str]
SPOILT: dict[str, Spoil] = {  # the number of a word of a server's, and it
    "behind each": lambda number, word: f"{word} {ROWS[number % len(ROWS)]}",
    "behind some": lambda number, word: f"{word} {ROWS[number % len(ROWS)]}" if number % 7 == 3 else word,
    "in place of some": lambda number, word: ROWS[number % len(ROWS)] if number % 11 == 5 else word,
}


def numbered() -> Iterator[int]:
    number = 0
    while True:
        yield (number := number + 1)


def spoilt(rows: Any, spoil: Callable[[str], str]) -> Any:
    """Return JSON with each text in it changed."""
    match rows:
        case str():
            return spoil(rows)
        case dict():
            return {key: spoilt(entry, spoil) for key, entry in rows.items()}
        case list():
            return [spoilt(entry, spoil) for entry in rows]
        case _:
            return rows


def recording(kind: str, file: Path) -> Path:
    """Write the recording of a server of which each answer, and what it says of errors, quotes secrets."""
    numbers, change = numbered(), SPOILT[kind]

    def spoil(word: str) -> str:
        return change(next(numbers), word)

    recorded = json.loads((ROOT / "lab" / "recordings" / "ready.json").read_text())
    for answer in recorded["answers"].values():
        try:
            answer["out"] = json.dumps(spoilt(json.loads(answer["out"]), spoil))
        except ValueError:
            answer["out"] = "".join(f"{spoil(row)}\n" for row in answer["out"].splitlines())
        answer["err"] = "\n".join(ROWS)
    failing = list(recorded["answers"])[::5]
    for name in failing:
        recorded["answers"][name]["status"] = 1
    file.write_text(json.dumps(recorded))
    return file


def messages(judged: Run) -> Iterator[str]:
    for language in LANGUAGES:
        message = changed(judged, decide(judged), LastMessage(), Voice(language), "")
        yield f"{message.title}\n{message.body}"


@attack("T14", "no secret of a usual form is stored or shown")
@pytest.mark.parametrize("kind", SPOILT)
def test_nothing_a_server_says_shows_a_secret(kind: str, tmp_path: Path) -> None:
    """A secret of every form behind the words of each answer: all pages and files in both languages, messages, history."""
    out = tmp_path / "out"
    given = recording(kind, tmp_path / "given.json")
    audited = forked(f"replay:{given}", out, "-rA", "-v") if kind == "behind some" else replayed(given, out)
    given.unlink()
    said = [audited.output]
    for language in LANGUAGES:
        done = run("reports", "--lang", language, "render", out / "run.json", "--reports", out / language)
        said.append(done.stdout + done.stderr)
    for form in ("sarif", "oscal", "hdf"):
        run("reports", "export", out / "run.json", "--format", form, "--output", out / f"out.{form}")
    judged = read_run((out / "run.json").read_bytes(), "run.json")
    events = [Event(judged.ended, Happened.CONFIGURATION, f"/etc/{row}") for row in ROWS]
    witnessed = Past(events=tuple(events), configuration={event.what: "0" for event in events})
    remember(out / "history.sqlite", left_by(judged, judged.results, witnessed))
    said += messages(judged)
    (out / "said.txt").write_text("\n".join(said))
    written = [file for file in out.rglob("*") if file.is_file()]
    assert len(written) >= 16
    assert {file.name for file in written if PLANT.lower() in file.read_text(errors="replace").lower()} == set()
