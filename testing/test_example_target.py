"""The example target is valid, names every key there is, and is the only place with the plan's address."""

import re
import shutil
import subprocess
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import yaml

from fixtures.ask.facts import Asked
from fixtures.session.registry import known_facts
from fixtures.target import Target
from fixtures.target.folder import load_target
from gate.contract import load_contract
from gate.people import Attestation, Waiver, load_people
from gate.thresholds import tighten

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "targets" / "twisterlab.example"


def uncommented(file: Path) -> str:
    """The file with its commented keys and tables in force."""
    return re.sub(r"^# (?=\w[\w-]* = |\[)", "", file.read_text(encoding="utf-8"), flags=re.MULTILINE)


def as_json(value: object) -> dict[str, dict[str, Any]]:
    return msgspec.json.decode(msgspec.json.encode(value), type=dict[str, Any])


def test_it_is_a_valid_target() -> None:
    target = load_target(EXAMPLE)
    assert target.target.name == "twisterlab"
    assert set(target.owners) == {row.owner for row in load_contract().values()}


def test_it_names_every_key_and_no_other() -> None:
    tables = tomllib.loads(uncommented(EXAMPLE / "target.toml"))
    for name, kind in Target.__annotations__.items():
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            assert set(tables.pop(name)) == set(kind.__struct_fields__), name
    assert set(tables) == {"owners", "thresholds"}


def test_what_is_commented_is_what_counts_without_it() -> None:
    """A default that is shown and is not the default would lead astray. Paths are examples, not defaults."""
    shown = as_json(tomllib.loads(uncommented(EXAMPLE / "target.toml")))
    counts = as_json(load_target(EXAMPLE))
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
        for fact in known_facts()
        if fact.asked is Asked.CLUSTER
        for path in [fact.ask.split("?")[0].split("/")]
        if len(path) > 2
    }  # /apis is anyone's
    assert listed == asked
    assert "secrets" not in {resource for _, resource in listed}


def test_the_plans_address_stands_nowhere_else() -> None:
    command = ["git", "grep", "-lE", "192[.]168[.]0[.]30", "--", ":!*.md", ":!targets/twisterlab.example"]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout == ""
