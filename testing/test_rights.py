"""deploy/: what an account needs to audit and to fix, made from the facts and remedies, and never out of date."""

import os
import shutil
import subprocess
from base64 import b64decode
from pathlib import Path

import pytest

from fixtures.ask.exchange import script
from fixtures.ask.facts import Asked, Fact
from fixtures.rights.files import audit_files, cluster_files
from fixtures.rights.observer import asking, digest, observer
from fixtures.rights.roles import asked_for, audit_rules
from fixtures.session.registry import known_facts
from fixtures.target.folder import EXAMPLE, load_target
from remediations.transaction.remedy import Remedy, load_remedies
from remediations.transaction.rights import fix_files, fix_rules

ROOT = Path(__file__).parents[1]
MADE = {f"audit/{name}": text for name, text in audit_files(load_target(EXAMPLE, example=True)).items()}
MADE |= {f"kubernetes/{name}": text for name, text in cluster_files().items()}
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
    rules = audit_rules(known_facts())
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


def run(text: str, given: str) -> str:
    done = subprocess.run(["sh", "-c", text], input=given, capture_output=True, text=True, timeout=20, check=True)
    return done.stdout


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


@pytest.mark.skipif(not shutil.which("flock"), reason="the script is for a Linux host")
def test_the_observer_answers_names_it_knows_and_nothing_else() -> None:
    text = observer(FACTS, {"A_VALUE": "it's"})
    answered = run(text, "one\nmine\n;id\n$(id)\n../one\none two\n")
    assert [line.split()[0] for line in answered.splitlines()] == ["one"]
    assert "aXQncwo=" in answered


@pytest.mark.skipif(not shutil.which("flock"), reason="the script is for a Linux host")
def test_what_the_guides_cite_is_data() -> None:
    cited = Fact("cited", 'printf "%s" "$GUIDES_CITED_PATHS"', Asked.ROOT, str, 5)
    lines = asking([cited], {"GUIDES_CITED_PATHS": "$(id)\n'; id; '"})
    answered = run(observer([cited], {}), "\n".join(lines) + "\n")
    assert b64decode(answered.split()[3]).decode() == "$(id)\n'; id; '"


def test_the_same_facts_make_the_same_observer_in_any_order() -> None:
    assert observer(FACTS, {"B": "1", "A": "2"}) == observer(FACTS[::-1], {"A": "2", "B": "1"})


def test_an_exchange_asks_the_observer_it_was_made_with_and_no_other() -> None:
    text = script(FACTS, {}, "sudo", observer(FACTS, {}))
    assert f"= {digest(observer(FACTS, {}))} ]" in text
    assert "'%s\\n' one two | sudo -n /usr/local/lib/phase0-gate/observer" in text
