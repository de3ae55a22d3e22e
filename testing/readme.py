"""The commands that the README and docs/ print, and the output of the demo in the README.

`python -m testing.readme` writes that output into README.md; `make recordings` does so after recording.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PAGES = (README, ROOT / "targets" / "README.md", *sorted((ROOT / "docs").glob("**/*.md")))
BLOCK = re.compile(r"^```(?:sh|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)
MARK = "<!-- the demo's own words: python -m testing.readme -->\n```\n"
EXCERPT = re.compile(rf"(?<={re.escape(MARK)}).*?(?=^```)", re.MULTILINE | re.DOTALL)
REMARK = re.compile(r"(?:^|\s+)#.*")
RULE, LAST, REASONS = "━" * 20, "Report:", 5


def commands() -> dict[str, str]:
    """Return every command in a shell block, with the first page that prints it."""
    found: dict[str, str] = {}
    for page in PAGES:
        for block in BLOCK.findall(page.read_text(encoding="utf-8")):
            for line in block.replace("\\\n", " ").splitlines():
                if command := REMARK.sub("", line).strip():
                    found.setdefault(command, str(page.relative_to(ROOT)))
    return found


def demo() -> str:
    """Return the end of the demo's output: the first reasons and the dates.

    Durations and the reports' folder are left out, since they differ between runs.
    """
    with tempfile.TemporaryDirectory() as reports:
        said = subprocess.run(
            [sys.executable, "-m", "pytest", "--target=demo", f"--reports={reports}", "--color=no"],
            cwd=ROOT,
            env={**os.environ, "COLUMNS": "100"},
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        ).stdout
    lines = said.splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith(RULE))
    last = next(number for number, line in enumerate(lines) if line.startswith(LAST))
    block = lines[first + 1 : last]
    opening = "\n".join(block[: block.index("Why")]).strip()
    why, dates = _reasons(block)
    return f"{opening}\n\nWhy\n{why}\n…\n\n{dates}\n…\n{LAST} reports/out/verdict.html\n"


def _reasons(lines: list[str]) -> tuple[str, str]:
    """Return the first reasons, and the paragraph of dates after them."""
    begin = lines.index("Why") + 1
    end = lines.index("", begin)
    starts = [number for number in range(begin, end) if not lines[number].startswith(" ")]
    after = lines.index("", end + 1)
    return "\n".join(lines[begin : starts[REASONS]]), "\n".join(lines[end + 1 : after])


def with_demo(page: str, words: str) -> str:
    """Return the page with this text in the block for the demo's output."""
    return EXCERPT.sub(lambda _: words, page, count=1)


def main() -> None:
    """Write the output of the demo into the README."""
    README.write_text(with_demo(README.read_text(encoding="utf-8"), demo()), encoding="utf-8")


if __name__ == "__main__":
    main()
