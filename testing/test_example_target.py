"""The example target is valid, contains every key there is, and cannot be audited."""

import os
import re
import shutil
import subprocess
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from fixtures.ask.facts import Asked
from fixtures.session.registry import registered_facts
from fixtures.target import Target, TargetError
from fixtures.target.folder import COPY, EXAMPLE, known_targets, load_target
from gate.contract import load_contract
from gate.people import Attestation, Waiver, load_people
from gate.thresholds import tighten
from testing import forked
from testing.in_process import run
from testing.threats import attack

ROOT = Path(__file__).parents[1]


def uncommented(file: Path) -> str:
    """Return the file with its commented keys and tables uncommented."""
    return re.sub(r"^# (?=\w[\w-]* = |\[)", "", file.read_text(encoding="utf-8"), flags=re.MULTILINE)


def as_json(value: object) -> dict[str, dict[str, Any]]:
    return msgspec.json.decode(msgspec.json.encode(value), type=dict[str, Any])


def test_it_is_a_valid_target() -> None:
    target = load_target(EXAMPLE, example=True)
    assert target.target.name == "twisterlab"
    assert set(target.owners) == {row.owner for row in load_contract().values()}


def test_it_names_every_key_and_no_other() -> None:
    tables = tomllib.loads(uncommented(EXAMPLE / "target.toml"))
    for name, kind in Target.__annotations__.items():
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            assert set(tables.pop(name)) == set(kind.__struct_fields__), name
    assert set(tables) == {"owners", "thresholds"}


def test_what_is_commented_is_what_counts_without_it() -> None:
    """A commented key shows the default value. Paths are left out, since they are examples."""
    shown = as_json(tomllib.loads(uncommented(EXAMPLE / "target.toml")))
    counts = as_json(load_target(EXAMPLE, example=True))
    paths = {
        ("host", "identity_file"),
        ("host", "known_hosts"),
        ("guides", "repository"),
        ("ci", "repository"),
        ("ci", "clone"),
    }
    differing = {
        (table, key)
        for table, rows in shown.items()
        if table != "thresholds"
        for key, value in rows.items()
        if value != counts[table][key]
    }
    assert differing == paths


def test_the_shown_threshold_tightens() -> None:
    tighten(load_contract(), tomllib.loads(uncommented(EXAMPLE / "target.toml"))["thresholds"])


def test_the_entries_of_people_are_of_the_right_shape(tmp_path: Path) -> None:
    for name, kind in (("attestation", Attestation), ("waiver", Waiver)):
        text = uncommented(EXAMPLE / f"{name}s.toml")
        (entry,) = tomllib.loads(text)[name]
        assert set(entry) == set(kind.__struct_fields__)
        (tmp_path / f"{name}s.toml").write_text(text)
    shutil.copytree(EXAMPLE, tmp_path / "as-it-is")
    people = load_people(tmp_path, load_contract(), datetime(2026, 2, 11, tzinfo=UTC))
    assert [entry.criterion for entry in people.waivers] == ["DOC-01"]
    assert [entry.why for entry in people.void] == ["document-missing"]
    assert load_people(tmp_path / "as-it-is", load_contract(), datetime.now(UTC)).waivers == ()


def test_the_role_covers_every_list_and_no_secret() -> None:
    _, role, _ = yaml.safe_load_all((ROOT / "deploy" / "audit" / "rbac.yaml").read_text())
    listed = {
        (group, resource)
        for rule in role["rules"]
        if "list" in rule["verbs"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
    }
    asked = {
        ("" if path[1] == "api" else path[2], path[-1])
        for fact in registered_facts()
        if fact.asked is Asked.CLUSTER
        for path in [fact.ask.split("?")[0].split("/")]
        if len(path) > 2
    }  # every account may read /apis
    assert listed == asked
    assert "secrets" not in {resource for _, resource in listed}


def test_the_plans_address_stands_in_prose_alone() -> None:
    command = ["git", "grep", "-lE", "192[.]168[.]0[.]30", "--", ":!*.md"]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout == ""


COMMANDS = {
    "audit": ("pytest", "--target={}"),
    "check": ("fixtures", "check", "{}"),
    "test of the channels": ("notify", "test", "{}"),
    "runs": ("remediations", "runs", "--target={}"),
    "history": ("reports", "history", "{}"),
    "attest": ("reports", "attest", "{}", "DEC-04", "--who", "A B", "--role", "lead"),
    "waive": ("reports", "waive", "{}", "DOC-01", "--reason", "x", "--approver", "A B"),
}


@attack("N1", "the example is nobody's server: nothing is asked of its address")
@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("name", ["twisterlab.example", "targets/../targets/twisterlab.example/", "link"])
def test_the_example_is_no_target(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: str, name: str) -> None:
    """An audit, a check or an entry names the example: by its name, by its path, by a link."""
    (tmp_path / "bin").mkdir()
    for program in ("ssh", "git"):
        (tmp_path / "bin" / program).write_text(f"#!/bin/sh\ntouch {tmp_path}/contacted\n")
        (tmp_path / "bin" / program).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin{os.pathsep}{os.environ['PATH']}")
    (tmp_path / "link").symlink_to(EXAMPLE)
    before = sorted(EXAMPLE.iterdir())
    named = str(tmp_path / "link") if name == "link" else name
    words = [word.format(named) for word in COMMANDS[command]]
    done = forked.run(*words) if command == "audit" else run(*words)
    assert done.returncode == 4, done.stdout + done.stderr
    assert f"copy it first: {COPY}" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert sorted(EXAMPLE.iterdir()) == before
    assert not (tmp_path / "contacted").exists()


@pytest.mark.parametrize("command", [[".make/audit.sh"], ["deploy/schedule", "sample", str(EXAMPLE)]])
def test_nor_for_what_holds_a_lock_first(command: list[str]) -> None:
    before = sorted(EXAMPLE.iterdir())
    env = {**os.environ, "TARGET": "twisterlab.example"}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)
    assert (done.returncode, "copy it first" in done.stderr) == (4, True)
    assert sorted(EXAMPLE.iterdir()) == before


@attack("N1", "the example is nobody's server: nothing is asked of its address")
@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("", "", "[host] address: 192.0.2.10"),
        ('address = "192.0.2.10"', 'address = "10.77.0.2"', "[mcp] node_port_url: 192.0.2.10"),
        ("192.0.2.10", "198.51.100.7", "[host] address: 198.51.100.7"),
        ('address = "192.0.2.10"', 'address = "2001:db8::1"', "[host] address: 2001:db8::1"),
    ],
)
def test_a_copy_with_an_address_for_examples_is_told(tmp_path: Path, old: str, new: str, key: str) -> None:
    """The example was copied, and one of its addresses left as it was."""
    shutil.copytree(EXAMPLE, tmp_path / "edge")
    file = tmp_path / "edge" / "target.toml"
    file.write_text(file.read_text().replace(old, new))
    with pytest.raises(TargetError) as refused:
        load_target(tmp_path / "edge")
    assert f"{file}: {key}" in str(refused.value)


def test_a_copy_with_a_server_s_address_is_a_target(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLE, tmp_path / "edge")
    file = tmp_path / "edge" / "target.toml"
    file.write_text(file.read_text().replace("192.0.2.10", "10.77.0.2"))
    assert load_target(tmp_path / "edge").host.address == "10.77.0.2"


def test_it_is_not_offered() -> None:
    assert known_targets().split(", ")[0] == "demo"
    assert EXAMPLE.name not in known_targets()
