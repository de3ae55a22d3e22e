"""The pages of the recorded servers, measured in a browser: nothing is cut off, no word is split, nothing overlaps."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import msgspec
import pytest

from gate.decision import decide
from gate.run import Run
from reports.pages.proofs import Proof
from reports.pages.verdict import render_verdict
from reports.text.words import Voice
from testing.audits import demo
from testing.browser import CHROMIUM, DRIVER, Browser, browser

PDFTOTEXT = shutil.which("pdftotext")
STATES, LANGUAGES, WIDTHS = ("before", "stabilised", "ready"), ("en", "fr"), (390, 1280)
pytestmark = pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="needs chromium and chromium-driver")

OVER_THE_EDGE = """
const edge = innerWidth + 2, strayed = [];
for (const one of document.querySelectorAll('.view *')) {
  const box = one.getBoundingClientRect();
  if (box.width && box.right > edge && !one.closest('.hidden, pre'))
    strayed.push(`${one.tagName}.${one.className}: ${box.right}`);
}
return strayed.slice(0, 5);
"""
TORN = """
const torn = [], view = [...document.querySelectorAll('.view')].find((one) => one.getClientRects().length);
const texts = document.createTreeWalker(view, NodeFilter.SHOW_TEXT);
while (texts.nextNode()) {
  const text = texts.currentNode;
  if (text.parentElement.closest('code, pre, .breaks, .hidden') || !text.parentElement.getClientRects().length) continue;
  for (const word of text.data.matchAll(/[\\p{L}\\p{N}’]+/gu)) {
    const token = text.data.slice(0, word.index).match(/\\S*$/)[0] + text.data.slice(word.index).match(/^\\S*/)[0];
    if (token.length > 30) continue;  // a path or a sum may be longer than a line
    const range = document.createRange();
    range.setStart(text, word.index), range.setEnd(text, word.index + word[0].length);
    const tops = new Set([...range.getClientRects()].filter((box) => box.width > 0.5).map((box) => Math.round(box.top)));
    if (tops.size > 1) torn.push(`${word[0]} in ${text.parentElement.className || text.parentElement.tagName}`);
  }
}
return torn;
"""
OVERLAPPING = """
const overlap = (one, other) => one.left < other.right - 0.5 && other.left < one.right - 0.5
  && one.top < other.bottom - 0.5 && other.top < one.bottom - 0.5;
const inked = (one) => {
  const range = document.createRange();
  range.selectNodeContents(one);
  return [...range.getClientRects()];
};
const clash = (one, other) => one.some((box) => other.some((beside) => overlap(box, beside)));
return [...document.querySelectorAll('.causes li')].filter((cause) => {
  const parts = [...cause.children].map(inked);
  return parts.some((one, at) => parts.slice(at + 1).some((other) => clash(one, other)));
}).map((cause) => cause.innerText);
"""

TOUCHING = """
const inked = (one) => {
  const range = document.createRange();
  range.selectNodeContents(one);
  return [...range.getClientRects()].filter((box) => box.width > 0.5);
};
const near = (one, other) => one.top < other.bottom - 2 && other.top < one.bottom - 2
  && one.left < other.right + 4 && other.left < one.right + 4;
const rows = '.conditions tr, .brief li, .worst > li, .beside-go li, .card.folded > summary';
return [...document.querySelectorAll(rows)].filter((row) => {
  const parts = [...row.children].map(inked);
  return parts.some((one, at) =>
    parts.slice(at + 1).some((other) => one.some((box) => other.some((next) => near(box, next)))));
}).map((row) => row.innerText);
"""


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture(scope="module", params=STATES)
def recorded(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Run, dict[str, Path]]:
    """A scenario, its run, and its page in each language, with proofs of which one failed."""
    state, folder = cast("str", request.param), tmp_path_factory.mktemp("recorded")
    run = msgspec.convert(demo(state).run, Run)
    proofs = (
        Proof("DSK-01", "a file fills /", "fail", "fail", ("INF-11", "INF-SCORE"), ok=True),
        Proof("DSK-01", "the same file, deleted again", "pass", "pass", ok=True),
        Proof("MCP-01", "403 for everybody", "unknown", "fail"),
    )
    for language in LANGUAGES:
        (folder / f"{language}.html").write_bytes(render_verdict(run, decide(run), proofs, language))
    return state, run, {language: folder / f"{language}.html" for language in LANGUAGES}


Recorded = tuple[str, Run, dict[str, Path]]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_scrolls_sideways_and_no_word_is_torn(
    window: Browser, recorded: Recorded, language: str, width: int
) -> None:
    window.open(recorded[2][language], width, 844)
    assert window.run("return document.documentElement.scrollWidth") <= width
    assert window.run(OVER_THE_EDGE) == []
    assert window.run(TORN) == []
    assert window.run(TOUCHING) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_on_paper_no_word_is_torn_and_no_cause_overlaps_itself(
    window: Browser, recorded: Recorded, language: str
) -> None:
    window.open(recorded[2][language], 695, 1000)  # A4 between its margins
    window.command("Emulation.setEmulatedMedia", media="print")
    assert window.run(TORN) == []
    assert window.run(OVERLAPPING) == []
    assert window.run(TOUCHING) == []
    assert window.run(OVER_THE_EDGE) == []


@pytest.mark.skipif(not PDFTOTEXT, reason="needs pdftotext (poppler-utils)")
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sheet_names_its_run_and_none_is_blank(
    window: Browser, recorded: Recorded, tmp_path: Path, language: str
) -> None:
    window.open(recorded[2][language])
    (tmp_path / "page.pdf").write_bytes(window.pdf())
    command = [str(PDFTOTEXT), "-layout", str(tmp_path / "page.pdf"), "-"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    sheets = [sheet.split("\n") for sheet in text.split("\f")[:-1]]
    assert [number for number, sheet in enumerate(sheets, 1) if recorded[1].id not in "".join(sheet)] == []
    assert [number for number, sheet in enumerate(sheets, 1) if len(list(filter(str.strip, sheet))) < 5] == []
    assert len(sheets) <= 7, "the minutes, and six sheets"
    titles = [Voice(language).say("chapter", criterion.chapter) for criterion in recorded[1].contract.values()]
    feet = [[line for line in sheet if line.strip()][-2].strip() for sheet in sheets]
    assert [foot for foot in feet if foot.startswith(tuple(titles))] == [], "a heading alone at the foot of a sheet"


def test_a_go_shows_its_conditions_without_scrolling_and_then_its_reserves(window: Browser, recorded: Recorded) -> None:
    window.open(recorded[2]["en"])
    if recorded[0] != "ready":
        assert window.all(".beside-go, .expires") == []
        return
    reserves = window.all(".beside-go li")
    assert [[link.text for link in one.find_elements("css selector", "a")] for one in reserves] == [
        ["INF-06"],
        ["MCP-08"],
    ]
    ends = min(entry.valid_until for entry in recorded[1].people.attestations)
    assert f"until {Voice('en').day(ends)}".replace("\u00a0", " ") in window.one(".expires").text
    conditions = window.one(".conditions").rect
    assert conditions["y"] + conditions["height"] <= 900
    assert "caveat" in reserves[1].find_element("css selector", ".chip").text


def test_the_grid_has_one_edge(window: Browser, recorded: Recorded) -> None:
    window.open(recorded[2]["fr"])
    edges = {
        selector: window.run(
            "const box = document.querySelector(arguments[0]).getBoundingClientRect();return Math.round(box.right)",
            selector,
        )
        for selector in (".language fieldset", ".fr .beside", ".fr .figures", ".fr .dates")
    }
    assert len(set(edges.values())) == 1, edges
