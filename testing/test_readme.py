"""Every command that the README and docs/ print works: it is run here or elsewhere, or a reason is given."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from testing.audits import forked
from testing.readme import EXCERPT, MARK, PAGES, README, ROOT, commands, demo, with_demo

RUN = (
    "make audit",
    ".venv/bin/python -m pytest --target=demo",
    ".venv/bin/python -m reports list",
    ".venv/bin/python -m reports explain DSK-01",
    ".venv/bin/python -m reports explain DSK-08",
    ".venv/bin/python -m reports explain DSK-08 --lang fr",
    ".venv/bin/python -m fixtures ask demo filesystems",
    ".venv/bin/python -m reports compare reports/out/run.json reports/out",
    ".venv/bin/python -m reports render reports/out/run.json",
)
ELSEWHERE = {
    "make test": "this is part of it",
    "make dist": "testing/test_wheel.py",
    "make init NAME=edge HOST=SERVER ADMIN=ADMIN DRY_RUN=1": "testing/test_init.py and testing/lab/test_init.py",
    "make init NAME=edge HOST=SERVER ADMIN=ADMIN": "testing/test_init.py and testing/lab/test_init.py",
    "make init NAME=edge REMOVE=1": "testing/lab/test_init.py",
    "pipx install dist/phase0_gate-0.2.0-py3-none-any.whl": "testing/test_wheel.py installs it with pip",
    "python3 -m venv phase0": "Python’s own",
    "phase0/bin/pip install --require-hashes -r requirements.lock": ".make/venv.sh does the same for every `make`",
    "phase0/bin/pip install --no-deps dist/phase0_gate-0.2.0-py3-none-any.whl": "testing/test_wheel.py",
    "phase0-gate audit demo": "testing/test_wheel.py",
    'phase0-gate audit edge -m "not drill"': "testing/test_phase0_gate.py",
    "phase0-gate fix edge plan": "testing/test_phase0_gate.py and testing/test_wheel.py",
    "phase0-gate --help": "testing/test_phase0_gate.py",
    'eval "$(phase0-gate completion bash)"': "testing/test_phase0_gate.py",
    'eval "$(phase0-gate completion zsh)"': "testing/test_phase0_gate.py",
    "make lab": "testing/lab runs on what it builds; .ci/run builds it where it is missing",
    "make test-lab": ".ci/run",
    "make docs": "testing/test_criteria_page.py",
    ".venv/bin/python -m pytest -c testing/pytest.toml --rootdir testing testing/test_host_disk.py": "one file of make test",
    ".venv/bin/python -m lab up --scenario ready --name mine": "testing/lab/test_lab.py",
    ".venv/bin/python -m testing.faults --target FOLDER --only DSK-08,DSK-01": "make proof is the same with all of them",
    ".venv/bin/python -m lab shell --name mine": "testing/lab/test_lab.py",
    ".venv/bin/python -m lab down --name mine": "testing/lab/test_lab.py",
    "make rights": "testing/test_rights.py",
    "make recordings": "takes minutes, writes into the repository; testing/test_recordings.py judges what it wrote",
    "make audit TARGET=lab SCENARIO=ready": "testing/lab/test_commands.py",
    "make audit TARGET=lab SCENARIO=before FIX=1": "testing/lab/test_commands.py",
    "make install PREFIX=$HOME/.local": "testing/lab/test_commands.py",
    "make proof": "takes minutes; the release's proof.json comes from it",
    "make fleet": "testing/test_make.py; testing/test_fleet_page.py audits recordings",
    "make fleet GROUP=paris DRILLS=0": "testing/test_make.py",
    "make fleet FIX=plan": "testing/test_make.py; testing/test_fleet_fixing.py plans for several servers",
    "make fleet FIX=1 GROUP=canary": "testing/test_make.py; testing/test_fleet_fixing.py repairs ring by ring",
    "sudo make install FLEET=targets/fleet.toml": "testing/test_install.py",
    "cp plans/phase1.example.toml targets/edge/phase1.toml": "testing/test_next_gate.py reads that file",
    ".venv/bin/python -m fleet list": "testing/test_fleet_inventory.py",
    'export PHASE0_SETTINGS="$(.venv/bin/python -m fleet settings paris-1)"': "testing/test_fleet_inventory.py",
    ".venv/bin/python -m fixtures check paris-1": "testing/test_fixtures_cli.py",
    ".venv/bin/python -m fleet render reports/out/fleet/edge/fleet.json": "testing/test_fleet_page.py",
    ".venv/bin/python -m pip install --require-hashes -r requirements-fleet.lock": ".make/lock.sh writes it; pip’s own",
    ".venv/bin/python -m fleet certificates targets/certificates": "testing/test_fleet_machines.py",
    ".venv/bin/python -m fleet scheduler": "testing/lab/test_fleet_deaths.py",
    ".venv/bin/python -m fleet worker tls://SCHEDULER:8786": "testing/lab/test_fleet_deaths.py",
    ".venv/bin/python -m fleet audit --scheduler tls://SCHEDULER:8786": "testing/lab/test_fleet_deaths.py",
    "sudo /usr/local/lib/phase0-audit/deploy/fleet/install scheduler": "testing/test_fleet_deploy.py has its units",
    "sudo /usr/local/lib/phase0-audit/deploy/fleet/install worker": "testing/test_fleet_deploy.py has its units",
    "kubectl apply -k deploy/fleet/kubernetes": "testing/test_fleet_deploy.py",
    "make bench": "takes minutes; testing/lab/test_commands.py runs one round of it",
    "sudo make install TARGET=edge": "testing/lab/test_scheduled.py",
    "sudo make uninstall": "testing/lab/test_scheduled.py",
    "git pull": "what it brings is what is tested",
    'sudo -u phase0-gate sqlite3 edge/history.sqlite ".backup edge/edge.sqlite"': "SQLite’s own",
    "cd /var/lib/phase0-audit": "the shell’s own",
    "kubectl apply -k deploy/kubernetes": "testing/lab/test_scheduled.py",
    "deploy/kubernetes/pack targets/edge | kubectl apply --server-side -f -": "testing/lab/test_scheduled.py",
    "cp -r targets/twisterlab.example targets/edge": "testing/test_example_target.py validates the example",
    ".venv/bin/python -m fixtures check edge": "testing/test_fixtures_cli.py and testing/lab/test_commands.py",
    "make audit TARGET=edge": "testing/test_make.py",
    ".venv/bin/python -m fixtures ask edge site_01": "testing/test_site.py",
    ".venv/bin/python -m fixtures import goss.yaml --first 10 >targets/edge/criteria/goss.toml": "testing/test_site.py",
    ".venv/bin/python -m reports explain SITE-01 --target=edge": "testing/test_site.py",
    ".venv/bin/python -m reports export reports/out/run.json --format sarif --output audit.sarif": (
        "testing/test_exchange_formats.py"
    ),
    ".venv/bin/python -m reports history edge": "testing/test_history_command.py",
    ".venv/bin/python -m reports history edge --export edge.jsonl": "testing/test_history_command.py",
    ".venv/bin/python -m reports history edge --prune-before 2026-01-01": "testing/test_history_command.py",
    '.venv/bin/python -m reports history edge --adopt --reason "WHY"': "testing/test_history_command.py",
    'sudo -u phase0-gate phase0-gate reports history /etc/phase0-audit/edge --adopt --reason "the system disk was replaced" '
    '--who "Alice Martin"': "testing/lab/attacks/test_identity.py",
    "sudo -u phase0-gate phase0-gate reports history /etc/phase0-audit/edge --export edge/edge.jsonl": (
        "testing/lab/test_scheduled.py"
    ),
    "sudo -u phase0-gate phase0-gate reports history /etc/phase0-audit/edge --prune-before 2026-01-01": (
        "testing/lab/test_scheduled.py"
    ),
    'sudo phase0-gate reports attest /etc/phase0-audit/edge DEC-04 --who "Dana Leroy" --role sponsor': (
        "testing/lab/test_scheduled.py"
    ),
    '.venv/bin/python -m reports attest edge DEC-04 --who "Dana Leroy" --role sponsor --document budget.pdf': (
        "testing/test_people_command.py"
    ),
    '.venv/bin/python -m reports waive edge DOC-01 --reason "in review" --approver "Dana Leroy" --until 2026-02-13': (
        "testing/test_people_command.py"
    ),
    '.venv/bin/python -m reports log edge --activity "backups and their restores" --hours 6': (
        "testing/test_people_command.py"
    ),
    ".venv/bin/python -m remediations rights --target=NAME --into=targets/NAME/deploy": "testing/lab/test_rights.py",
    ".venv/bin/python -m pytest --target=FOLDER --fix=plan,NAME": "testing/lab/test_fix.py",
    ".venv/bin/python -m pytest --target=FOLDER --fix=NAME": "testing/lab/test_fix.py",
    ".venv/bin/python -m remediations rollback RUN --target=FOLDER": "testing/lab/test_fix.py",
    ".venv/bin/python -m remediations runs --target=edge": "testing/lab/test_fix.py",
    ".venv/bin/python -m remediations rollback 20260211T091500-123456 --target=edge": "testing/lab/test_fix.py",
    ".venv/bin/python -m remediations prune --days 90 --target=edge": "testing/lab/test_fix.py",
}
STATUSES = {".venv/bin/python -m pytest --target=demo": 1}  # NO-GO
WALKED = ROOT / "docs" / "first-audit-by-hand.md"  # testing/lab/test_first_audit.py runs all its commands
LINK = re.compile(r"\]\((?!https?:)([^)#]+)\)")


def test_every_command_is_known() -> None:
    printed = {command: page for command, page in commands().items() if ROOT / page != WALKED}
    assert printed.keys() - {*RUN, *ELSEWHERE} == set(), "a page prints a command nobody runs"
    assert {*RUN, *ELSEWHERE} - printed.keys() == set(), "a command that no page prints any more"


def run(command: str, reports: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["sh", "-c", command],
        cwd=ROOT,
        env={**os.environ, "PHASE0_REPORTS": str(reports)},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the reports after an audit of the demo."""
    folder = tmp_path_factory.mktemp("out")
    forked("demo", folder)
    return folder


@pytest.mark.parametrize("command", RUN)
def test_a_command_works(command: str, audited: Path, tmp_path: Path) -> None:
    done = run(command.replace("reports/out", str(audited)), tmp_path)
    assert done.returncode == STATUSES.get(command, 0), done.stdout + done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", [command for command in ELSEWHERE if command.startswith("make ")])
def test_make_knows_the_others(command: str, tmp_path: Path) -> None:
    done = run(command.replace("make", "make -n", 1), tmp_path)
    assert done.returncode == 0, done.stderr


def test_the_readme_shows_what_the_demo_says() -> None:
    shown = EXCERPT.search(README.read_text(encoding="utf-8"))
    assert shown is not None
    assert shown[0] == demo(), "write it anew: .venv/bin/python -m testing.readme"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    assert [link for link in LINK.findall(page.read_text(encoding="utf-8")) if not (page.parent / link).exists()] == []


def test_the_readme_is_a_page() -> None:
    ours = with_demo(README.read_text(encoding="utf-8"), "")
    assert len(ours.splitlines()) <= 100


def test_make_help_names_every_target() -> None:
    output = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert {line.split()[0] for line in output.splitlines()} == set(targets)


def test_the_demo_is_put_where_it_belongs_and_nowhere_else() -> None:
    page = f"{MARK}```\n\n## Next\n\n```sh\nmake audit\n```\n"
    assert with_demo(with_demo(page, "x\n"), "y\n") == page.replace(MARK, f"{MARK}y\n")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_block_is_closed(page: Path) -> None:
    fences = [line for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("```")]
    assert set(fences[1::2]) <= {"```"}, "a block is not closed"
    assert len(fences) % 2 == 0
