"""`python -m testing.pictures`: make the README's pictures of the three recorded servers, in docs/pictures.

Beside each picture lies its text, for readers who see no pictures, and for the test that compares it with the page.
"""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from gate.decision import decide
from gate.run import Run, read_run
from gate.sentence import LANGUAGES
from reports.pages.proofs import read_proofs
from reports.text.briefing import brief
from reports.text.trust import trusted
from reports.text.words import Voice
from testing.audits import audit
from testing.browser import browser

ROOT = Path(__file__).parents[1]
PICTURES, RECORDINGS, SIZE = ROOT / "docs" / "pictures", ROOT / "lab" / "recordings", (1280, 800)
TARGETS = {"before": "demo", **{name: f"replay:{RECORDINGS}/{name}.json" for name in ("stabilised", "ready")}}


def words(run: Run, language: str) -> str:
    """Return the text of the first screen, line by line, without the labels above it."""
    return "".join(f"{line}\n" for line in _lines(run, Voice(language)))


def _lines(run: Run, voice: Voice) -> Iterator[str]:
    decision = decide(run)
    seen, noticed = brief(run, decision, voice), [proof.ok for proof in read_proofs(RECORDINGS)]
    yield from (seen.verdict, seen.headline, seen.place, seen.moment, seen.dates.earliest, seen.dates.meeting_line)
    for row in seen.conditions:
        count = f"{row.met}/{row.all}" if row.all else ""
        yield " · ".join(filter(None, (row.title, row.word, row.figure, row.target, count, *row.people, row.due)))
    yield from (trusted(run, decision, noticed, voice), seen.tally)
    yield from (f"{line.problem} · {line.person}, {line.due}" for line in seen.reasons[:3])


def main() -> None:
    """Audit each recording, and write a picture of its first screen in each language, with its text."""
    PICTURES.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder, browser(Path(folder) / "profile") as window:
        for scenario, target in TARGETS.items():
            audit(target, Path(folder) / scenario)
            run = read_run((Path(folder) / scenario / "run.json").read_bytes(), "run.json")
            window.open(Path(folder) / scenario / "verdict.html", *SIZE)
            for language in LANGUAGES:
                window.speak(language)
                (PICTURES / f"{scenario}.{language}.webp").write_bytes(window.picture(*SIZE))
                (PICTURES / f"{scenario}.{language}.txt").write_text(words(run, language), encoding="utf-8")


if __name__ == "__main__":
    main()
