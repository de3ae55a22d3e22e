"""deploy/: the files with the rights for auditing and fixing, which must agree with the facts and remedies."""

import fcntl
import os
import shutil
import subprocess
import time
from base64 import b64decode
from contextlib import ExitStack
from pathlib import Path

import pytest

from fixtures.ask.exchange import kill
from fixtures.ask.facts import ENDING, Asked, Fact
from fixtures.rights.files import audit_files, cluster_files
from fixtures.rights.observer import BUSY, CALLS, asking, observer
from fixtures.rights.roles import asked_for, audit_rules
from fixtures.session.registry import registered_facts
from fixtures.target.folder import EXAMPLE, load_target
from remediations.transaction.remedy import Remedy, load_remedies
from remediations.transaction.rights import fix_files, fix_rules
from testing.threats import attack

ROOT = Path(__file__).parents[1]
MADE = {f"audit/{name}": text for name, text in audit_files(load_target(EXAMPLE, example=True)).items()}
MADE |= {f"kubernetes/{name}": text for name, text in cluster_files(load_target(EXAMPLE, example=True)).items()}
MADE |= {f"fix/{name}": text for name, text in fix_files(load_remedies().values()).items()}


@pytest.mark.parametrize("name", sorted(MADE))
def test_it_is_up_to_date(name: str) -> None:
    assert (ROOT / "deploy" / name).read_text(encoding="utf-8") == MADE[name], "make rights"


@pytest.mark.parametrize("name", ["audit/sudoers", "fix/sudoers"])
def test_visudo_accepts_it(name: str) -> None:
    visudo = shutil.which("visudo", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if visudo is None:
        pytest.skip("there is no sudo here")
    done = subprocess.run([visudo, "-c", "-f", ROOT / "deploy" / name], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_auditor_lists_what_facts_ask_for_and_no_more() -> None:
    rules = audit_rules(registered_facts())
    assert all(verbs == {"list"} for (_, resource), verbs in rules.items() if "/" not in resource)
    assert not {"secrets", "pods/exec", "nodes/proxy"} & {resource for _, resource in rules}
    for group, resource in rules:
        assert resource in MADE["audit/rbac.yaml"], group


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/api/v1/pods", ("", "pods")),
        ("/apis/apps/v1/deployments?limit=5", ("apps", "deployments")),
        ("/apis", None),
        ("/version", None),
    ],
)
def test_a_list_is_a_group_and_a_resource(path: str, asked: tuple[str, str] | None) -> None:
    assert asked_for(path) == asked


def test_the_fixer_may_what_remedies_declare() -> None:
    rules = fix_rules([Remedy("r", lambda: iter(()), (), (), ("deployments.apps",), ("pods", "jobs.batch"))])
    assert "patch" in rules["apps", "deployments"]
    assert "delete" in rules["", "pods"]
    assert "create" not in rules["", "pods"]
    assert "create" in rules["batch", "jobs"]


def test_a_kubeconfig_for_an_account_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "kubectl").write_text(
        "#!/bin/sh\necho \"$*\" >> calls\necho 'Error: serviceaccounts not found' >&2; exit 1\n"
    )
    (tmp_path / "kubectl").chmod(0o755)
    done = subprocess.run(
        ["sh", ROOT / "deploy" / "kubeconfig", "192.0.2.1"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env=os.environ | {"KUBECTL": "./kubectl"},
        timeout=20,
    )
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert "rbac.yaml" in line
    assert len((tmp_path / "calls").read_text().splitlines()) == 1


FACTS = [
    Fact("one", "echo $A_VALUE", Asked.ROOT, str, 5),
    Fact("two", "echo 2", Asked.DRILL, str, 5),
    Fact("mine", "echo 3", Asked.HOST, str, 5),
]


NONCE = "0123456789abcdef" * 2
LINUX = pytest.mark.skipif(not shutil.which("flock"), reason="the script is for a Linux host")


def ask(given: str, folder: Path, facts: list[Fact] = FACTS, **values: str) -> list[str]:
    """Return the observer's answers without their nonce; it counts its running calls in this folder."""
    text = observer(facts, values).replace("/run/phase0-observer", str(folder / "calls"))
    done = subprocess.run(["sh", "-c", text], input=given, capture_output=True, text=True, timeout=120, check=False)
    lines = [line for line in done.stdout.splitlines() if line]
    assert all(line.startswith(f"{NONCE} ") for line in lines), "an answer without the nonce"
    return [line.split(" ", 1)[1] for line in lines]


def names(answers: list[str]) -> list[str]:
    return [line.split()[0] for line in answers]


@LINUX
def test_the_observer_answers_what_it_is_asked_by_name(tmp_path: Path) -> None:
    answers = ask(asking([FACTS[0], FACTS[2]], {}, NONCE), tmp_path, A_VALUE="it's")
    assert sorted(names(answers)) == ["mine", "one"]
    answered = next(line for line in answers if line.startswith("one "))
    assert b64decode(answered.split()[3]).startswith(b"it's\n")


HOSTILE = (
    "one two",
    ";id",
    "$(touch taken)",
    "`touch taken`",
    "../one",
    "one;two",
    "-one",
    "'; touch taken; '",
    "*",
    "o?e",
    "one\\",
    " one",
    "one\t",
    "A_VALUE x",
    "esac",
)


@LINUX
@pytest.mark.parametrize("name", HOSTILE)
@attack("T1", "of what the observer reads only names of questions count")
def test_what_is_no_name_is_not_answered(tmp_path: Path, name: str) -> None:
    """Names with metacharacters of the shell, paths, patterns, commands and assignments are asked for."""
    assert names(ask(f"{NONCE}\n{name}\none\n", tmp_path)) == ["one"]
    assert not Path("/taken").exists()


@LINUX
@pytest.mark.parametrize("nonce", ["", "short", "0" * 31, "0" * 33, "G" * 32, "$(id)", "one", f" {NONCE}"])
@attack("T4", "the observer answers nobody who brings no nonce of 128 bits")
def test_without_a_nonce_nothing_is_answered(tmp_path: Path, nonce: str) -> None:
    """A call begins with nothing, with a short or long nonce, with one that is code, or with a name."""
    assert ask(f"{nonce}\none\n", tmp_path) == []


@LINUX
@pytest.mark.parametrize(
    "given", ["one\n" * 5000, "one\n" + "x" * 3_000_000, "\n" * 2_000_000, "one\nnobody\n" * 90_000]
)
@attack("T7", "a call is read to a bound, and each question of it is asked once")
def test_a_call_is_bounded(tmp_path: Path, given: str) -> None:
    """Thousands of names, the same name again and again, or megabytes without an end are sent."""
    assert names(ask(f"{NONCE}\n{given}", tmp_path)) in ([], ["one"])


@LINUX
@pytest.mark.parametrize("given", ["two\none\nmine\n", "two\ntwo\n", "one\ntwo\n"])
@attack("T7", "a drill is asked alone")
def test_a_drill_is_asked_alone(tmp_path: Path, given: str) -> None:
    """A call asks for a drill and more, for one twice, or for one after another question."""
    assert len(ask(f"{NONCE}\n{given}", tmp_path)) == 1


@LINUX
@attack("T7", "the observer answers a bounded number of calls at once")
def test_more_calls_than_there_are_places_are_refused(tmp_path: Path) -> None:
    """All places are taken by calls that do not end."""
    (tmp_path / "calls").mkdir()
    with ExitStack() as held:
        places = [held.enter_context((tmp_path / "calls" / str(number)).open("w")) for number in range(1, CALLS + 1)]
        for place in places[1:]:
            fcntl.flock(place, fcntl.LOCK_EX)
        assert names(ask(f"{NONCE}\none\n", tmp_path)) == ["one"]
        fcntl.flock(places[0], fcntl.LOCK_EX)
        (line,) = ask(f"{NONCE}\none\n", tmp_path)
    assert (line.split()[0], BUSY in b64decode(line.split()[3]).decode()) == ("rights", True)


@LINUX
def test_what_the_guides_cite_is_data(tmp_path: Path) -> None:
    cited = Fact("cited", 'printf "%s" "$GUIDES_CITED_PATHS"', Asked.ROOT, str, 5)
    given = asking([cited], {"GUIDES_CITED_PATHS": "$(id)\n'; id; '"}, NONCE)
    (line,) = ask(given, tmp_path, [cited])
    assert b64decode(line.split()[3]).decode() == f"$(id)\n'; id; '{ENDING}"


LOCKS = (
    "exec 9</; flock -x 9; sleep 600",
    "exec 9</tmp; flock -x 9; sleep 600",
    "exec 9<{calls}/1; flock -x 9; sleep 600",
)


@LINUX
@pytest.mark.skipif(os.geteuid() != 0, reason="another account is needed")
@pytest.mark.parametrize("lock", LOCKS)
@attack("T7", "nobody holds a lock that an answer waits for")
def test_a_lock_of_another_account_holds_nothing(tmp_path: Path, lock: str) -> None:
    """Another account locks / or /tmp, or tries to lock the place of a call."""
    (tmp_path / "calls").mkdir(mode=0o700)
    (tmp_path / "calls" / "1").touch()
    holder = subprocess.Popen(
        ["setpriv", "--reuid=65534", "--clear-groups", "sh", "-c", lock.format(calls=tmp_path / "calls")],
        start_new_session=True,
        stderr=subprocess.DEVNULL,
    )
    try:
        began = time.monotonic()
        assert names(ask(f"{NONCE}\none\n", tmp_path)) == ["one"]
        assert time.monotonic() - began < 100
    finally:
        kill(holder)
        holder.wait()


def test_the_same_facts_make_the_same_observer_in_any_order() -> None:
    assert observer(FACTS, {"B": "1", "A": "2"}) == observer(FACTS[::-1], {"A": "2", "B": "1"})
