"""`python -m testing.pictures`: make the README's pictures of the three recorded servers, in docs/pictures."""

from pathlib import Path
from tempfile import TemporaryDirectory

from gate.sentence import LANGUAGES
from testing.audits import audit
from testing.browser import browser

ROOT = Path(__file__).parents[1]
PICTURES, SCENARIOS, SIZE = ROOT / "docs" / "pictures", ("before", "stabilised", "ready"), (1280, 800)


def main() -> None:
    """Audit each recording, and write a picture of its first screen in each language."""
    PICTURES.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder, browser(Path(folder) / "profile") as window:
        for scenario in SCENARIOS:
            audit(f"replay:{ROOT}/lab/recordings/{scenario}.json", Path(folder) / scenario)
            window.open(Path(folder) / scenario / "verdict.html", *SIZE)
            for language in LANGUAGES:
                window.speak(language)
                (PICTURES / f"{scenario}.{language}.webp").write_bytes(window.picture(*SIZE))


if __name__ == "__main__":
    main()
