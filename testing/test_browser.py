"""The page in a real browser: its layout, its console, its network, accessibility and print."""

import json
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from gate.decision import decide
from reports.pages.evidence import render_evidence
from reports.pages.verdict import render_verdict
from reports.text.words import Voice
from testing.audits import ROOT, forked
from testing.browser import CHROMIUM, DRIVER, Browser, browser
from testing.golden import CONTRACT, GOLDEN
from testing.test_pages import PROOFS

RECORDINGS = ROOT / "lab" / "recordings"
PDFTOTEXT = shutil.which("pdftotext")
SIZES = {"screen": (1280, 800), "phone": (390, 844)}
pytestmark = pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="needs chromium and chromium-driver")

BROWSERS_OWN = ("about:", "chrome:")  # what Chromium shows of itself, whenever it comes to it


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The page of every golden run, in English first."""
    folder = tmp_path_factory.mktemp("pages")
    made = {}
    for name, golden in GOLDEN.items():
        run = golden()
        made[name] = folder / f"{name}.html"
        made[name].write_bytes(render_verdict(run, decide(run), PROOFS, "en"))
    return made


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", GOLDEN)
def test_the_decision_is_seen_without_scrolling(window: Browser, pages: dict[str, Path], name: str, size: str) -> None:
    window.open(pages[name], *SIZES[size])
    verdict = decide(GOLDEN[name]()).verdict
    assert window.one("h1").text.startswith(Voice("en").say("verdict", verdict.name))
    for selector in ("h1", ".headline", ".dates", ".decided > h2"):
        box = window.one(selector).rect
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= SIZES[size][1], f"{selector} is below the fold"
    assert window.run("return document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", GOLDEN)
def test_at_320_pixels_nothing_scrolls_sideways(
    window: Browser, pages: dict[str, Path], name: str, language: str
) -> None:
    window.open(pages[name], 320, 640)
    window.speak(language)
    window.run("for (const closed of document.querySelectorAll('details')) closed.open = true")
    assert window.run("return document.documentElement.scrollWidth") == 320


@pytest.mark.parametrize("name", GOLDEN)
def test_nothing_is_asked_of_a_network_and_nothing_complains(
    window: Browser, pages: dict[str, Path], name: str
) -> None:
    window.asked(), window.complaints()
    window.open(pages[name])
    window.speak("fr")
    asked = {url for url in window.asked() if not url.startswith(BROWSERS_OWN)}
    assert asked == {pages[name].as_uri()}
    assert window.complaints() == []


@pytest.mark.parametrize(
    ("name", "theme", "language"),
    [
        *(("no_go", theme, language) for theme in ("light", "dark") for language in ("en", "fr")),
        ("go", "dark", "fr"),
        ("go_with_waivers", "light", "fr"),
        ("not_yet", "dark", "en"),
        ("not_yet", "light", "fr"),
        ("undecided", "light", "en"),
        ("all_unknown", "dark", "fr"),
        ("hostile", "light", "en"),
        ("fixed", "dark", "en"),
    ],
)
def test_axe_finds_nothing(window: Browser, pages: dict[str, Path], name: str, theme: str, language: str) -> None:
    window.open(pages[name], theme=theme)
    window.speak(language)
    window.run(
        "for (const closed of document.querySelectorAll('details')) closed.open = true;"
        "document.querySelector('.view:not(:lang(' + arguments[0] + '))').remove()",
        language,
    )
    assert window.faults() == []


@pytest.mark.parametrize(("theme", "language"), [("light", "en"), ("dark", "fr")])
@pytest.mark.parametrize("name", ["go", "all_unknown", "hostile"])
def test_axe_finds_nothing_in_the_evidence(
    window: Browser, tmp_path: Path, name: str, theme: str, language: str
) -> None:
    run = GOLDEN[name]()
    page = tmp_path / "evidence.html"
    page.write_bytes(render_evidence(run, decide(run), PROOFS, language))
    window.open(page, 320, 800, theme=theme)
    window.run("for (const closed of document.querySelectorAll('details')) closed.open = true")
    assert window.faults() == []
    assert window.run("return document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"
    assert window.complaints() == []


def test_a_link_shows_the_evidence_in_its_own_language(window: Browser, tmp_path: Path) -> None:
    run = GOLDEN["go"]()
    page = tmp_path / "evidence.html"
    page.write_bytes(render_evidence(run, decide(run), PROOFS, "en"))
    window.open(page)
    assert "Ask it again:" in window.one("#filesystems").text
    window.one('.other[lang="fr"]').click()
    assert "Ask it again:" not in window.one("#filesystems").text
    assert "Pour la reposer" in window.one("#filesystems").text
    assert window.one(".other").text == "English"


def test_filters_show_what_is_asked_for_and_say_how_much(window: Browser, pages: dict[str, Path]) -> None:
    window.open(pages["no_go"])
    shown = window.one(".filters output")
    assert (len(window.all(".card")), shown.text) == (len(CONTRACT), f"{len(CONTRACT)} of {len(CONTRACT)} shown")
    window.one('label[for="en-which-open"]').click()
    settled = [id for id, result in decide(GOLDEN["no_go"]()).results.items() if result.outcome.settled]
    assert len(window.all(".card")) == len(CONTRACT) - len(settled)
    window.one('.filters [type="search"]').send_keys("INF-11")
    assert [card.get_attribute("id") for card in window.all(".card")] == ["en-INF-11"]
    assert len(window.all(".chapter")) == 1
    assert shown.text == f"1 of {len(CONTRACT)} shown"
    window.one('label[for="en-which-blocking"]').click()
    assert window.all(".card") == []


def test_filters_by_who_acts(window: Browser, pages: dict[str, Path]) -> None:
    window.open(pages["no_go"])
    window.run(
        "const who = document.querySelector('.en .filters select'); who.value = 'Alice Martin';"
        "who.dispatchEvent(new Event('input', {bubbles: true}))"
    )
    assert {card.get_attribute("data-who") for card in window.all(".card")} == {"Alice Martin"}


def test_a_filter_acts_on_reasons_squares_and_lists_alike_and_lives_in_the_address(
    window: Browser, pages: dict[str, Path]
) -> None:
    window.open(pages["no_go"])
    window.one('.filters [type="search"]').send_keys("INF-11")
    found = {name: len(window.all(name)) for name in (".reasons [data-who]", ".cell", ".duty", ".card")}
    assert found == {".reasons [data-who]": 0, ".cell": 1, ".duty": 0, ".card": 1}
    kept = window.run("return location.hash")
    window.open(pages["go"])
    window.run("location.hash = arguments[0]", kept)
    window.driver.execute_async_script("requestAnimationFrame(arguments[0])")
    assert [card.get_attribute("id") for card in window.all(".card")] == ["en-INF-11"]


def test_a_command_can_be_copied_and_what_passed_is_one_line(window: Browser, pages: dict[str, Path]) -> None:
    window.open(pages["no_go"])
    assert window.all(".act .copy")
    assert window.all("code.form"), "a command with a word to fill in is there"
    assert window.all("code.form + .copy") == []
    heights = [card.rect["height"] for card in window.all(".card.folded")]
    assert heights
    assert max(heights) < 80


def test_without_a_script_the_page_is_whole(window: Browser, pages: dict[str, Path]) -> None:
    window.open(pages["no_go"], script=False)
    assert len(window.all(".card")) == len(CONTRACT)
    assert window.all(".filters") == []
    window.speak("fr")
    assert window.one("main").is_displayed()
    assert window.one("h1").find_element("xpath", "./ancestor::div[@lang]").get_attribute("lang") == "fr"
    window.command("Emulation.setScriptExecutionDisabled", value=False)


def test_the_language_changes_and_a_link_leads_into_the_other_one(window: Browser, pages: dict[str, Path]) -> None:
    window.open(pages["not_yet"])
    headline = window.one(".headline").text.replace("\u00a0", " ")
    assert headline == "Nothing blocking failed. 1 criterion is open: 1 waits until 16 February 2026."
    window.speak("fr")
    assert window.one("h1").text == "PAS ENCORE"
    assert window.run("return document.documentElement.lang") == "fr"
    window.run("location.hash = '#en-DSK-01'")
    window.driver.implicitly_wait(0)
    assert (
        window.driver.execute_async_script("requestAnimationFrame(() => arguments[0](document.documentElement.lang))")
        == "en"
    )
    top = window.one('[id="en-DSK-01"]').rect["y"] - window.run("return scrollY")
    assert -1 <= top < 800, "the criterion is on the screen"


def test_a_link_to_a_criterion_shows_it_though_it_is_filtered(window: Browser, pages: dict[str, Path]) -> None:
    window.open(pages["go"])
    window.one('label[for="en-which-open"]').click()
    assert window.all(".card") == []
    window.run("location.hash = '#en-DSK-01'")
    window.driver.execute_async_script("requestAnimationFrame(arguments[0])")
    assert window.one(".card").get_attribute("id") == "en-DSK-01"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_paper_has_the_minutes_and_the_lists_of_all_persons(
    window: Browser, pages: dict[str, Path], language: str
) -> None:
    window.open(pages["no_go"])
    window.speak(language)
    window.command("Emulation.setEmulatedMedia", media="print")
    view = f".view.{language} "
    assert [bool(window.all(view + name)) for name in (".conditions", ".signing", ".duty")] == [True, True, True]
    assert window.all(".card") == window.all(".filters") == window.all(".expired") == []


def test_a_person_s_own_link_prints_that_list_alone(window: Browser, pages: dict[str, Path]) -> None:
    window.open(pages["no_go"])
    anchor = window.run("return document.querySelector('.duty h3 > [id]').id")
    window.run("location.hash = arguments[0]", anchor)
    window.command("Emulation.setEmulatedMedia", media="print")
    assert len(window.all(".duty")) == 1
    assert window.all(".hero") == window.all(".conditions") == window.all(".causes .beside") == []


@pytest.mark.skipif(not PDFTOTEXT, reason="needs pdftotext (poppler-utils)")
@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_pdf_is_the_minutes_and_a_short_annex(
    window: Browser, pages: dict[str, Path], tmp_path: Path, language: str
) -> None:
    window.open(pages["no_go"])
    window.speak(language)
    (tmp_path / "page.pdf").write_bytes(window.pdf())
    command = [str(PDFTOTEXT), "-layout", str(tmp_path / "page.pdf"), "-"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    first = text.partition("\f")[0]
    voice = Voice(language)
    for word in ("plan-conditions", "decided-on", "signature"):
        assert voice.word(word).replace("\u00a0", " ") in first.replace("\u00a0", " ")
    assert text.count("\f") <= 7, "the minutes, and six sheets"
    assert ("Why" in text, "Pourquoi" in text) == ((True, False) if language == "en" else (False, True))
    assert GOLDEN["no_go"]().id in text


@pytest.fixture(scope="module")
def details(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The detail.html of an audit of the recorded server `before`, in French."""
    folder = tmp_path_factory.mktemp("details")
    forked(f"replay:{RECORDINGS}/before.json", folder, "--lang=fr")
    return folder / "detail.html"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_detail_is_as_accessible_as_the_page(window: Browser, details: Path, theme: str) -> None:
    window.open(details, theme=theme)
    window.one("#show_all_details").click()
    assert window.faults() == []
    assert window.run("return document.documentElement.lang") == "fr"
    shade = [
        int(part) for part in re.findall(r"\d+", window.run("return getComputedStyle(document.body).backgroundColor"))
    ]
    assert (max(shade) < 64) is (theme == "dark")


def test_the_detail_has_a_row_for_each_criterion_and_the_counts_of_the_page(window: Browser, details: Path) -> None:
    window.open(details, 320, 640)
    assert window.run("return document.documentElement.scrollWidth") == 320
    results = json.loads(details.with_name("run.json").read_text())["results"]
    links = [link.get_attribute("href") or "" for link in window.all(".col-criterion a")]
    assert sorted(link.partition("verdict.html#fr-")[2] for link in links) == sorted(results)
    window.one("#show_all_details").click()
    logs = "\n\n".join(log.text for log in window.all(".log"))
    assert "Aussi demandé" in logs
    assert not re.search(r" s\s*:\s*(\n\n|$)", logs), "a question is shown with its answer, or only named"
    told = [int(one.text.split()[0]) for one in window.all(".counts span")]
    assert sorted(told) == sorted(Counter(result["outcome"] for result in results.values()).values())
    page = details.with_name("verdict.html").read_text().replace("\u00a0", " ")
    assert all(f">{one.text}</span>".replace("\u00a0", " ") in page for one in window.all(".counts span"))
