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
RULE, LAST, REASONS = "━" * 20, "Report:", 1


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
        output = subprocess.run(
            [sys.executable, "-m", "pytest", "--target=demo", f"--reports={reports}", "--color=no"],
            cwd=ROOT,
            env={**os.environ, "COLUMNS": "100"},
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        ).stdout
    lines = output.splitlines()
    begin = next(number for number, line in enumerate(lines) if line.startswith(RULE)) + 1
    why = lines.index("Why", begin)
    starts = [number for number in range(why + 1, len(lines)) if lines[number][:1].strip()]
    dates = lines.index("", starts[REASONS]) + 1
    opening, reasons = "\n".join(lines[begin : why + 1]), "\n".join(lines[why + 1 : starts[REASONS]])
    counts = next(number for number in range(dates, len(lines)) if lines[number][:1].isdigit())
    ending = "\n".join(lines[dates:counts])
    return f"{opening}\n{reasons}\n…\n\n{ending}\n…\n{LAST} reports/out/verdict.html\n"


def with_demo(page: str, words: str) -> str:
    """Return the page with this text in the block for the demo's output."""
    return EXCERPT.sub(lambda _: words, page, count=1)


def main() -> None:
    """Write the output of the demo into the README."""
    README.write_text(with_demo(README.read_text(encoding="utf-8"), demo()), encoding="utf-8")


if __name__ == "__main__":
    main()
