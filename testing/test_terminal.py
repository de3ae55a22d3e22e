"""The terminal's output: the summary as a function of a run, and a whole audit of an almost empty recording."""

import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from fixtures.ask.answer import Answer
from fixtures.ask.facts import ENDING
from fixtures.session.recording import Failure, Recording, write_recording
from fixtures.target import Target
from fixtures.target.place import ClusterSettings, Place, Ssh
from gate.contract import load_contract
from gate.decision import decide
from gate.people import People
from reports.session.pytests_words import in_words, rows
from reports.session.terminal import summary
from reports.text.words import UNSEEN, Voice
from testing.audits import ROOT, Audited, forked
from testing.golden import GOLDEN

AT = datetime(2026, 2, 11, 13, 0, tzinfo=UTC)
DF = "Mounted on Filesystem Type Used Avail\n/ /dev/vda1 ext4 34000000000 5990000000\n"


def block(name: str, language: str = "en", width: int = 100, *, whole: bool = False) -> list[str]:
    run = GOLDEN[name]()
    lines = summary(run, decide(run), language, ["one notice"], Path("reports/out"), width, whole=whole)
    return ["".join(text for text, _ in parts) for parts in lines]


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", GOLDEN)
def test_the_block_fits_and_hides_nothing(name: str, language: str, width: int) -> None:
    for line in block(name, language, width):
        assert not UNSEEN.search(line)
        assert len(line) <= width or max(map(len, line.split())) > width - 40, line


def test_the_block_says_why_who_what_next_and_where() -> None:
    text = "\n".join(block("no_go", whole=True)).replace("\u00a0", " ")
    for part in (
        "NO-GO",
        "DSK-01  / is 85.02 % full",
        "Who: Alice Martin (server)",
        "sudo du -xhd2 / | sort -h",
        "18 February 2026, if everything is repaired on 11 Feb (7 days after",
        "Caveats",
        "INF-11",
        "one notice",
        "reports/out/verdict.html",
        "2 unknown",
        "4 fail",
    ):
        assert part in text
    assert text.index("DSK-01") < text.index("BKP-04"), "the worst first"


def test_the_block_speaks_french() -> None:
    text = "\n".join(block("not_yet", "fr")).replace("\u00a0", " ")
    for part in ("PAS ENCORE", "2,5 jours", "GO au plus tôt", "16 février 2026", "en attente", "Rapport : "):
        assert part in text


def test_a_source_that_cannot_be_reached_is_one_entry() -> None:
    text = "\n".join(block("all_unknown"))
    assert text.count("cannot be reached") == 1
    assert "Who: Alice Martin (server)" in text.replace("\u00a0", " "), "whose the source is"


@cache
def audited(language: str = "en", *more: str) -> tuple[Audited, str, str]:
    """Audit a recording that holds only the filesystems; return the audit, detail.html and junit.xml."""
    with TemporaryDirectory() as folder:
        out, file = Path(folder) / "out", Path(folder) / "recording.json"
        host = Ssh(address="edge.example", user="twister")
        target = Target(
            target=Place(name="edge", title="Edge <b>& co"), host=host, cluster=ClusterSettings(kubeconfig="kubeconfig")
        )
        hostile = Failure("no-answer", {"fact": "nodes", "why": "<img src=x onerror=alert(1)>\x1b[31m"})
        write_recording(
            Recording(
                at=AT,
                target=target,
                people=People(),
                window=None,
                failures={"nodes": hostile},
                answers={"filesystems": Answer(DF + ENDING, "", 0, "df --local", AT)},
            ),
            file,
        )
        done = forked(f"replay:{file}", out, f"--lang={language}", *more)
        return done, (out / "detail.html").read_text(encoding="utf-8"), (out / "junit.xml").read_text(encoding="utf-8")


def test_one_line_for_each_criterion_while_running() -> None:
    done, _, _ = audited()
    started = [re.match(r"([A-Z]+-\w+) +(\w+)", line) for line in done.output.splitlines()]
    seen = {found[1]: found[2] for found in started if found}
    assert seen.keys() >= load_contract().keys()
    assert (seen["DSK-01"], seen["INF-01"], done.status) == ("fail", "unknown", 1)
    assert "/ is 85.02\u00a0% full" in done.output


def test_pytests_own_noise_stays_away() -> None:
    done, _, _ = audited()
    for noise in (
        "short test summary",
        "plugins:",
        "rootdir:",
        "generated xml",
        "Generated html",
        "Traceback",
        "ERROR at",
        "FAILED",
        "test_disk.py",
    ):
        assert noise not in done.output
    assert re.search(r"=== \d+ failed, .*unknown", done.output), "counted under their own names"
    assert "\x1b" not in done.output


def test_quiet_is_a_letter_each() -> None:
    done, _, _ = audited("en", "-q")
    assert re.search(r"^[.F?m…]+ +\[100%\]$", done.output, re.M)
    assert "NO-GO" in done.output


def test_verbose_keeps_pytests_lines_with_our_words() -> None:
    done, _, _ = audited("fr", "-v")
    assert re.search(r"test_disk.py::test_root_filesystem_is_below_target ÉCHEC", done.output)
    assert "rootdir:" in done.output


def test_a_test_file_that_cannot_be_loaded_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "test_broken.py"
    broken.write_text("import nowhere_to_be_found\n")
    done, detail, _ = audited("en", "-c", f"{ROOT}/pyproject.toml", f"--rootdir={ROOT}", f"{ROOT}/tests", str(broken))
    assert "could not be loaded: ModuleNotFoundError: No module named 'nowhere_to_be_found'" in done.output
    assert "test_broken.py" in detail


def test_detail_has_our_columns_banner_and_way_back() -> None:
    _, detail, _ = audited("fr", "-v")
    assert "NO-GO" in detail
    assert re.search(r"\d+ non réussis", detail), "unknown and pending are no failures"
    assert not re.search(r"\d+ Failed", detail)
    assert 'href="verdict.html"' in detail
    assert all(f'data-column-type="{name}"' in detail for name in ("criterion", "outcome", "result"))
    assert not re.search(r'<(script|link)[^>]+(src|href)="', detail), "one file"


def test_detail_escapes_what_a_host_and_a_target_say() -> None:
    _, detail, _ = audited()
    assert "<img src=x" not in detail
    assert "Edge <b>" not in detail
    assert "onerror=alert(1)" in detail, "shown, as text"


def test_junit_has_a_case_for_each_criterion() -> None:
    _, _, junit = audited()
    assert junit.count("<testcase ") == len(load_contract())
    assert "Traceback (most" not in junit


@pytest.mark.parametrize(
    ("said", "spoken"),
    [
        ("test session starts", "début de l’audit"),
        ("collected 75 items / 3 deselected / 72 selected", "75 tests / 3 écartés / 72 retenus"),
        (
            "\x1b[31m1 failed\x1b[0m, \x1b[32m14 passed\x1b[0m in 62.44s (0:01:02)",
            "\x1b[31m1 échec\x1b[0m, \x1b[32m14 réussis\x1b[0m en 62,44 s (0:01:02)",
        ),
        ("2 not-applicable, 1 advisory in 0.5s", "2 sans objet, 1 conseil non suivi en 0,50 s"),
        ("edge: 3 failed mounts", "edge: 3 failed mounts"),
    ],
)
def test_pytests_own_lines_are_french_with_a_french_reader(said: str, spoken: str) -> None:
    assert in_words(said, Voice("fr")).replace("\u00a0", " ") == spoken


def test_the_line_of_counts_is_as_wide_as_the_terminal_at_most() -> None:
    counts = "\x1b[31m32 failed\x1b[0m, 14 passed, 14 advisory, 3 unknown, 6 pending, 2 not-applicable, 4 manual in 9s"
    assert rows(counts, 120) == [counts]
    assert rows(counts, 80) == [
        "=== \x1b[31m32 failed\x1b[0m, 14 passed, 14 advisory, 3 unknown, 6 pending, 2 not-applicable,",
        "=== 4 manual in 9s",
    ]
