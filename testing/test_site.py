"""The site's own criteria: rows of criteria/*.toml in the target folder, judged without Python."""

import json
import re
import subprocess
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.ask.answer import Answer, Unknown
from fixtures.ask.facts import ENDING, FRAMED
from fixtures.rights.files import audit_files, cluster_files
from fixtures.rights.observer import asking, digest
from fixtures.session.recording import read_recording
from fixtures.session.registry import registered_facts
from fixtures.site.criteria import as_criterion, as_fact, contract_of, facts_of
from fixtures.site.files import read_rows
from fixtures.site.goss import imported
from fixtures.site.json_path import select
from fixtures.site.patience import patiently
from fixtures.site.reading import Measured
from fixtures.sources.page import ask_page
from fixtures.target import TargetError
from fixtures.target.folder import EXAMPLE, load_target
from fixtures.target.site import SiteRow, in_one_language
from gate.contract import Basis, load_contract
from gate.derived import score
from gate.outcome import Outcome
from gate.run import Result
from testing.in_process import run
from testing.small_audit import TWO, House
from testing.this_machine import on_this_machine

NOW = datetime(2026, 2, 11, tzinfo=UTC)
ROW = """
[SITE-01]
title = { en = "The queue is short", fr = "La file est courte" }
command = "echo 3"
target = "≤ 5 jobs"
blocking = true
"""
TITLE = '{ en = "The queue is short", fr = "La file est courte" }'
BOUND = '[SITE-01]\ntitle = "t"\ntarget = "≤ 5 jobs"\n'
CLAIMS = BOUND + 'kubernetes = "/api/v1/persistentvolumeclaims"\nread = "json"\n'
LISTED = CLAIMS.replace("SITE-01", "SITE-02") + 'path = "items[*]"\ntake = "count"\n'
PODS = {
    "items": [
        {"metadata": {"namespace": "a", "name": "one"}, "status": {"phase": "Running", "restarts": 2}},
        {"metadata": {"namespace": "b", "name": "two"}, "status": {"phase": "Failed", "restarts": "7"}},
    ]
}


@pytest.fixture
def edge(house: House, tmp_path: Path) -> House:
    """A target whose host is this machine, with the test of the site's criteria."""
    return on_this_machine(house, tmp_path)


def site(folder: Path, text: str, name: str = "own.toml") -> None:
    """Write a file of site criteria into the folder of a target."""
    (folder / "criteria").mkdir(exist_ok=True)
    (folder / "criteria" / name).write_text(text, encoding="utf-8")


def made(folder: Path, text: str) -> SiteRow:
    site(folder, text)
    return read_rows(folder)["SITE-01"]


def answered(row: SiteRow, out: str) -> Measured:
    """Return what the row reads of an answer, with the ending that the frame adds to answers of the host."""
    fact = as_fact("SITE-01", row)
    ending = ENDING if fact.asked in FRAMED else ""
    seen: Measured = fact.read(Answer(out + ending, "", 0, "", NOW))
    return seen


def test_a_row_is_asked_judged_and_counted(edge: House) -> None:
    site(edge.target, ROW)
    ran = edge.audit(TWO)
    assert (ran.status, ran.outcome("SITE-01"), ran.run["results"]["SITE-01"]["value"]) == (0, "pass", 3)
    assert "test_own.py::test_the_sites_criterion[SITE-01]" in edge.run("--collect-only", "-q").output
    site(edge.target, ROW.replace("echo 3", "echo 6"))
    ran = edge.audit(TWO)
    assert (ran.status, ran.outcome("SITE-01")) == (1, "fail")
    assert "The queue is short: 6 jobs; the target is" in ran.output


def test_a_row_is_on_the_page_in_its_language_or_in_the_one_it_has(edge: House) -> None:
    kpi = 'kpi = { name = "Queue of the site", before = "40 jobs" }\nweight = 5\n'
    site(edge.target, ROW + kpi + ROW.replace("SITE-01", "SITE-02").replace(TITLE, '"Une file"'))
    edge.pages = True
    edge.audit(TWO)
    page = (edge.reports / "verdict.html").read_text(encoding="utf-8")
    for text in ("The site’s own criteria", "La file est courte", "Queue of the site", "40 jobs", "3 jobs", "SITE-02"):
        assert text in page


def test_without_rows_there_is_no_test_of_theirs(edge: House) -> None:
    ran = edge.audit(TWO)
    assert (ran.status, list(ran.run["results"])) == (0, ["A-01", "B-01"])


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("echo 3; exit 1", "no-answer"),
        ("true", "not-understood"),
        ("no-such-program", "no-answer"),
        ("echo three", "not-understood"),
        ("echo 3; echo 4", "not-understood"),
        ("echo nan", "not-understood"),
    ],
)
def test_what_is_no_figure_is_unknown(edge: House, command: str, code: str) -> None:
    site(edge.target, ROW.replace("echo 3", command))
    ran = edge.audit(TWO)
    assert (ran.status, ran.outcome("SITE-01"), ran.reason("SITE-01")) == (10, "unknown", code)


def test_what_takes_too_long_is_unknown(edge: House) -> None:
    site(edge.target, ROW.replace("echo 3", "sleep 60; echo 3") + "seconds = 1\n")
    ran = edge.audit(TWO)
    assert (ran.outcome("SITE-01"), ran.reason("SITE-01")) == ("unknown", "timed-out")


def test_a_row_whose_test_did_not_run_is_unknown(edge: House) -> None:
    site(edge.target, ROW)
    ran = edge.audit(TWO, "--deselect=test_own.py")
    assert (ran.status, ran.outcome("SITE-01")) == (10, "unknown")


def test_a_recording_is_judged_with_the_rows_it_was_made_with(edge: House) -> None:
    site(edge.target, ROW.replace("echo 3", "password=hunter22hunter22; echo 3"))
    file = edge.pytester.path / "one.json"
    edge.audit(TWO, f"--record={file}")
    assert "hunter22" not in file.read_text()
    assert "hunter22" not in json.dumps(edge.audit(TWO).run)
    site(edge.target, "")
    assert "SITE-01" not in edge.audit(TWO).run["results"]
    ran = edge.audit(TWO, f"--target=replay:{file}")
    assert (ran.outcome("SITE-01"), ran.run["contract"]["SITE-01"]["blocking"]) == ("pass", True)
    assert set(read_recording(file).target.criteria) == {"SITE-01"}


@pytest.mark.parametrize(
    ("row", "out", "value"),
    [
        ("", "  4 \n", 4),
        ("", "12.5 %\n", 12.5),
        ('take = "most"', "3%\n71%\n\n15%", 71),
        ('take = "least"', "3\n-2", -2),
        ('take = "sum"', "0.5\n0.5", 1),
        ('take = "count"', "3\n4", 2),
        ('read = "lines"', "a\n\nb", 2),
        ('read = "lines"\npattern = "^SVC:"', "VER: 3\n", 0),
        ('read = "lines"\npattern = "^SVC:"', "VER: 3\nSVC: ssh\n", 1),
        ('read = "status"', "whatever\n\nexit status 3\n", 3),
        ('read = "status"', "exit status 9\n\nexit status 0\n", 0),
        ('read = "regex"\npattern = "load ([0-9.]+)"', "up 3\nload 0.25, 1\n", 0.25),
        ('read = "regex"\npattern = "[0-9]+ jobs"\ntake = "count"', "no\n", 0),
        ('read = "json"\npath = "a.b[1]"', '{"a": {"b": [1, 2]}}', 2),
        ('read = "json"\npath = "ok"', '{"ok": true}', 1),
    ],
)
def test_one_figure_is_read(tmp_path: Path, row: str, out: str, value: float) -> None:
    assert answered(made(tmp_path, f'{BOUND}command = "c"\n{row}'), out).value == value


@pytest.mark.parametrize(
    ("row", "out"),
    [
        ('read = "lines"\npattern = "x"', "\n"),
        ('read = "lines"', "x" * 30_000),
        ('read = "status"', "0"),
        ('read = "status"', "\nexit status 127\n"),
        ('read = "status"', "\nexit status 124\n"),
        ('read = "status"', "\nexit status 137\n"),
        ('read = "regex"\npattern = "load ([0-9.]+)"', "up 3"),
        ('read = "regex"\npattern = "(x)"', "x"),
        ('read = "regex"\npattern = "[0-9]"', "1\n2"),
        ('read = "regex"\npattern = "(a+)+$"', "a" * 60 + "b"),
        ('read = "json"\npath = "a.b"', '{"a": {}}'),
        ('read = "json"\npath = "a"', "[" * 100_000),
        ('read = "json"\npath = "a"', '{"a": 1e999}'),
        ('read = "json"\npath = "a"', '{"a": "10Gi"}'),
        ('read = "json"\npath = "items[*].n"', '{"items": []}'),
        ('read = "json"\npath = "items[*].n"\ntake = "least"', '{"items": [{"n": 1}, {}]}'),
        ('read = "json"\npath = "items[?n == 1]"\ntake = "count"', '{"items": []}'),
        ('read = "json"\npath = "items[?n > 1]"\ntake = "count"', '{"items": [{"n": "x"}]}'),
        ('read = "json"\npath = "items[?m == 1]"\ntake = "count"', '{"items": [{"n": 1}, {"n": 2}]}'),
    ],
)
def test_what_cannot_be_read_is_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, row: str, out: str) -> None:
    monkeypatch.setattr("fixtures.site.patience.SECONDS", 0.2)
    with pytest.raises(Unknown):
        answered(made(tmp_path, f'{BOUND}command = "c"\n{row}'), out)


def test_what_a_list_lacks_is_not_applicable_where_the_row_says_so(tmp_path: Path) -> None:
    row = made(tmp_path, f'{CLAIMS}path = "items[?status.phase != \'Running\']"\ntake = "count"\noptional = true\n')
    assert answered(row, '{"items": []}').absent is not None
    seen = answered(row, json.dumps(PODS))
    assert (seen.value, list(seen.said), seen.absent) == (1, ["b/two"], None)


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("items[*].status.restarts", (2, "7")),
        ("$.items[0].metadata.name", ("one",)),
        ('items[?metadata.namespace == "b"]["status"].phase', ("Failed",)),
        ("items[?status.lost == null].metadata.name", ("one", "two")),
        ("items[?status.restarts == 2].metadata.name", ("one",)),
    ],
)
def test_a_path_selects(path: str, values: tuple[object, ...]) -> None:
    assert select(PODS, path).values == values


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abn"), inner, max_size=3),
    max_leaves=8,
)


@given(JSON, st.lists(st.sampled_from(["a", ".b", "[0]", "[*]", "[?n > 1]", '["n"]']), max_size=4).map("".join))
def test_any_answer_is_selected_from_or_refused(document: object, path: str) -> None:
    with suppress(ValueError):
        assert isinstance(select(document, path).values, tuple)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[SITE-1]", "[SITE-1]: a site's criterion is named SITE-01"),
        ("[DSK-01]\ntitle = 't'", "[DSK-01]: a site's criterion is named SITE-01"),
        ("[SITE-01", "not TOML"),
        ("SITE-01 = 3", "[SITE-01]"),
        ("[SITE-01]\ntarget = '≤ 5 jobs'", "[SITE-01]: title is missing"),
        (BOUND + "titel = 't'", "titel is an unknown key"),
        (BOUND, "no question"),
        (BOUND + "command = 'a'\nroot = 'b'", "command and root: a row asks one question"),
        (ROW.replace("≤ 5 jobs", "5 jobs"), "target: “5 jobs” is not a target"),
        (ROW.replace("≤ 5 jobs", "≤ 5"), "target: “≤ 5” has no unit"),
        (ROW + "read = 'xml'", "read"),
        (ROW + "read = 'json'", 'path is missing; read = "json" needs it'),
        (ROW + "read = 'regex'", "pattern is missing"),
        (ROW + "read = 'regex'\npattern = '('", "pattern: is no regular expression"),
        (ROW + "read = 'json'\npath = 'a['", "is no step of a path"),
        (ROW + "path = 'a'", 'path: read = "number" does not use it'),
        (ROW + "seen = '{used} of it'", "seen: {used} is no value of it"),
        (ROW + "seen = '{value:>99999999}'", "seen: {…:>99999999} is no form of a value"),
        (ROW + "seen = '{value!r}'", "seen: {…!r} is no form"),
        (ROW + "next = 'run {'", "next:"),
        (ROW + "owner = 'nobody'", "owner: “nobody” is none of"),
        (ROW + "weight = 101", "weight"),
        (ROW + "seconds = 0", "seconds"),
        (BOUND + "kubernetes = '/api/v1/secrets'\nread = 'json'\npath = 'items[*]'", "kubernetes: secrets"),
        (BOUND + "kubernetes = '/api/v1/nodes/x/proxy'\nread = 'json'\npath = 'a'", "kubernetes: is no path of a list"),
        (BOUND + "kubernetes = '/api/v1/pods'", 'kubernetes: a list is read with read = "json"'),
        (BOUND + "http = 'file:///etc/passwd'", "http: is no URL"),
        (BOUND + "http = 'http://me:secret@host/'", "http: holds a password"),
    ],
)
def test_a_wrong_row_is_one_line_before_anything_is_contacted(edge: House, text: str, expected: str) -> None:
    site(edge.target, text)
    ran = edge.audit(TWO)
    (line,) = (line for line in ran.output.splitlines() if line.startswith("ERROR: "))
    assert (ran.status, ran.run) == (4, {})
    assert line.startswith(f"ERROR: {edge.target / 'criteria' / 'own.toml'}: ")
    assert expected in line


def test_a_number_is_given_once(edge: House) -> None:
    for name in ("one.toml", "two.toml"):
        site(edge.target, ROW, name)
    assert "two.toml: [SITE-01] is defined twice; give it another number" in edge.audit(TWO).output


def attempted(folder: Path) -> tuple[dict[str, SiteRow], str]:
    """Return the rows of the folder and "", or none and why they are refused."""
    try:
        return read_rows(folder), ""
    except TargetError as error:
        return {}, str(error)


KEYS = ["title", "target", "command", "root", "http", "kubernetes", "read", "path", "pattern", "take", "seen", "weight"]
VALUES = st.sampled_from(
    ["≤ 5 jobs", "json", "lines", "{value}", "{", "items[*]", "(", "/api/v1/pods", "http://[", "a.b"]
)


@given(st.dictionaries(st.sampled_from(KEYS), VALUES | st.text(max_size=8) | st.integers() | st.booleans()))
def test_any_row_is_read_or_refused_in_one_line(row: dict[str, object]) -> None:
    text = "[SITE-01]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in row.items())
    with TemporaryDirectory() as folder:
        site(Path(folder), text)
        read, refusal = attempted(Path(folder))
        assert refusal.count("\n") == 0
        assert refusal or as_criterion(read["SITE-01"]).bound.unit


@given(st.binary(max_size=60))
def test_any_file_is_read_or_refused_in_one_line(data: bytes) -> None:
    with TemporaryDirectory() as folder:
        (Path(folder) / "criteria").mkdir()
        (Path(folder) / "criteria" / "own.toml").write_bytes(data)
        read, refusal = attempted(Path(folder))
        assert "own.toml: " in refusal or read == {}


def test_root_installs_the_questions_and_the_account_only_names_them(edge: House) -> None:
    site(edge.target, ROW.replace("command", "root").replace("echo 3", "echo the-question") + LISTED)
    target = load_target(edge.target)
    files = audit_files(target)
    assert "site_01) if once site_01; then fact site_01 10 'echo the-question'" in files["observer"]
    assert digest(files["observer"]) in files["sudoers"]
    assert all("persistentvolumeclaims" in text for text in (files["rbac.yaml"], cluster_files(target)["rbac.yaml"]))
    sent = asking(facts_of(target), {}, "0" * 32)
    assert "site_01" in sent.split()
    assert "the-question" not in sent


def test_no_row_replaces_one_of_ours_or_is_left_behind(edge: House) -> None:
    site(edge.target, ROW)
    ours = load_contract()
    both = contract_of(load_target(edge.target), ours)
    assert {id: row.target for id, row in both.items() if id != "SITE-01"} == {
        id: row.target for id, row in ours.items()
    }
    assert both["SITE-01"].basis is Basis.SITE
    assert (load_contract(), {fact.name for fact in registered_facts()} & {"site_01"}) == (ours, set())


@given(st.lists(st.sampled_from([Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN])), st.integers(1, 100))
def test_points_of_a_site_never_raise_the_score(outcomes: list[Outcome], points: int) -> None:
    ours = {id: row for id, row in load_contract().items() if row.weight}
    results = {id: Result(id, outcome) for id, outcome in zip([*ours, "SITE-01"], outcomes, strict=False)}
    row = msgspec.structs.replace(as_criterion(SiteRow(title="t", target="≤ 1 job", command="c")), weight=points)
    alone, both = score(ours, results), score({**ours, "SITE-01": row}, results)
    assert both.lowest <= alone.lowest
    assert both.highest <= alone.highest
    assert both.site_points == points


def test_a_row_is_explained_with_its_target(edge: House) -> None:
    site(edge.target, ROW)
    done = run("reports", "explain", "SITE-01", f"--target={edge.target}")
    assert (done.returncode, "echo 3" in done.stdout, "the site asks for it" in done.stdout) == (0, True, True)
    assert "SITE-01" in run("reports", "list", f"--target={edge.target}").stdout
    assert "--target=NAME" in run("reports", "explain", "SITE-01").stderr


class Page(BaseHTTPRequestHandler):
    """Answers 200 with JSON, 302 on /away, and nothing whole on /cut."""

    def do_GET(self) -> None:
        self.send_response(302 if self.path == "/away" else 200)
        self.send_header("Location", "/")
        self.send_header("Content-Length", "99" if self.path == "/cut" else "14")
        self.end_headers()
        self.wfile.write(b'{"waiting": 4}')

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def page() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Page)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("path", "row", "value"),
    [
        ("/", 'read = "status"', 200),
        ("/away", 'read = "status"', 302),
        ("/", 'read = "json"\npath = "waiting"', 4),
        ("/away", 'read = "json"\npath = "waiting"', None),
        ("/cut", 'read = "json"\npath = "waiting"', None),
    ],
)
def test_a_page_is_asked_from_here(tmp_path: Path, page: str, path: str, row: str, value: float | None) -> None:
    fact = as_fact("SITE-01", made(tmp_path, f'{BOUND}http = "{page}{path}"\n{row}'))
    if value is not None:
        assert fact.read(ask_page(fact)).value == value
    else:
        with pytest.raises(Unknown):
            fact.read(ask_page(fact))


def test_a_silent_page_is_unknown(tmp_path: Path) -> None:
    fact = as_fact("SITE-01", made(tmp_path, f'{BOUND}http = "http://127.0.0.1:1/"\nread = "status"\nseconds = 1'))
    with pytest.raises(Unknown, match="page-silent"):
        ask_page(fact)


def test_a_search_without_an_end_is_given_up() -> None:
    with pytest.raises(ValueError, match="simplify the pattern"):
        patiently(lambda: re.search("(a+)+$", "a" * 60 + "b"), 0.1)


GOSS = """
file:
  /etc/hostname: {exists: true, mode: "0644", owner: root, size: 3, contains: ["a.b", "!/x+/"]}
  /etc/nologin: {exists: false}
service:
  ssh: {enabled: true, running: true}
  telnet: {running: false}
port:
  tcp:22: {listening: true, ip: [0.0.0.0]}
command:
  echo hi: {exit-status: 0, stdout: [hi], stderr: [], timeout: 2000}
http:
  http://127.0.0.1/: {status: 200, body: [ok]}
package:
  bash: {installed: true}
"""


def test_a_goss_yaml_becomes_rows(tmp_path: Path) -> None:
    (tmp_path / "goss.yaml").write_text(GOSS)
    done = run("fixtures", "import", tmp_path / "goss.yaml", "--first", "7")
    assert (done.returncode, done.stderr.count("left out: ")) == (0, 4), done.stderr
    site(tmp_path, done.stdout)
    rows = read_rows(tmp_path)
    assert next(iter(rows)) == "SITE-07"
    assert [row.target for row in rows.values() if row.http] == ["= 200 HTTP", "≥ 1 lines"]
    assert next(row.seconds for row in rows.values() if row.command == "echo hi") == 2
    assert {row.pattern for row in rows.values() if row.root.startswith("cat ")} == {r"a\.b", "x+"}


@pytest.mark.parametrize(("first", "fits"), [("998", True), ("999", False), ("1000", False), ("0", False)])
def test_no_row_of_a_goss_yaml_has_a_number_that_no_site_has(tmp_path: Path, first: str, fits: bool) -> None:
    (tmp_path / "goss.yaml").write_text("file:\n  /a: {exists: true}\n  /b: {exists: true}\n")
    done = run("fixtures", "import", tmp_path / "goss.yaml", "--first", first)
    assert (done.returncode, bool(done.stdout), len(done.stderr.splitlines())) == (
        (0, True, 0) if fits else (4, False, 1)
    )


def asked_here(row: SiteRow) -> float | str | None:
    """Return the figure that the row's question has on this machine, or the code of the reason why it has none."""
    fact = as_fact("SITE-01", row)
    done = subprocess.run(["sh", "-c", fact.ask], capture_output=True, text=True, check=False)
    try:
        seen: Measured = fact.read(Answer(done.stdout + ENDING, done.stderr, done.returncode, "", NOW))
    except Unknown as unknown:
        return unknown.code
    return seen.value


@pytest.mark.parametrize(
    ("goss", "figure"),
    [
        ("file: {FILE: {exists: true}}", 0),
        ("file: {FILE: {exists: false}}", 1),
        ("file: {FILE: {mode: '0640'}}", 0),
        ("file: {FILE: {mode: '0600'}}", 1),
        ("file: {FILE-2: {mode: '0600'}}", "not-understood"),
        ("file: {FILE: {contains: ['o.e']}}", 0),
        ("file: {FILE: {contains: ['/o.e/']}}", 1),
        ("file: {FILE-2: {contains: ['!x']}}", "no-answer"),
        ("file: {FILE-0: {mode: '0000'}}", 0),
        ("file: {FILE-link: {exists: true}}", 0),
        ("file: {FILE-link: {exists: false}}", 1),
        ("command: {'exit 3': {exit-status: 3}}", 3),
        ("command: {'echo {a}': {stdout: ['{a}']}}", 1),
        ("command: {'no-such-program': {exit-status: 0}}", "not-understood"),
    ],
)
def test_a_row_of_goss_is_judged(tmp_path: Path, goss: str, figure: float | str) -> None:
    (tmp_path / "file").write_text("one\ntwo\n")
    (tmp_path / "file").chmod(0o640)
    (tmp_path / "file-0").touch(0)
    (tmp_path / "file-link").symlink_to("nothing")
    (tmp_path / "goss.yaml").write_text(goss.replace("FILE", str(tmp_path / "file")))
    (row,) = imported(tmp_path / "goss.yaml").rows
    assert asked_here(msgspec.convert(row, SiteRow)) == figure


@pytest.mark.parametrize(
    ("goss", "left_out"),
    [
        ("file: {/a: {exists: true, skip: true}}", ["file /a: skip: goss does not try it"]),
        ("file: {/a: {exists: true, skip: '{{.Vars.s}}'}}", ["file /a: skip: goss does not try it"]),
        ("file: {/a: {contains: ['!{{.Vars.bad}}']}}", ["file /a: a template"]),
        ("file: {/a: {exists: true, recent: 1h}}", ["file /a: recent is not understood"]),
        ("file: {/a: {exists: false, mode: '0600'}}", ["file /a mode"]),
        ("file: {/a: {mode: 0600}}", ["file /a mode"]),
        ("file: {/a: {mode: u+x}}", ["file /a mode"]),
        ("file: {a: {exists: true}}", ["file a: the path is not absolute"]),
        ("file: {/a: {path: [b], exists: true}}", ["file /a: the path is not absolute"]),
        ("file: {/a: }", ["file /a: nothing is asserted"]),
        ("gossfile: {b.yaml: {}}", ["gossfile b.yaml: other files are not read"]),
        ("package: {bash: {}}", ["package bash: this kind is not understood"]),
        ("http: {http://h/: {status: 200, method: POST}}", ["http http://h/: method is not understood"]),
        ("http: {http://h/: {status: 401, username: a, password: b}}", ["http http://h/: username, password"]),
        ('command: {"a\\e[2J\\nb": {stderr: []}}', ["command a?[2J b stderr"]),
        *(
            ("file: {/a: {contains: ['" + text + "']}}", ["file /a contains"])
            for text in ("!/^$/", "!/[[:digit:]]/", r"!/x\z/", r"\!x", "!/(/", "!/[[a]/", "!/x*/")
        ),
        ('file: {/a: {contains: ["!a\\nb"]}}', ["file /a contains"]),
    ],
)
def test_what_would_be_judged_otherwise_than_by_goss_is_left_out_and_named(
    tmp_path: Path, goss: str, left_out: list[str]
) -> None:
    (tmp_path / "goss.yaml").write_text(goss)
    made = imported(tmp_path / "goss.yaml")
    said = [line[: len(start)] for line, start in zip(made.left_out, left_out, strict=True)]
    assert (said, len(made.rows)) == (left_out, "exists: false" in goss)


def test_a_goss_yaml_with_more_rows_than_a_site_may_have_is_refused(tmp_path: Path) -> None:
    (tmp_path / "goss.yaml").write_text("file:\n" + "".join(f"  /{n}: {{exists: true}}\n" for n in range(60)))
    with pytest.raises(TargetError, match="60 rows; an audit takes 50"):
        imported(tmp_path / "goss.yaml")


def test_half_of_a_character_in_json_is_no_answer(tmp_path: Path) -> None:
    row = made(tmp_path, f'{BOUND}command = "x"\nread = "json"\npath = "a[*]"\ntake = "count"\n')
    with pytest.raises(Unknown):
        as_fact("SITE-01", row).read(Answer('{"a": ["\\ud800"]}' + ENDING, "", 0, "", NOW))


@pytest.mark.parametrize(
    "text",
    ["a: [", "- a", "file: 3", "\x00", "file: {a: &a [*a]}", "file: {}\nfile: {}", 'file: {"\\ud800": {mode: "1"}}'],
)
def test_what_is_no_goss_yaml_is_refused_in_one_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "goss.yaml").write_text(text)
    done = run("fixtures", "import", tmp_path / "goss.yaml")
    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr.count("\n") <= 1


@pytest.mark.parametrize("name", ["timer", "volumes", "restarts"])
def test_the_examples_are_rows(tmp_path: Path, name: str) -> None:
    text = (EXAMPLE / "criteria" / f"{name}.toml.example").read_text(encoding="utf-8")
    row = next(iter(tomllib.loads(text)))
    site(tmp_path, text)
    assert list(read_rows(tmp_path)) == [row]
    assert in_one_language(read_rows(tmp_path)) == ()
    asked = read_rows(tmp_path)[row]
    assert subprocess.run(["sh", "-n"], input=asked.root, text=True, check=False).returncode == 0


def test_the_example_has_no_rows_until_one_is_renamed() -> None:
    assert load_target(EXAMPLE, example=True).criteria == {}
