"""Everything that is stored or shown is redacted: no secret of a host, a cluster or a source gets through."""

import json
import string
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
import requests
import urllib3
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import fixtures.ask.redaction
import fixtures.sources.ci
from fixtures.ask.answer import Answer, Unknown
from fixtures.ask.connection import refused
from fixtures.ask.facts import ENDING, FACTS, Asked, Fact
from fixtures.cluster.client import unreachable
from fixtures.session.outcome import _message
from fixtures.session.recording import write_recording
from fixtures.session.registry import registered_facts
from fixtures.session.sources import _as_unknown
from fixtures.sources.ci import ask_ci
from gate.sentence import LANGUAGES, holes, locale, phrase
from remediations.transaction.difference import difference
from remediations.transaction.messages import NOTHING, Sentence
from remediations.transaction.plan import Plan
from remediations.transaction.showing import shown
from remediations.transaction.step import InstallFile, RunCommand
from testing.secrets import FORMS, PLANT, planted
from testing.small_audit import ROOT, House
from testing.test_recording import TARGET, recording
from testing.threats import attack

NOW = datetime(2026, 2, 11, 14, 0, tzinfo=UTC)
FORM = st.sampled_from(FORMS)
SECRET = st.text(string.ascii_letters + string.digits, min_size=12, max_size=20).map(lambda text: f"aB1{text}")
RAISED: tuple[Callable[[str], BaseException], ...] = (
    ValueError,
    OSError,
    KeyError,
    RuntimeError,
    RecursionError,
    lambda text: UnicodeDecodeError("utf-8", text.encode(), 0, 1, text),
    lambda text: json.JSONDecodeError(text, text, 0),
    msgspec.ValidationError,
    requests.ConnectionError,
    requests.exceptions.InvalidHeader,
    urllib3.exceptions.HTTPError,
    urllib3.exceptions.SSLError,
    urllib3.exceptions.LocationParseError,
    lambda text: Unknown("internal", why=text),
)


@pytest.fixture(autouse=True)
def nothing_held(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget the secrets that other tests gave to keep_out, which would be hidden here too."""
    monkeypatch.setattr(fixtures.ask.redaction, "_kept_out", {})
    fixtures.ask.redaction.redact_leaf.cache_clear()


def hides(secret: str, *texts: object) -> bool:
    return all(secret.lower() not in str(text).lower() for text in texts)


@attack("T13", "no text of an exception carries a secret")
@given(FORM, SECRET)
def test_no_unknown_carries_a_secret(form: str, secret: str) -> None:
    """A random secret in a random form in every value of every reason there is, shown in both languages."""
    for code, template in locale("en")["reason"].items():
        unknown = Unknown(code, **dict.fromkeys(holes(template), planted(form, secret)))
        texts = [
            phrase(table, code, unknown.values, language) for table in ("reason", "cure") for language in LANGUAGES
        ]
        assert hides(secret, unknown, repr(unknown), unknown.values, *texts), code


def parsing(error: BaseException) -> Fact:
    def parse(_: str) -> None:
        raise error

    return Fact("five", "x", Asked.HOST, parse, 1)


def raised_by(path: Callable[[], object]) -> str:
    with pytest.raises(Unknown) as caught:
        path()
    return f"{caught.value} {caught.value.values}"


@attack("T13", "no text of an exception carries a secret")
@pytest.mark.parametrize("kind", RAISED)
@given(FORM, SECRET)
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_path_of_an_exception_carries_a_secret(kind: Callable[[str], BaseException], form: str, secret: str) -> None:
    """Every kind of exception that a source or a parser raises, with a random secret in its text, on every way to a report."""
    text = planted(form, secret)
    error = kind(f"it said: {text}")
    answer = Answer(text, text, 7, "x", NOW)
    assert hides(secret, _as_unknown(error), _as_unknown(error).values)
    assert hides(secret, raised_by(lambda: parsing(error).read(Answer(f"x{ENDING}", "", 0, "x", NOW))))
    assert hides(secret, raised_by(lambda: parsing(error).read(answer)), answer)
    assert hides(secret, refused(TARGET, text).values)
    if isinstance(error, Exception):
        assert hides(secret, unreachable("https://h:6443", error).values)
    assert isinstance(error, Unknown) or hides(secret, Unknown("test-broke", why=_message(error)).values)


@attack("T13", "no text of an exception carries a secret")
def test_the_token_of_the_ci_is_told_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """A token with a newline in the header of a request: the library quotes it in its exception."""
    monkeypatch.setenv("PHASE0_CI_TOKEN", f"{PLANT}\n")
    monkeypatch.setattr(fixtures.sources.ci, "PATIENCE", 0.1)
    target = msgspec.structs.replace(
        TARGET, ci=msgspec.structs.replace(TARGET.ci, api="http://127.0.0.1:1", repository="a/b")
    )
    with pytest.raises(Exception) as caught:
        ask_ci(target)
    assert hides(PLANT, _as_unknown(caught.value), _as_unknown(caught.value).values)


KEY_ROWS = "-----BEGIN PRIVATE KEY-----\nPLANTPLANTPLANTPLANT\nPLANT=\n-----END PRIVATE KEY-----"
TESTS = """
import logging, warnings, msgspec, pytest
class Seen(msgspec.Struct, frozen=True):
    what: str
    rows: tuple[str, ...] = ()
    @property
    def deep(self): return {"a": [Seen(SECRET)]} if self.rows else {}
SECRET = %r
@pytest.fixture
def broken(): raise ValueError(SECRET)
@pytest.fixture
def leaving():
    yield
    raise OSError(SECRET)
@pytest.mark.filterwarnings("always")
@criterion("A-01")
def test_a(judge):
    print(SECRET)
    logging.warning(SECRET)
    warnings.warn(SECRET, stacklevel=1)
    assert judge(1, Seen(SECRET, (SECRET, SECRET)))
@criterion("B-01")
def test_b(judge): assert judge(0, Seen(SECRET), findings=[Finding("odd", {"x": SECRET})])
@criterion("C-01")
def test_c(judge): raise RuntimeError(SECRET)
@criterion("D-01")
def test_d(judge): raise Unknown("no-answer", fact="d", why=SECRET, status=1)
@criterion("E-01")
def test_e(broken, judge): assert judge(1)
@criterion("F-01")
def test_f(leaving, judge): assert judge(1)
@criterion("G-01")
def test_g(judge): assert judge(1, {"what": SECRET}, unknown=Reason("timed-out", {"fact": SECRET, "seconds": 1}))
@criterion("H-01")
def test_h(judge): assert SECRET == judge
"""
IDS = tuple(f"{letter}-01" for letter in "ABCDEFGH")


@attack("T14", "no secret of a usual form is stored or shown")
@pytest.mark.parametrize(
    "form",
    [
        FORMS[0],
        FORMS[12],
        "token: PLANT",
        FORMS[-4],
        KEY_ROWS,
    ],
)
def test_nothing_a_test_saw_or_raised_shows_a_secret(form: str, house: House) -> None:
    """Secrets in what tests saw, found, printed, warned of and raised, in set-up and in clean-up: every file and the terminal."""
    from testing.small_audit import rows

    house.pages = True
    ran = house.audit(TESTS % planted(form), "-rA", contract="\n".join(rows(id) for id in IDS))
    assert ran.outcome("A-01") == "pass", ran.run["results"]["A-01"]
    assert ran.outcome("B-01") == "fail"
    assert {ran.outcome(id) for id in IDS[2:]} == {"unknown"}
    assert hides(PLANT, ran.output)
    assert [
        file for file in ran.folder.rglob("*") if file.is_file() and PLANT in file.read_text(errors="replace")
    ] == []
    assert PLANT not in json.dumps(ran.run)


@attack("T14", "a recording holds no secret")
@pytest.mark.parametrize("form", FORMS)
def test_a_recording_holds_no_secret(form: str, tmp_path: Path) -> None:
    """A secret in both streams of an answer and in the values of a failure."""
    text = planted(form)
    held = recording()
    answer = Answer(f"first\n{text}\nlast", text, 0, f"ask {text}", NOW)
    write_recording(msgspec.structs.replace(held, answers={"one": answer}), tmp_path / "r.json")
    written = json.loads((tmp_path / "r.json").read_text())
    assert hides(PLANT, json.dumps(written))
    assert written["answers"]["one"]["out"].startswith("first\n")
    assert written["answers"]["one"]["out"].endswith("\nlast")


@attack("T14", "a plan shows no secret")
@pytest.mark.parametrize("form", FORMS)
def test_a_plan_shows_no_secret(form: str) -> None:
    """A secret in a file that a remedy replaces, in a command it runs and in what takes it back."""
    text = planted(form)
    sentence = Sentence(what=NOTHING)
    file = InstallFile(
        path="/etc/x", content=f"a\n{text}\nb\n", before=None, sentence=sentence, activate=f"true {text}"
    )
    command = RunCommand(command=text, undo=text, sentence=sentence)
    plan = Plan("x", ("A-01",), (file, command))
    assert hides(PLANT, difference(file), *shown(plan, "en"), *shown(plan, "fr"), plan.diff)
    assert "+b" in difference(file)


TARGET_TOML = (ROOT / "targets" / "twisterlab.example" / "target.toml").read_text().replace("192.0.2.10", "127.0.0.1")
QUOTED = {
    "target.toml": lambda text: TARGET_TOML.replace("[target]", f"[target]\n{json.dumps(text)} = 1"),
    "target.toml, a word": lambda text: TARGET_TOML.replace("[target]", f"[target]\nkind = {json.dumps(text)}"),
    "target.toml, a threshold": lambda text: f"{TARGET_TOML}\n[thresholds]\n{json.dumps(text)} = {json.dumps(text)}\n",
    "waivers.toml": lambda text: f"{json.dumps(text)} = 1",
    "waivers.toml, an entry": lambda text: f"[[waiver]]\n{json.dumps(text)} = 1",
    "attestations.toml": lambda text: f"[[attestation]]\ncriterion = {json.dumps(text)}",
    "maintenance.toml": lambda text: f"[[maintenance]]\n{json.dumps(text)} = 1",
    "worklog.csv": lambda text: f"date,hours,activity\n{text},{text},x\n",
}
ESCAPED = st.sampled_from([form for form in FORMS if "\n" not in form])


@attack("T14", "no text of an error quotes a secret")
@given(form=ESCAPED, secret=SECRET, place=st.sampled_from([*QUOTED]))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_error_quotes_a_secret(
    form: str, secret: str, place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A random secret in each place of a target's folder that an error quotes: the check tells what is wrong without it."""
    import fixtures.__main__
    import reports.__main__

    folder = Path(tempfile.mkdtemp(dir=tmp_path))
    (folder / "target.toml").write_text(TARGET_TOML)
    (folder / place.partition(",")[0]).write_text(QUOTED[place](planted(form, secret)))
    run = folder / "run.json"
    run.write_text(json.dumps({"version": planted(form, secret)}))
    assert fixtures.__main__.main(["check", str(folder)]) == 4
    assert reports.__main__.main(["render", str(run)]) == 4
    printed = capsys.readouterr()
    assert str(folder) in printed.err
    assert hides(secret, printed.err, printed.out)


SCRIPT = f"""now 1795808996
cron active
table 644 root whole /etc/cron.d/x
| # {PLANT}
| MAILTO={PLANT}
| PATH=/usr/local/bin:/usr/bin:/bin
| 0 2 * * * root MYSQL={PLANT} /usr/local/bin/b.sh {PLANT} -p{PLANT} "say {PLANT}" 2>&1
=== timers
=== services
Environment=X={PLANT} PATH=/opt/bin
ExecStart={{ path=/opt/x ; argv[]=/opt/x --key={PLANT} {PLANT} ; ignore_errors=no }}
Id=x.service
=== calendar
=== commands
found pg_dump /usr/bin/pg_dump
file /usr/local/bin/b.sh
| #!/bin/bash
| # {PLANT}
| secret={PLANT} other="{PLANT} {PLANT}"
| cat <<END | mail -s {PLANT} ops
| {PLANT}
| END
| pg_dump -U {PLANT} appdb | gzip >/var/backups/x.gz || echo "no: {PLANT}"
| restic --password-command "{PLANT}" backup && frobnicate {PLANT}
"""


@attack("T14", "a recording keeps of a script what the checks use")
def test_a_recording_keeps_of_a_script_what_the_checks_use(tmp_path: Path) -> None:
    """A secret without any form in remarks, values, arguments, messages and here-documents of schedules and scripts."""
    registered_facts()
    answer = Answer(SCRIPT + ENDING, "", 0, "ask", NOW)
    write_recording(msgspec.structs.replace(recording(), answers={"schedules": answer}), tmp_path / "r.json")
    kept = json.loads((tmp_path / "r.json").read_text())["answers"]["schedules"]["out"]
    assert kept.endswith(ENDING)
    kept = kept.removesuffix(ENDING)
    assert PLANT not in kept
    live, replayed = FACTS["schedules"].parse(SCRIPT), FACTS["schedules"].parse(kept)
    assert (live.found, live.scripts.keys()) == (replayed.found, replayed.scripts.keys())
    assert [(one.source, one.path, one.user, one.next) for one in live.jobs] == [
        (one.source, one.path, one.user, one.next) for one in replayed.jobs
    ]
    assert "pg_dump -U _ _ | gzip >/var/backups/x.gz" in kept
    assert "frobnicate _" in kept
