"""verdict.html as a browser parses it, and what a reader may rely on."""

import re
from base64 import b64encode
from datetime import timedelta
from functools import cache
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.decision import Decision, decide
from gate.history_series import HistorySeries
from gate.past import EARLIER
from gate.people import People
from gate.run import Finding, Run, Source
from gate.stability import Window
from reports.pages.criteria import chapters
from reports.pages.evidence import render_evidence
from reports.pages.expiry import expires_next
from reports.pages.foot import css_string
from reports.pages.proofs import Proof
from reports.pages.proven import proven
from reports.pages.rendering import TEMPLATES, plain, tight
from reports.pages.sections import window
from reports.pages.verdict import render_verdict
from reports.session.terminal import summary
from reports.text.responsibility import whole_words
from reports.text.words import UNSEEN, Voice
from testing.golden import (
    AT,
    CONTRACT,
    GOLDEN,
    failed,
    fixed,
    go,
    go_with_waivers,
    golden,
    hostile,
    lab,
    no_go,
    not_yet,
)
from testing.runs import runs

VOID = {"meta", "input", "br", "path", "circle", "rect", "line", "polyline", "polygon"}
OURS = {
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "svg",
    "path",
    "circle",
    "rect",
    "form",
    "fieldset",
    "legend",
    "input",
    "label",
    "div",
    "header",
    "p",
    "span",
    "h1",
    "h2",
    "h3",
    "small",
    "dl",
    "dt",
    "dd",
    "time",
    "section",
    "ol",
    "ul",
    "li",
    "a",
    "code",
    "aside",
    "table",
    "caption",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "nav",
    "main",
    "article",
    "details",
    "summary",
    "pre",
    "b",
    "em",
    "strong",
    "footer",
    "br",
    "i",
    "figure",
    "figcaption",
    "line",
    "polyline",
    "polygon",
    "select",
    "option",
    "output",
    "script",
}
PROOFS = (
    Proof("DSK-01", "a file fills /", "fail", "fail", ("INF-11",), ok=True),
    Proof("MCP-01", "403", "unknown", "fail"),
)


class Page(HTMLParser):
    """Tags, attributes and text of a page; fails if a tag is not closed."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self.feed(data.decode())
        assert not self.open, f"never closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not {"style", "script"} & {*self.open}:
            self.texts.append(data)

    @property
    def whole(self) -> str:
        return "".join(self.texts)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())

    def values(self, name: str) -> list[str]:
        return [attributes[name] for _, attributes in self.tags if name in attributes]


@cache
def written(name: str, language: str = "en") -> bytes:
    run = GOLDEN[name]()
    return render_verdict(run, decide(run), PROOFS, language)


@cache
def page(name: str, language: str = "en") -> Page:
    return Page(written(name, language))


@pytest.mark.parametrize("name", GOLDEN)
def test_one_file_without_a_resource_and_with_its_own_script_alone(name: str) -> None:
    seen = page(name)
    assert {tag for tag, _ in seen.tags} <= OURS
    assert not [attribute for _, attributes in seen.tags for attribute in attributes if attribute.startswith("on")]
    assert all(link.startswith(("#", "evidence.html#")) or link == "detail.html" for link in seen.values("href"))
    assert not seen.values("src")
    assert not re.search(rb"url\(|@import", written(name))
    scripts = re.findall(rb"<script>(.*?)</script>", written(name), re.DOTALL)
    assert [tag for tag, _ in seen.tags].count("script") == len(scripts) == 1
    allowed = b64encode(sha256(scripts[0]).digest()).decode()
    assert seen.values("content")[-1] == f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{allowed}'"
    assert len(written(name)) < 300_000


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", GOLDEN)
def test_both_languages_say_the_decision_once(name: str, language: str) -> None:
    seen = page(name, language)
    assert seen.tags[0] == ("html", {"lang": language})
    views = [attributes for tag, attributes in seen.tags if tag == "div" and "lang" in attributes]
    assert [view["lang"] for view in views] == [language, {"en": "fr", "fr": "en"}[language]]
    assert "first" in views[0]["class"]
    checked = [one["id"] for _, one in seen.tags if one.get("name") == "language" and "checked" in one]
    assert checked == [f"show-{language}"]
    assert len([tag for tag, _ in seen.tags if tag == "h1"]) == 2
    for voice in (Voice("en"), Voice("fr")):
        assert voice.say("verdict", decide(GOLDEN[name]()).verdict.name) in seen.text


@pytest.mark.parametrize("name", GOLDEN)
def test_every_criterion_has_its_place_in_both_languages(name: str) -> None:
    ids = page(name).values("id")
    assert len(ids) == len(set(ids))
    assert {f"{language}-{id}" for language in ("en", "fr") for id in GOLDEN[name]().contract} <= set(ids)
    assert {link[1:] for link in page(name).values("href") if link.startswith("#")} <= set(ids)


@pytest.mark.parametrize("name", GOLDEN)
def test_headings_go_down_step_by_step(name: str) -> None:
    levels = [int(tag[1]) for tag, _ in page(name).tags if re.fullmatch(r"h\d", tag)]
    assert all(deeper <= level + 1 for level, deeper in zip([0, *levels], levels, strict=False))


@settings(max_examples=40)
@given(runs(), st.sampled_from(["en", "fr"]))
def test_any_run_at_all_becomes_a_page_and_a_block(run: Run, language: str) -> None:
    Page(render_verdict(run, decide(run), PROOFS, language))
    assert list(summary(run, decide(run), language, (), Path("out"), 80))


def test_the_same_run_gives_the_same_bytes() -> None:
    run = no_go()
    assert render_verdict(run, decide(run), PROOFS, "en") == render_verdict(no_go(), decide(run), PROOFS, "en")


def test_the_first_screen_says_why_who_and_what_to_do() -> None:
    text = page("no_go").text.partition("Do not stand in the way")[0]
    for expected in (
        "NO-GO",
        "/ is 85.02 % full",
        "Alice Martin",
        "Find what grows",
        "7 days after the meeting",
        "18 February 2026",
        "Recorded demo server",
        "The plan’s conditions for a GO",
        "10 blocking criteria: ",
    ):
        assert expected in text


def test_every_evidence_is_told() -> None:
    text = page("no_go", "fr").text
    for expected in (
        "85",
        "manqué de 15,02 points",
        "df --local --block-size=1",
        "11 février 2026",
        "INF-11",
        "Plan, chapitre 2",
        "Aucun jour sans incident",
        "Personne ne l’a encore attesté",
    ):
        assert expected in text.replace("\u00a0", " ")


def test_what_is_made_up_is_labelled_in_both_languages() -> None:
    run = lab()
    assert run.window is not None
    assert run.window.synthetic
    text = page("lab").text
    for expected in ("Synthetic history", "Historique synthétique", "Lab server", "Serveur de laboratoire"):
        assert expected in text
    assert "Synthetic history" not in page("go").text


def test_waivers_reserves_and_void_entries_stand_beside_a_go() -> None:
    text = page("go_with_waivers").text
    assert "WITH 1 WAIVER" in text
    assert "accepted by Dana Leroy until 3 March 2026" in text
    assert "this criterion can never be waived" in text
    assert "fwupd.service" in text
    assert "kern-aggressive names kern.log a second time" in text
    assert decide(go_with_waivers()).verdict.name == "GO"


def test_a_repair_is_shown_with_its_difference_and_reopens_the_days() -> None:
    seen = page("fixed")
    assert decide(fixed()).verdict.name == "NOT_YET"
    marks = [name for name in seen.values("class") if name in ("added", "removed")]
    assert marks == 2 * ["removed", "removed", "added", "added", "added"]
    assert "LOG-01 fail → fixed" in seen.text
    assert "the seven days of stability begin again" in seen.text


def test_a_fault_that_was_missed_is_not_hidden() -> None:
    text = page("go").text
    assert "Noticed: 1 of 2" in text
    assert "missed" in text


def test_what_a_host_says_stays_text() -> None:
    seen = page("hostile")
    assert "<script>alert(1)</script>" in seen.text, "shown, as text"
    assert not UNSEEN.search("".join(seen.texts).replace("\n", ""))
    assert max(map(len, seen.texts)) < 2000
    assert decide(hostile()).verdict.name == "NO_GO"


def test_when_the_plan_alone_would_say_otherwise_it_is_said() -> None:
    run = not_yet()
    contract = {id: row for id, row in run.contract.items() if id not in ("DEC-02", "DEC-01")}
    failing = GOLDEN["no_go"]().results["LOG-01"]
    other = type(run)(
        **{name: getattr(run, name) for name in run.__struct_fields__}
        | {"contract": contract, "results": {**run.results, "LOG-01": failing}}
    )
    text = Page(render_verdict(other, decide(other), (), "en")).text
    assert "The plan’s own figures say GO; the evidence asked for beside them says NO-GO." in text


COLOUR = re.compile(r"--([a-z-]+): (#[0-9a-f]{6})")
THEMES = (TEMPLATES / "colours.css").read_text().split("@media")


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_contrast_is_enough_to_read(theme: int) -> None:
    light = dict(COLOUR.findall(THEMES[0].split("}")[0]))
    colours = light | dict(COLOUR.findall(THEMES[1].split("}")[0])) if theme else light
    heroes = [shade for name, shade in COLOUR.findall(THEMES[theme]) if name == "hero"]
    pairs = [
        (colours[tone], colours[ground])
        for ground in ("paper", "code")
        for tone in ("ink", "soft", "link", "pass", "fixed", "waived", "manual", "unknown", "pending", "fail")
    ]
    pairs += [(colours["warn-ink"], colours["warn"])]
    pairs += [(colours["ink"], colours[side]) for side in ("added", "removed")]
    pairs += [(colours[ink], hero) for hero in heroes for ink in ("hero-ink", "hero-soft")]
    assert [(*pair, round(contrast(*pair), 2)) for pair in pairs if contrast(*pair) < 4.5] == []


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_sound_and_failing_differ_without_colour(theme: int) -> None:
    colours = dict(COLOUR.findall(THEMES[theme].split("}")[0]))
    pairs = [(colours["sound"], colours["failing"])] + [
        (colours[kind], colours["raised"]) for kind in ("sound", "failing")
    ]
    assert [(*pair, round(contrast(*pair), 2)) for pair in pairs if contrast(*pair) < 3] == []
    charts = (TEMPLATES / "charts.css").read_text()
    assert re.search(r"\.lane \.failing[^}]*repeating-linear-gradient", charts), "a pattern"
    assert not re.search(r"\.lane \.sound[^}]*repeating", charts)


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG 2 defines it."""
    dark, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


def luminance(shade: str) -> float:
    parts = [int(shade[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_days_are_drawn_and_what_nobody_saw_is_left_bare() -> None:
    seen = [attributes for tag, attributes in page("not_yet").tags if tag == "i"]
    kinds = {attributes["class"] for attributes in seen if "class" in attributes}
    assert {"proven", "sound", "failing", "incident", "announced", "seen"} <= kinds
    looked = [
        tuple(map(float, re.findall(r"[\d.]+", one["style"] or ""))) for one in seen if one.get("class") == "sound"
    ]
    assert looked
    assert not any(x < 28.3 < x + width for x, width in looked), "the gap of twelve hours"
    assert "sound" not in [attributes.get("class") for tag, attributes in page("all_unknown").tags if tag == "i"]


def test_a_stretch_and_a_day_of_a_course_say_under_the_pointer_what_they_are() -> None:
    html = written("not_yet").decode().replace("\u00a0", " ")
    assert re.search(r'<i class="failing"[^>]* title="[^"]*UTC – [^"]*UTC: seen failing"', html)
    assert re.search(r'<i class="day"[^>]* title="\d+ Feb: [\d.]+ %( – [\d.]+ %)?"', html)


def test_a_figure_that_was_read_once_has_no_chart() -> None:
    run = msgspec.structs.replace(GOLDEN["go"](), history_series=HistorySeries())
    html = render_verdict(run, decide(run), (), "en").decode()
    assert "61.2 % in one sample" in html.replace("\u00a0", " ")
    assert 'class="ground plot"' not in html
    assert 'class="ground plot"' in written("not_yet").decode()


def test_what_changed_is_compared_with_the_whole_audit_before() -> None:
    text = page("not_yet").text.replace("\u00a0", " ")
    assert "Compared with 10 February 2026, 13:05 UTC: 3 improvements, 0 regressions, 3 unchanged." in text
    assert "fail → pass · 31 hours → 11.1 hours" in text
    assert "the first whole audit on record" in page("go").text


def test_hours_are_computed_step_by_step() -> None:
    text = page("not_yet").text.replace("\u00a0", " ")
    for expected in (
        "14 h by the work log",
        "5 h a month (3 h measured, 2 h assumed) × 12 months = 60 h",
        "60 h − 14 h = 46 h",
        "22 h, without what is only assumed",
        "no backup by hand 2 h saved a month, assumed",
    ):
        assert expected in text


def test_the_plans_week_is_measured_by_its_criteria() -> None:
    text = page("no_go").text.replace("\u00a0", " ")
    assert "D0 4 Feb Audit, clean-up of the disk, build of MCP started Still to do: DSK-01" in text
    assert "late" in text
    assert "a GO on D7 cannot satisfy both." in text


def test_a_target_that_asks_for_more_says_so() -> None:
    run = msgspec.structs.replace(go(), target=msgspec.structs.replace(go().target, tightened={"DSK-01": "< 70 %"}))
    text = Page(render_verdict(run, decide(run), (), "en")).text
    assert "The contract asks for < 70 %. In practice: This target asks for more: < 70 %." in text.replace(
        "\u00a0", " "
    )


def test_a_go_names_its_reserves_at_once_and_what_ends_first() -> None:
    whole = page("go_with_waivers").text.replace("\u00a0", " ")
    first, _, _ = whole.partition("The plan’s figures")
    for expected in (
        "2 caveats",
        "fail Failed: fwupd.service INF-11",
        "pass, with a caveat",
        "Expires next: waiver, until 3 March 2026 MCP-01",
    ):
        assert expected in first
    english = whole.partition("Les conditions du GO")[0]
    assert english.count("pass, with a caveat /etc") == 1, "it stands on the first screen, and not a second time"
    assert "#en-reserves" not in page("go_with_waivers").values("href")
    assert "#en-reserves" in page("no_go").values("href")
    assert "Expires next" not in page("no_go").text
    assert "#en-reserves" not in page("go").values("href")


def test_what_belongs_to_the_decision_comes_before_the_criteria() -> None:
    places = (
        "because",
        "reserves",
        "week",
        "changes",
        "schedule",
        "worth",
        "criteria",
        "chapter-mcp",
        "departures",
        "proofs",
    )
    ids = [id.removeprefix("en-") for id in page("no_go").values("id")]
    assert [id for id in ids if id in places] == list(places)


def test_what_ends_first_may_be_the_evidence_of_a_drill() -> None:
    until = AT + timedelta(days=3)
    earlier = msgspec.structs.replace(
        go().results["BKP-10"], findings=(Finding(EARLIER, {"until": until.isoformat()}),)
    )
    odd = msgspec.structs.replace(go().results["BKP-04"], findings=(Finding(EARLIER, {"until": "tomorrow"}),))
    assert expires_next(*decided(golden(earlier, odd)), Voice("en")) == (
        "drill, counts until 14\u00a0February 2026",
        ("BKP-10",),
    )
    assert expires_next(*decided(go()), Voice("en")) == ("attestation, until 11\u00a0March 2026", ("DEC-04",))
    assert expires_next(*decided(golden(people=People())), Voice("en")) is None


def decided(run: Run) -> tuple[Run, Decision]:
    return run, decide(run)


def test_a_figure_that_is_met_beside_a_finding_that_fails_is_not_drawn_as_sound() -> None:
    failing = msgspec.structs.replace(failed("LOG-01", 0.7), findings=(Finding("duplicate", {"file": "kern"}),))
    run = golden(failing)
    seen = Page(render_verdict(run, decide(run), (), "en"))
    card = seen.text.partition("LOG-01 blocking")[2].partition("Owner ")[0]
    assert "the figure is met; see the finding" in card
    assert "to spare" not in card
    assert "gauge beside" in seen.values("class")
    assert "gauge beside" not in page("go").values("class")


def test_where_no_stretch_is_proven_nothing_is_said_of_its_coverage() -> None:
    nothing, look = (
        Window(0, None, AT, "no-sample", incidents=3),
        Window(1, None, AT, "no-recent-sample", incidents=3, gaps=2),
    )
    sentences = [" ".join(window(golden(window=seen), Voice("en")).sentences) for seen in (nothing, look)]
    assert [text.partition("Incidents")[2] for text in sentences] == [" seen: 3.", " seen: 3. Gaps in the record: 2."]
    assert (
        "100.0 %"
        not in page("no_go").text.replace("\u00a0", " ").partition("Stability")[2].partition("Since the audit")[0]
    )


def test_a_fault_is_named_in_the_language_of_the_page() -> None:
    proof = Proof("DSK-01", "/ at 70.0 %", "fail", "fail", ok=True, french="/ rempli à 70,0 %")
    older = Proof("DSK-01", "df does not answer", "unknown", "unknown", ok=True)
    tries = {one: proven(CONTRACT, (proof, older), Voice(one))[0].tries for one in ("en", "fr")}
    assert [(one.fault, one.language) for one in tries["en"]] == [("/ at 70.0 %", "en"), ("df does not answer", "en")]
    assert [(one.fault, one.language) for one in tries["fr"]] == [
        ("/ rempli à 70,0 %", "fr"),
        ("df does not answer", "en"),
    ]


def test_fault_proofs_are_told_criterion_by_criterion() -> None:
    proofs = (
        Proof("DSK-01", "a file fills /", "fail", "fail", ("INF-11", "INF-SCORE", "DEC-02"), ok=True),
        Proof("DSK-01", "an inode short of it", "pass", "pass", ok=True),
        Proof("DSK-01", "df lies", "unknown", "fail"),
        Proof("GONE-01", "\u202eodd", "odd", "odd", ok=True),
    )
    disk, gone = proven(CONTRACT, proofs, Voice("en"))
    assert (disk.summary, disk.ok) == ("faults noticed: 1 of 2; sound cases accepted: 1 of 1", False)
    assert disk.tries[0].also == ("INF-11",), "what follows from the others is no news"
    assert (gone.id, gone.title, gone.ok, gone.tries[0].fault) == ("GONE-01", "", True, "\\x202eodd")
    seen = Page(render_verdict(go(), decide(go()), proofs, "en"))
    assert [one.get("class") for tag, one in seen.tags if tag == "details" and "open" in one] == ["missed", "missed"]


def test_what_stands_at_the_foot_of_a_sheet_cannot_leave_its_string() -> None:
    assert css_string('a"}</style>\\\n') == "a\\000022\\00007d\\00003c\\00002fstyle\\00003e\\00005c\\00000a"
    left, right = rb'@bottom-left\{content:"([^"]*)"', rb'@bottom-right\{content:"(\S*) '
    sheet = re.search(rb"@page en\{" + left + rb"[^\n]*?" + right, written("hostile"))
    assert sheet is not None
    for box in sheet.groups():
        assert re.fullmatch(rb"(?:[A-Za-z0-9]|\\[0-9a-f]{6})+", box)


def test_a_script_without_a_comment_at_its_head_is_told_by_its_first_one() -> None:
    script = "kind=x\n# shellcheck disable=SC1\n  # Inside: make it,\n  # and count.\n" + 40 * "true\n"
    kept = msgspec.structs.replace(go().answers["filesystems"], asked=script)
    run = golden(answers={**go().answers, "filesystems": kept})
    text = Page(render_evidence(run, decide(run), (), "en")).text
    assert "Inside: make it, and count." in text
    assert "The script, 44 lines" in text


def test_what_is_found_is_cut_between_two_words() -> None:
    assert whole_words("nothing is cut", 40) == "nothing is cut"
    assert whole_words("one, two, three", 12) == "one, two…"
    assert whole_words("unbreakable", 6) == "unbre…"


def test_quotes_of_an_answer_stand_as_they_are_and_leave_no_element() -> None:
    assert plain("""a"b'c</pre><&""") == """a"b'c&lt;/pre&gt;&lt;&amp;"""


def test_a_style_sheet_loses_its_spaces_and_no_string_of_its_own() -> None:
    css = 'a > b { content: "\\00a0 "; color: red; }\n@media (max-width: 9rem) { c, d { margin: 0 1px; } }\n'
    assert tight(css) == 'a > b{content:"\\00a0 ";color:red}@media (max-width:9rem){c,d{margin:0 1px}}'


def test_an_object_of_the_cluster_is_shown_where_it_matters_first() -> None:
    at, line = AT, 'default/mcp-unified {"status":{"replicas":1}}'
    rows = [msgspec.structs.replace(go().results[id], sources=(Source("d", at, 0.1, (line, id)),)) for id in CONTRACT]
    run = msgspec.structs.replace(go(), results={row.id: row for row in rows})
    told = [
        card.asked[0].lines for part in chapters(run, decide(run), Voice("en")) for card in part.cards if card.asked
    ]
    assert sum(line in lines for lines in told) == 1
    assert all(lines[-1] in CONTRACT for lines in told), "and what is no object is told each time"
