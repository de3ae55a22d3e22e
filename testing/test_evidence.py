"""What the server answered: what a run keeps of it, the lines that matter, and the page on which each question stands once."""

import json
import re
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.ask.answer import Answer
from fixtures.ask.lines import LONGEST, MOST, lines_of, relevant_lines
from fixtures.session.kept_answers import MOST_OF_ALL, MOST_OF_ONE, bounded, cut, stored_lines
from gate.decision import decide
from gate.run import KeptAnswer, Run, read_run, write_run
from reports.pages.evidence import render_evidence
from reports.pages.proofs import Proof
from reports.pages.verdict import render_verdict
from testing.audits import ROOT, forked
from testing.golden import GOLDEN, SCRIPT, go
from testing.runs import VALUES
from testing.secrets import FORMS, PLANT, planted
from testing.test_pages import OURS, Page
from testing.threats import attack

NOW = datetime(2026, 2, 11, 14, 0, tzinfo=UTC)
DF = (
    "Mounted on  Filesystem  Type         Used       Avail",
    "/           /dev/loop1  ext4  16787714048  3079213056",
    "/tmp        tmpfs       tmpfs           0  2527653888",
    "/mnt        /dev/loop2  ext4        14336   223451136",
    "/run        tmpfs       tmpfs      356352  5054947328",
)


def kept(out: str) -> KeptAnswer:
    return KeptAnswer("ask", NOW, 0.1, 0, out, len(out), out.count("\n") + 1)


def test_the_line_that_a_figure_comes_from_is_shown() -> None:
    assert relevant_lines(DF, {"used": 16787714048.0, "available": 3079213056, "type": "ext4"}) == (DF[1],)
    assert relevant_lines(DF, {"mount": "/tmp"}) == (DF[2],)
    assert relevant_lines(DF, {"used": 3079}) == (), "a part of a number is another number"
    assert relevant_lines(DF, [{"gone": "/data"}], None) == ()


def test_what_failed_comes_before_what_was_merely_seen() -> None:
    lines = [f"pod {number:03}-web" for number in range(300)]
    seen = {"names": [f"{number:03}-web" for number in range(200)]}
    assert relevant_lines(lines, [{"sick": ["250-web"]}], seen)[-1] == "pod 250-web"
    assert len(relevant_lines(lines, seen)) == MOST


def test_a_short_answer_that_names_nothing_is_shown_whole() -> None:
    assert relevant_lines(["missing"], {"script": "/usr/local/bin/check.sh"}) == ("missing",)
    assert relevant_lines(["x" * 1000, "", "y"]) == ("x" * (LONGEST - 1) + "…", "y")


def test_lists_of_the_cluster_have_a_line_for_each_object_and_its_state_first() -> None:
    pod: dict[str, Any] = {
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {},
        "status": {"conditions": [], "phase": "Failed"},
    }
    listed = json.dumps({"kind": "PodList", "items": [pod, pod]})
    assert lines_of(listed)[0].startswith('shop/web {"status":{"phase":"Failed","conditions":[]},"spec":{}')
    assert len(lines_of(listed)) == 2
    assert lines_of('{"kind":"PodList","items":[]}') == ("items []",)
    assert lines_of('{"dump":"","rows":[1,2]}') == ("dump", "rows 1", "rows 2")
    assert lines_of("one\n{broken\n") == ("one", "{broken")
    assert lines_of("null") == ("null",)


@given(
    st.text(max_size=200) | st.recursive(st.none() | st.integers() | st.text(max_size=9), st.lists).map(json.dumps),
    VALUES,
)
def test_any_answer_and_any_values_give_a_few_short_lines(out: str, values: dict[str, Any]) -> None:
    lines = relevant_lines(lines_of(out), values)
    assert len(lines) <= MOST
    assert all(len(line) <= LONGEST for line in lines)


@given(st.dictionaries(st.text(max_size=3), st.text(max_size=20).map(lambda text: text * 2000), max_size=30))
@settings(max_examples=20)
def test_what_is_kept_is_bounded_and_says_how_much_there_was(answers: dict[str, str]) -> None:
    held = bounded({name: kept(out) for name, out in answers.items()})
    assert sum(len(answer.out) for answer in held.values()) <= MOST_OF_ALL
    for name, answer in held.items():
        assert len(answer.out) <= MOST_OF_ONE
        assert answers[name].startswith(answer.out)
        assert (answer.size, answer.cut) == (len(answers[name]), len(answer.out) < len(answers[name]))


def test_an_answer_is_cut_between_two_lines() -> None:
    assert cut(kept("one\ntwo\nthree"), 9).out == "one\ntwo"
    assert cut(kept("one\ntwo"), 7).out == "one\ntwo"
    assert cut(kept("unbroken"), 4).out == "unbr"


@attack("T14", "no answer that a run keeps shows a secret")
@pytest.mark.parametrize("form", FORMS)
def test_no_line_of_an_answer_holds_a_secret(form: str) -> None:
    """A secret of every usual form in an answer, among the values that select its lines too."""
    text = planted(form)
    lines = stored_lines("any", Answer(f"first\n{text}\nlast", text, 0, "ask", NOW))
    assert PLANT.lower() not in "\n".join([*lines, *relevant_lines(lines, {"said": text})]).lower()


@attack("T14", "no answer that a run keeps shows a secret")
def test_no_file_of_an_audit_shows_a_secret_of_an_answer(tmp_path: Path) -> None:
    """Secrets of every form in both streams of every answer of a recording: every file that the audit writes."""
    recording = json.loads((ROOT / "lab" / "recordings" / "before.json").read_text())
    rows = "\n".join(planted(form) for form in FORMS)
    for answer in recording["answers"].values():
        answer["err"] = f"{rows}\n{answer['err']}"
        answer["out"] += "" if answer["out"][:1] in ("{", "[") else f"\n{rows}\n"
    for pod in (pods := json.loads(recording["answers"]["pods"]["out"]))["items"]:
        pod["metadata"]["annotations"] = {f"note-{number}": planted(form) for number, form in enumerate(FORMS)}
    recording["answers"]["pods"]["out"] = json.dumps(pods)
    (tmp_path / "planted.json").write_text(json.dumps(recording))
    audited = forked(f"replay:{tmp_path / 'planted.json'}", tmp_path / "out")
    assert len(audited.run["answers"]) > 50
    written = [
        file for file in (tmp_path / "out").iterdir() if PLANT.lower() in file.read_text(errors="replace").lower()
    ]
    assert (written, PLANT.lower() in audited.output.lower()) == ([], False)


def test_the_demo_shows_what_the_server_answered(tmp_path: Path) -> None:
    run = read_run(json.dumps(forked("demo", tmp_path).run).encode(), "run.json")
    (source,) = run.results["DSK-01"].sources
    assert [line.split() for line in source.lines] == [["/", "/dev/loop1", "ext4", "16787714048", "3079213056"]]
    told = {source.fact for result in run.results.values() for source in result.sources}
    assert told == run.answers.keys(), "no question without its answer, and no answer that nothing rests on"
    assert sum(len(answer.out) for answer in run.answers.values()) <= MOST_OF_ALL
    assert run.answers["pods"].cut
    assert run.answers["pods"].rows == 111
    evidence, verdict = (Page((tmp_path / name).read_bytes()) for name in ("evidence.html", "verdict.html"))
    questions = [answer.asked.strip("\n") for answer in run.answers.values() if "\n" in answer.asked.strip()]
    assert len(questions) > 30
    assert all(evidence.whole.count(question) == 1 for question in questions)
    assert not [question for question in questions if question in verdict.whole]
    anchors = {f"evidence.html#{id}" for id in evidence.values("id")}
    assert {link for link in verdict.values("href") if link.startswith("evidence.html")} <= anchors
    assert {link.partition("#")[2] for link in evidence.values("href") if link.startswith("verdict")} <= {
        *verdict.values("id")
    }


def written(name: str, language: str = "en") -> bytes:
    run = GOLDEN[name]()
    return render_evidence(run, decide(run), (), language)


@pytest.mark.parametrize("name", GOLDEN)
def test_one_file_without_a_script_or_a_resource(name: str) -> None:
    seen = Page(written(name))
    assert {tag for tag, _ in seen.tags} <= OURS - {"script"}
    assert not [attribute for _, attributes in seen.tags for attribute in attributes if attribute.startswith("on")]
    assert all(link.startswith(("#", "verdict.html#")) for link in seen.values("href"))
    assert not re.search(rb"url\(|@import", written(name))
    assert len(seen.values("id")) == len(set(seen.values("id")))
    assert len(written(name)) < 100_000


def test_a_question_stands_once_with_its_answer_and_how_to_ask_again() -> None:
    seen = Page(written("go"))
    assert seen.whole.count(SCRIPT.strip()) == 1
    assert "/ /dev/sda2 ext4 24500000000 15510000000\n/tmp tmpfs" in seen.whole
    assert ".venv/bin/python -m fixtures ask twisterlab filesystems" in seen.text
    assert "The first 8159 of the 13599 characters of the answer, which has 400 lines" in seen.text
    assert "Sa sortie d’erreur : warning: debug mode" in seen.text
    assert "Les 8159 premiers des 13599 caractères" in seen.text, "both languages"
    assert Page(written("go", "fr")).tags[0] == ("html", {"lang": "fr"})


def test_each_fault_that_was_tried_stands_there_in_both_languages() -> None:
    tried = Proof("DSK-01", "/ at 70.0 %", "fail", "fail", ok=True, french="/ rempli à 70,0 %")
    missed = Proof("MCP-01", "403 for everybody", "unknown", "pass", french="403 pour tout le monde")
    run = go()
    seen = Page(render_evidence(run, decide(run), (tried, missed), "en")).text.replace("\u00a0", " ")
    assert all(name in seen for name in ("/ at 70.0 %", "/ rempli à 70,0 %", "403 pour tout le monde"))
    page = Page(render_verdict(run, decide(run), (tried, missed), "en"))
    assert "evidence.html#en-proofs" in page.values("href")
    assert "403 for everybody" in page.text
    assert "/ at 70.0 %" not in page.text, "what was noticed is counted"


def test_a_run_from_before_answers_were_kept_is_shown_without_them() -> None:
    old = json.loads(write_run(go()))
    del old["answers"]
    for result in old["results"].values():
        for source in result["sources"]:
            del source["lines"]
            source["asked"] = "df"
    run: Run = read_run(json.dumps(old).encode(), "run.json")
    assert "No answer is kept in this run." in Page(render_evidence(run, decide(run), (), "en")).text
    page = unescape(render_verdict(run, decide(run), (), "en").decode())
    assert "filesystems" in page
    assert "evidence.html#en-filesystems" not in page


def test_the_lines_of_a_hostile_run_stay_text() -> None:
    seen = Page(written("hostile"))
    assert "<script>alert(1)</script>" in seen.text, "shown, as text"
    assert max(map(len, seen.texts)) < 20_000
    assert msgspec.json.decode(write_run(GOLDEN["hostile"]()), type=Run).answers
