"""Words of a log mean what their program means: every line of log_lines.tsv, with what it looks like and is not."""

import re
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

from fixtures.host.disk.evictions import evictions
from fixtures.host.system.kernel_lines import Meaning
from fixtures.host.system.kernel_words import kernel_words
from testing.infrastructure_answers import KERNEL_WORDS
from testing.small_audit import ROOT

QUIET = "".join(row + "\n" for row in KERNEL_WORDS.splitlines() if not row.startswith("line "))
SYSTEM, DISK = ROOT / "fixtures/host/system/kernel_words.sh", ROOT / "fixtures/host/disk/evictions.sh"


class Line(NamedTuple):
    """One log line of the corpus: its program, its text and what it means."""

    meaning: str
    program: str
    source: str
    message: str

    @property
    def journal(self) -> str:
        """As journalctl prints it with `-o short-unix`."""
        return f"1795360346.617594 edgeserver {self.program}: {self.message}"


def corpus() -> list[Line]:
    rows = Path(__file__).with_name("log_lines.tsv").read_text(encoding="utf-8").splitlines()
    return [Line(*row.split("\t")) for row in rows if not row.startswith("#")]


LINES = corpus()


def chosen(line: Line, question: Path) -> bool:
    """Whether the question's own choice of lines (journalctl --grep, then grep -E) lets it through."""
    ask = question.read_text(encoding="utf-8")
    (wide,) = re.findall(r"--grep='([^']+)'", ask)
    (narrow,) = re.findall(r"grep -E '(\^[\[^][^']+)'", ask)
    return all(
        subprocess.run(["grep", *kind, "--", pattern], input=text, text=True, capture_output=True, check=False).stdout
        for kind, pattern, text in ((["-iP"], wide, line.message), (["-E"], narrow, line.journal))
    )


def meaning_of(line: Line) -> str:
    """What the audit makes of a line: the questions choose, the parsers decide."""
    if chosen(line, SYSTEM):
        seen = kernel_words(f"{QUIET}line {line.journal}\n")
        found = {Meaning.KILLED: seen.killed, Meaning.BROKEN: seen.broken, Meaning.READ_ONLY: seen.read_only}
        return next((str(meaning) for meaning, lines in found.items() if lines), "nothing")
    if line.program in ("k3s", "kubelet") and chosen(line, DISK):
        return "disk" if evictions(f"1795460696\n===\n{line.journal}\n").lines else "nothing"
    return "nothing"


@pytest.mark.parametrize("line", LINES, ids=lambda line: f"{line.program}-{line.message[:40]}")
def test_a_line_means_what_its_program_means(line: Line) -> None:
    assert meaning_of(line).replace("_", "-") == line.meaning.replace("bound", "nothing")


def test_there_are_enough_lines_and_half_of_them_are_innocent() -> None:
    innocent = sum(line.meaning == "nothing" for line in LINES)
    assert len(LINES) >= 150
    assert innocent >= len(LINES) / 2
    assert len({line.message for line in LINES if line.program == "kernel"}) == sum(
        line.program == "kernel" for line in LINES
    )
