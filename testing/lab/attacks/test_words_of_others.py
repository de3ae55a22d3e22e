"""Words that others than root may choose, in answers and in the marks of drills, and drills asked for all at once."""

import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import md5
from pathlib import Path
from shlex import quote

import pytest

from fixtures.ask.exchange import new_nonce
from fixtures.ask.facts import FACTS
from fixtures.host.system.mcp_workloads import McpWorkloads
from fixtures.session.registry import registered_facts
from fixtures.target import variables
from fixtures.target.folder import load_target
from testing.accounts import OnHost, as_auditor, install_account
from testing.audits import ROOT
from testing.drilled import drill_script
from testing.threats import attack

DRILLS = ROOT / "fixtures" / "drills"
FORGED = "x\tAlways\ndeployment\tdefault\tmcp-unified\tforged\t1\t9\t9\ncontainer\tx\ty"
DEPLOYMENT = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "x", "namespace": "mallory"},
    "spec": {
        "replicas": 0,
        "selector": {"matchLabels": {"app": "x"}},
        "template": {
            "metadata": {"labels": {"app": "x"}},
            "spec": {"containers": [{"name": "x", "image": FORGED}]},
        },
    },
}


@attack("T5", "What another account can make is not believed.")
def test_an_image_s_name_makes_no_row_of_its_own(target: Path, on_host: OnHost) -> None:
    """Whoever may deploy in a namespace gives an image a name with rows in it, about a Deployment elsewhere."""
    registered_facts()
    given = "".join(f"{key}={quote(value)}\n" for key, value in variables(load_target(target)).items())
    try:
        on_host("k3s kubectl create namespace mallory >/dev/null")
        on_host(f"k3s kubectl apply -f - <<'E' >/dev/null\n{json.dumps(DEPLOYMENT)}\nE\n")
        answer = on_host(f"{given}{FACTS['mcp_workloads'].ask}")
    finally:
        on_host("k3s kubectl delete namespace mallory --wait=false >/dev/null")
    seen: McpWorkloads = FACTS["mcp_workloads"].parse(answer)
    assert "forged" in answer
    assert seen.workloads["default"].uid != "forged"
    assert {one.wanted for one in seen.workloads.values()} == {1}


IN_DATABASE = r"""
psql -XqU "${POSTGRES_USER:-postgres}" postgres <<'SQL'
CREATE ROLE mallory LOGIN;
CREATE DATABASE mallory OWNER mallory;
SQL
psql -XqU mallory mallory <<'SQL'
CREATE TABLE public.own (word text);
INSERT INTO public.own VALUES ('honest');
CREATE FUNCTION public.evil(public.own) RETURNS text LANGUAGE plpgsql AS $$ BEGIN
    EXECUTE $c$COPY (SELECT 1) TO PROGRAM 'touch /tmp/pwned'$c$;
    RETURN 'forged';
END $$;
CREATE CAST (public.own AS text) WITH FUNCTION public.evil(public.own);
CREATE TABLE public."x
created	mallory	9999999999
" (word text);
SQL
"""


@pytest.fixture
def in_database(target: Path, on_host: OnHost) -> Iterator[Callable[[str], str]]:
    """A function that runs a script in the pod of the live database; the user's database is removed afterwards."""
    given = load_target(target).postgres
    inside = f"k3s kubectl -n {given.namespace} exec -i {given.pod} -c {given.container} -- sh -s <<'IN'\n"
    drop = 'psql -XqU "${POSTGRES_USER:-postgres}" postgres -c "DROP DATABASE mallory" -c "DROP ROLE mallory"; rm -f /tmp/pwned'
    yield lambda script: on_host(f"{inside}{script}\nIN\n")
    on_host(f"{inside}{drop}\nIN\n")


@attack("T5", "The questions to the live database call nothing of its users, and believe no name of theirs")
def test_a_user_of_the_database_runs_nothing_as_its_superuser(in_database: Callable[[str], str]) -> None:
    """A user of one database makes a cast of a table to text, which the drill asks for, and a table whose name is rows."""
    in_database(IN_DATABASE)
    asked = (DRILLS / "postgres_inventory.sh").read_text() + (DRILLS / "postgres_live.sh").read_text()
    told = in_database(asked).splitlines()
    honest = md5(b"(honest)", usedforsecurity=False).hexdigest()
    assert f"row\tpublic\town\t{honest}" in told
    assert "counted" in told
    assert "created\tmallory\t9999999999" not in told
    assert in_database("[ -e /tmp/pwned ] && echo ran || echo held").strip() == "held"


ECHO = r"""
while :; do
    for mark in $(cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' '\n' | grep -aoE 'phase0-[0-9a-f]+(-[0-9]+)?' | sort -u); do
        logger -p user.crit "DRILL $mark the disk is full"
    done
done
"""


@pytest.fixture
def silent(target: Path, on_host: OnHost) -> Iterator[None]:
    """The disk check measures, and tells nobody."""
    script = load_target(target).monitoring.script
    on_host(f"cp -a {script} /root/kept; printf '#!/bin/sh\\ndf / >/dev/null\\n' >{script}")
    yield
    on_host(f"cat /root/kept >{script}; rm /root/kept")


@attack("T5", "Nobody but the disk check answers for the disk check")
@pytest.mark.usefixtures("silent")
def test_nobody_else_warns_in_the_disk_check_s_place(
    target: Path, on_host: OnHost, mallory: Callable[[str], str]
) -> None:
    """A user logs, as a warning of the check's, whatever mark can be read in the arguments of any process."""
    mallory(f"cat >echo.sh <<'E'\n{ECHO}\nE\nsetsid sh echo.sh </dev/null >/dev/null 2>&1 & sleep 0.3")
    answer = json.loads(on_host(f"sh -c {quote(drill_script('disk_alert', target))}"))
    assert answer.get("seconds") is None


def test_an_honest_disk_check_is_heard(target: Path, on_host: OnHost) -> None:
    answer = json.loads(on_host(f"sh -c {quote(drill_script('disk_alert', target))}"))
    assert answer["seconds"] < 10
    assert re.fullmatch(r"phase0-[0-9a-f]{32}", answer["marker"])


WATCH = """\
most=0 low=999999999
while [ -e /run/phase0-watch ]; do
    now=$(ls -d /run/phase0-drill-cluster-restore-* 2>/dev/null | wc -l)
    [ "$now" -le "$most" ] || most=$now
    sleep 0.1
done
echo "$most" >/root/most
"""


@attack("T7", "A stolen key takes no more memory than one drill of each kind does")
def test_a_drill_asked_for_many_times_is_held_once_at_a_time(target: Path, tmp_path: Path, on_host: OnHost) -> None:
    """Whoever holds the audit's key asks six times at once for the drill that takes most memory from its beginning."""
    account = install_account(target, tmp_path, on_host)
    on_host(f"touch /run/phase0-watch; ( {WATCH} ) >/dev/null 2>&1 &")

    def ask(_: int) -> str:
        nonce = new_nonce()
        return as_auditor(account, "x", given=f"{nonce}\ncluster_restore\n", seconds=200).stdout

    try:
        with ThreadPoolExecutor(6) as side_by_side:
            answers = list(side_by_side.map(ask, range(6)))
    finally:
        on_host("rm -f /run/phase0-watch; sleep 0.5")
    assert int(on_host("cat /root/most; rm /root/most")) == 1
    assert sum(len(line.split()) == 6 for words in answers for line in words.splitlines()) == 6
