"""The reports of a fleet: the page in both languages, its size for a thousand servers, the metrics and the summary."""

import json
import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from prometheus_client.parser import text_string_to_metric_families

from fleet.exports import EXPORTS, write_all
from fleet.page.causes import causes
from fleet.page.outliers import outliers, unlike
from fleet.page.page import render_fleet
from fleet.page.sections import changes, duties, silent, sites
from fleet.round import Moved, Round, RoundError, SharedCause, read_round, schema, write_round
from gate.outcome import Outcome
from gate.run import Reason
from reports.text.words import Voice
from testing.browser import CHROMIUM, DRIVER, Browser, browser
from testing.fleets import CRITERIA, NOW, RECORDINGS, RINGS, judged, many, round_of, row
from testing.in_process import ROOT, run

EN, FR = Voice("en"), Voice("fr")
LARGEST = 2_000_000  # bytes of the page of a thousand servers


def mixed() -> Round:
    """Return a round with every kind of server."""
    shared = SharedCause(
        "rights", Outcome.UNKNOWN, ("BKP-01", "LOG-02"), "host", Reason("no-root-rights", {"user": "ana"})
    )
    rows = [
        row("paris-1", site="paris", ring="canary"),
        row("paris-2", "NO-GO", site="paris", ring="wide"),
        row("lyon-1", "NO-GO", site="lyon", title="Lyon <b>1</b>"),
        row("lyon-2", None, site="lyon"),
        row("lyon-3", missing="late", detail="<script>alert(1)</script>", silent_since=NOW - timedelta(days=2)),
        row("rome-1", judged=judged("UNDECIDED", open={"BKP-01": Outcome.UNKNOWN}, causes=(shared,)), recorded=True),
    ]
    moved = (
        Moved("paris-2", "GO", "NO-GO", ("LOG-01",)),
        Moved("old", "GO", ""),
        Moved("rome-1", "NO-GO", "UNDECIDED"),
    )
    return round_of(
        rows, RINGS, moved=moved, before=NOW - timedelta(days=1), asked=("paris-1",), unfinished=("lyon-2",)
    )


def text(page: bytes, language: str) -> str:
    """Return the page without the texts of the other language, and without tags."""
    other = "fr" if language == "en" else "en"
    kept = re.sub(rf'<span class="t" lang="{other}">[^<]*</span>', "", page.decode())
    return re.sub(r"\s+", " ", re.sub(r"<style>.*?</style>|<script>.*?</script>|<[^>]+>", " ", kept, flags=re.DOTALL))


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_page_has_both_languages_and_escapes_what_servers_say(language: str) -> None:
    page = render_fleet(mixed(), language)
    assert page == render_fleet(mixed(), language)
    assert f'<html lang="{language}">'.encode() in page
    assert b"<script>alert" not in page
    assert b"Lyon <b>" not in page
    for words in ("NO-GO", "5 of 6", "5 sur 6", "canary", "paris-2", "--fix=log_rotation", "Ana"):
        assert words in page.decode().replace("\u00a0", " "), words


def test_nothing_on_the_page_is_a_key_without_words() -> None:
    for language in ("en", "fr"):
        assert not re.search(r"\{[a-z]+(:[a-z|]+)?\}", text(render_fleet(mixed(), language), language))
        for data in (export(mixed(), language) for name, export in EXPORTS.items() if name.endswith(".md")):
            assert b"{" not in data


NASTY: dict[type, tuple[Any, ...]] = {
    str: ("<script>alert(1)</script>\x1b[31m{open}[[", "9999-12-31T23:59:59+14:00"),
    float: (1e300, -1.0),
    int: (-1, 10**17),
}


def places(node: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield where each value of a document stands."""
    held = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in held:
        yield from places(value, (*place, key))
    if not isinstance(node, dict | list):
        yield place


def test_whatever_is_written_into_a_round_is_refused_or_shown_harmlessly() -> None:
    """Of all servers, causes and changes one value of each kind is replaced."""
    document = json.loads(write_round(msgspec.structs.replace(mixed(), criteria={"LOG-01": CRITERIA["LOG-01"]})))
    kinds = {tuple(key for key in place if isinstance(key, str)): place for place in places(document)}
    for place in kinds.values():
        *above, last = place
        node = reduce(getitem, above, document)
        kept = node[last]
        for node[last] in NASTY.get(type(kept), ()):
            try:
                made = read_round(json.dumps(document).encode(), "fleet.json")
            except RoundError:
                continue
            shown = [export(made, "en") for name, export in EXPORTS.items() if name in ("fleet.html", "summary.md")]
            assert not any(raw in page for page in shown for raw in (b"<script>alert", b"\x1b")), place
        node[last] = kept


def test_causes_count_the_servers_that_share_them() -> None:
    first, second = causes(mixed(), EN)
    assert (first.ids, first.servers, first.names) == ("LOG-01", 2, ("paris-2", "lyon-1"))
    assert first.spread == "on 2 of 6: one remedy: `--fix=log_rotation`"
    assert (second.outcome, second.ids, second.spread) == (Outcome.UNKNOWN, "BKP-01, LOG-02", "on 1 of 6")
    assert "ana" in second.title, "what several criteria share is their reason, not the title of one"


def test_sites_people_changes_and_silence() -> None:
    assert [(site.name, site.servers, site.counts, site.unknown) for site in sites(mixed(), EN)] == [
        ("lyon", 2, (0, 1, 0, 1), 1),
        ("paris", 2, (1, 0, 0, 1), 0),
        ("no site", 2, (0, 2, 0, 0), 1),
    ]
    assert [(one.person, one.servers) for one in duties(mixed(), EN)] == [("Ana", 2), ("server", 1)]
    assert [(one.name, one.kind) for one in changes(mixed(), EN)] == [
        ("paris-2", "worse"),
        ("rome-1", "better"),
        ("old", "other"),
    ]
    first, second = silent(mixed(), EN)
    assert (first.name, first.why) == ("lyon-3", "the audit did not end in time: <script>alert(1)</script>")
    assert first.last.startswith("last known: GO, ")
    assert second.why == "never audited"


def test_outliers_are_far_from_the_others_and_few() -> None:
    rows = [
        row(f"s{number}", judged=judged(figures={"DSK-01": 40 + number % 5, "LOG-01": 7.0})) for number in range(40)
    ]
    odd = row("odd", judged=judged(figures={"DSK-01": 91.0, "LOG-01": 8.0}))
    found = outliers(round_of([*rows, odd]), EN, 20)
    assert [(one.name, one.id) for one in found] == [("odd", "DSK-01"), ("odd", "LOG-01")]
    assert found[0].text == "91\u00a0%; the middle of the fleet is 42\u00a0%"
    assert outliers(round_of(rows), EN, 20) == ()
    assert list(unlike({"a": 1.0, "b": 1.0, "c": 5.0}, 1.0)) == []


def test_a_thousand_servers_fit_on_a_page() -> None:
    for spread in (1, 20, 1000):
        assert len(render_fleet(many(1000, spread), "en")) <= LARGEST


def test_the_metrics_are_read_by_prometheus() -> None:
    families = {one.name: one for one in text_string_to_metric_families(EXPORTS["fleet.prom"](mixed(), "en").decode())}
    decision = {sample.labels["decision"]: sample.value for sample in families["phase0_fleet_decision"].samples}
    assert decision == {"GO": 0, "UNDECIDED": 0, "NOT YET": 0, "NO-GO": 1}
    servers = {sample.labels["decision"]: sample.value for sample in families["phase0_fleet_servers"].samples}
    assert servers == {"GO": 1, "UNDECIDED": 3, "NOT YET": 0, "NO-GO": 2}
    known = {sample.labels["server"]: sample.value for sample in families["phase0_fleet_server_known"].samples}
    assert known == {"paris-1": 1, "paris-2": 1, "lyon-1": 1, "lyon-2": 0, "lyon-3": 0, "rome-1": 1}


def test_fleet_json_follows_its_schema() -> None:
    written = json.loads(write_round(mixed()))
    jsonschema.validate(written, schema())
    printed = run("fleet", "schema").stdout
    assert (ROOT / "docs" / "fleet.schema.json").read_text() == printed, (
        "python -m fleet schema > docs/fleet.schema.json"
    )


def test_a_report_that_cannot_be_written_costs_no_other(tmp_path: Path) -> None:
    (tmp_path / "fleet.html").mkdir()
    (line,) = write_all(mixed(), tmp_path, "en")
    assert line.startswith(f"{tmp_path}/fleet.html: cannot be written: ")
    assert {path.name for path in tmp_path.iterdir()} == set(EXPORTS)


def test_render_decides_again_from_fleet_json(tmp_path: Path) -> None:
    (tmp_path / "fleet.json").write_bytes(write_round(mixed()))
    done = run("fleet", "render", tmp_path / "fleet.json", "--lang", "fr")
    assert (done.returncode, done.stderr) == (0, "")
    assert "NO-GO    Edge" in done.stdout
    assert {path.name for path in tmp_path.iterdir()} == set(EXPORTS)
    assert (tmp_path / "fleet.html").read_bytes() == render_fleet(mixed(), "fr")


def test_a_fleet_of_recordings_ends_in_its_page(tmp_path: Path) -> None:
    file = tmp_path / "fleet.toml"
    file.write_text(f'[fleet]\nname = "demo"\nservers = ["replay:{RECORDINGS}/re*.json"]\n')
    done = run("fleet", "audit", "--fleet", file, "--reports", tmp_path / "out", "--no-drills")
    assert (done.returncode, done.stderr) == (10, "")  # without its drills it is undecided
    assert "[1/1] ready: " in done.stdout
    made = msgspec.json.decode((tmp_path / "out" / "fleet.json").read_bytes(), type=Round)
    assert made.rows[0].judged
    assert made.rows[0].judged.reached
    for link in re.findall(r'href="(servers/[^"]+)"', (tmp_path / "out" / "fleet.html").read_text()):
        assert (tmp_path / "out" / link).exists()


def test_the_reports_of_another_fleet_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "fleet.json").write_bytes(write_round(mixed()))
    (tmp_path / "fleet.toml").write_text(f'[fleet]\nname = "demo"\nservers = ["replay:{RECORDINGS}/ready.json"]\n')
    done = run("fleet", "audit", "--fleet", tmp_path / "fleet.toml", "--reports", tmp_path)
    assert (done.returncode, len(done.stderr.splitlines())) == (4, 1)
    assert "is of the fleet edge, not of demo" in done.stderr


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if not (CHROMIUM and DRIVER):
        pytest.skip("needs chromium and chromium-driver")
    with browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture
def page(tmp_path: Path) -> Path:
    file = tmp_path / "fleet.html"
    file.write_bytes(render_fleet(mixed(), "en"))
    return file


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everybody_can_read_it(window: Browser, page: Path, theme: str) -> None:
    window.open(page, theme=theme)
    assert window.faults() == []
    window.speak("fr")
    assert window.faults() == []
    assert window.complaints() == []
    assert [url for url in window.asked() if url.startswith("http")] == []


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_it_does_not_scroll_sideways(window: Browser, page: Path, width: int) -> None:
    window.open(page, width)
    assert window.run("return document.documentElement.scrollWidth <= innerWidth")


def test_one_language_is_shown_at_a_time(window: Browser, page: Path) -> None:
    window.open(page)
    for language, here, gone in (
        ("en", "All servers", "Tous les serveurs"),
        ("fr", "Tous les serveurs", "All servers"),
    ):
        window.speak(language)
        shown = window.one("main").text
        assert here in shown
        assert gone not in shown
        assert len(window.all("h1")) == 1


def test_search_sort_and_the_servers_of_a_cause(window: Browser, page: Path) -> None:
    window.open(page)
    names = "return [...document.querySelectorAll('.matrix tbody tr:not([hidden]) th')].map((one) => one.textContent.trim())"
    assert len(window.run(names)) == 6
    window.run("location.hash = '#find:LOG-01'")
    window.run("dispatchEvent(new Event('hashchange'))")
    assert sorted(name.split()[0] for name in window.run(names)) == ["lyon-1", "paris-2"]
    assert window.one("output").text == "2 of 6 shown"
    window.one('input[type="search"]').clear()
    window.one('input[name="open"]').click()
    assert "paris-1" not in window.run(names)
    window.one('input[name="open"]').click()
    window.all(".matrix th button")[0].click()
    firsts = (
        "return [...document.querySelectorAll('.matrix tbody')].map((one) => one.rows[0].cells[0].textContent.trim())"
    )
    assert [name.split()[0] for name in window.run(firsts)] == ["lyon-1", "paris-1", "lyon-3"]


def test_without_javascript_everything_is_there(window: Browser, page: Path) -> None:
    window.open(page, script=False)
    assert len(window.all(".matrix tbody tr")) == 6
    assert window.all(".filters") == window.all(".find") == []


def test_it_prints(window: Browser, page: Path, tmp_path: Path) -> None:
    window.open(page)
    (tmp_path / "page.pdf").write_bytes(window.pdf())
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF")
    assert shutil.which("pdftotext") is None or (tmp_path / "page.pdf").stat().st_size > 5000
