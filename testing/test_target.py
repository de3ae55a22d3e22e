import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.target import Target, TargetError, variables
from fixtures.target.folder import find_folder, load_target
from gate.contract import load_contract
from testing.small_audit import ROOT, TARGET, TWO, House
from testing.threats import attack

ATTESTED = '[[attestation]]\ncriterion = "A-01"\n'


@pytest.fixture
def no_contact(house: House) -> Path:
    """Replace the programs that could reach another machine; return the file that they make when they run."""
    folder, mark = house.pytester.mkdir("bin"), house.pytester.path / "contacted"
    for name in ("ssh", "kubectl", "curl", "git"):
        (folder / name).write_text(f"#!/bin/sh\ntouch {mark}\n")
        (folder / name).chmod(0o755)
    house.monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return mark


def one_line(output: str) -> str:
    """Return the only error line of the output, and check that there is no traceback."""
    lines = [line for line in output.splitlines() if line.startswith("ERROR: ")]
    assert len(lines) == 1, output
    assert "Traceback" not in output
    assert "INTERNALERROR" not in output
    return lines[0]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('name = "edge"', "", "[target]: name is missing"),
        ('name = "edge"', 'name = "Edge!"', "[target] name"),
        ('name = "edge"', 'name = "edge\\n"', "[target] name"),
        ('title = "Edge"', 'title = "a\\u001bb"', "[target] title"),
        ('title = "Edge"', 'titel = "Edge"', "titel"),
        ('user = "audit"', 'user = "audit"\ntitle = "Edge"', "title is an unknown key; title belongs in [target]"),
        ("[target]", "port = 22\n[target]", "port belongs in [host] or [mcp]"),
        ('address = "127.0.0.1"', "address = 127", "[host] address"),
        ('address = "127.0.0.1"', 'address = "-oProxyCommand=x"', "[host] address"),
        ('address = "127.0.0.1"', 'address = "a b"', "[host] address"),
        ('user = "audit"', 'user = "audit"\nport = "22"', "[host] port"),
        ('user = "audit"', 'user = "audit"\nport = 70000', "[host] port"),
        ('user = "audit"', 'user = "audit"\nroot = "su"', "[host] root"),
        ('user = "audit"', 'user = "audit"\njump = "a\\nProxyCommand x"', "[host] jump"),
        ('user = "audit"', 'user = "audit"\nidentity_file = "no/key"', "[host] identity_file: no/key does not exist"),
        ('user = "audit"', 'user = "audit"\nknown_hosts = "~no-such-user/x"', "[host] known_hosts"),
        ('user = "audit"', f'user = "audit"\nidentity_file = "{"k" * 300}"', "[host] identity_file"),
        ("[cluster]", "[kluster]", "kluster"),
        ('kubeconfig = "kubeconfig"', "", "[cluster]"),
        (
            'kubeconfig = "kubeconfig"',
            'kubeconfig = "kubeconfig"\n[guides]\nrepository = "none"',
            "[guides] repository",
        ),
        ('kubeconfig = "kubeconfig"', 'kubeconfig = "kubeconfig"\n[guides]\nfiles = []', "[guides] files"),
        ('kubeconfig = "kubeconfig"', 'kubeconfig = "kubeconfig"\n[guides]\nfiles = ["a", "b", "*"]', "[guides] files"),
        ('kubeconfig = "kubeconfig"', 'kubeconfig = "kubeconfig"\n[mcp]\nnamespaces = []', "[mcp] namespaces"),
        ('kubeconfig = "kubeconfig"', 'kubeconfig = "kubeconfig"\n[mcp]\nnamespaces = ["a/b"]', "[mcp] namespaces"),
        ('kubeconfig = "kubeconfig"', 'kubeconfig = "kubeconfig"\n[mcp]\npath = "health"', "[mcp] path"),
        ('kubeconfig = "kubeconfig"', 'kubeconfig = "kubeconfig"\n[plan]\nstart = "soon"', "[plan] start"),
        ('kubeconfig = "kubeconfig"', 'kubeconfig = "kubeconfig"\n[plan]\nmeeting = 0001-01-01', "is no day of a plan"),
        ('kubeconfig = "kubeconfig"', 'kubeconfig = "kubeconfig"\n[plan]\nstart = 9999-12-31', "is no day of a plan"),
        (
            'kubeconfig = "kubeconfig"',
            'kubeconfig = "kubeconfig"\n[plan]\nstart = 2026-02-04\nmeeting = 2026-02-03',
            "[plan]: meeting: 2026-02-03 is before start",
        ),
        ('kubeconfig = "kubeconfig"', 'kubeconfig = "kubeconfig"\n[owners]\nhost = 1', "[owners]"),
        (
            'kubeconfig = "kubeconfig"',
            'kubeconfig = "kubeconfig"\n[thresholds]\nA-01 = "≥ 0 point"',
            "[thresholds] A-01",
        ),
        ('kubeconfig = "kubeconfig"', 'kubeconfig = "kubeconfig"\n[thresholds]\nA-01 = "≥ 0.5 point"', "waiver"),
        ('kubeconfig = "kubeconfig"', 'kubeconfig = "kubeconfig"\n[thresholds]\nA-01 = "many"', "is not a target"),
        (
            'kubeconfig = "kubeconfig"',
            'kubeconfig = "kubeconfig"\n[thresholds]\nZ-99 = "≥ 1 point"',
            "no such criterion",
        ),
        ("[target]", 'folder = "/"\n[target]', "folder"),
        ("[target]", "[target", "not TOML"),
        ("[target]", "# \x00\n[target]", "not TOML"),
        ("[target]", f"x = {'[' * 3000}\n[target]", "not TOML"),
        ("[target]", f"x = {'9' * 5000}\n[target]", "not TOML"),
    ],
)
def test_a_wrong_target_is_one_line_and_nothing_is_contacted(
    house: House, no_contact: Path, old: str, new: str, expected: str
) -> None:
    file = house.target / "target.toml"
    assert old in TARGET
    file.write_text(TARGET.replace(old, new))
    ran = house.audit(TWO)
    assert (ran.status, ran.run, no_contact.exists()) == (4, {}, False)
    line = one_line(ran.output)
    assert expected in line
    assert str(file) in line
    assert any(
        cure in line for cure in ("see ", "python -m", "correct the path", "waivers.toml", "remove", "write it as")
    )


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("attestations.toml", ATTESTED, "who is missing"),
        ("attestations.toml", "[[attest]]", "attest"),
        ("waivers.toml", "waiver = 1", "[[waiver]]"),
        ("waivers.toml", "[[waiver]", "cannot be read"),
        (
            "waivers.toml",
            '[[waiver]]\ncriterion="A-01"\nreason="r"\napprover="a"\nexpires=2026-02-20T00:00:00',
            "UTC offset",
        ),
    ],
)
def test_wrong_entries_of_people_are_one_line(
    house: House, no_contact: Path, file: str, text: str, expected: str
) -> None:
    (house.target / file).write_text(text)
    ran = house.audit(TWO)
    assert (ran.status, ran.run, no_contact.exists()) == (4, {}, False)
    assert expected in one_line(ran.output)
    assert str(house.target / file) in one_line(ran.output)


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("no-such-target", "known targets: demo"),
        ("/no/such/folder", "known targets: demo"),
        ("n" * 300, "known targets"),
        ("~no-such-user/x", "known targets"),
        ("replay:/no/such/file", "cannot be read"),
        ("replay:", "cannot be read"),
        ("replay:damaged", "record it anew"),
        ("replay:newer", "version 99"),
        ("replay:deep", "record it anew"),
        ("replay:list", "record it anew"),
        ("replay:partial", "record it anew"),
        ("replay:.", "cannot be read"),
    ],
)
def test_a_target_that_is_not_there_is_one_line(house: House, no_contact: Path, target: str, expected: str) -> None:
    for name, text in {
        "damaged": "\x00{",
        "newer": '{"version": 99}',
        "deep": "[" * 9999,
        "list": "[]",
        "partial": '{"version": 1, "at": "2026-02-11T14:00:00Z"}',
    }.items():
        (house.pytester.path / name).write_text(text)
    ran = house.audit(TWO, f"--target={target}")
    assert (ran.status, ran.run, no_contact.exists()) == (4, {}, False)
    assert expected in one_line(ran.output)


def test_the_command_line_says_the_same_as_a_user_types_it(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", f"--target={tmp_path}"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 4
    assert "no target.toml there" in one_line(done.stdout + done.stderr)


def test_a_target_is_read_with_its_folder(tmp_path: Path) -> None:
    (tmp_path / "target.toml").write_text(TARGET + '[thresholds]\nA-01 = "≥ 2 point"\n')
    target = load_target(tmp_path)
    assert target.path("kubeconfig") == tmp_path.resolve() / "kubeconfig"
    assert target.path("/etc/x") == Path("/etc/x")
    assert target.path("~/x") == Path.home() / "x"
    assert (target.host.port, target.host.root, target.thresholds) == (22, "sudo", {"A-01": "≥ 2 point"})


def test_a_tightened_target_judges(house: House) -> None:
    file = house.target / "target.toml"
    file.write_text(TARGET + '[thresholds]\nA-01 = "≥ 2 point"\n')
    assert house.audit(TWO).outcome("A-01") == "fail"


def test_a_name_is_looked_for_under_targets_first() -> None:
    assert find_folder("twisterlab.example") == (ROOT / "targets" / "twisterlab.example").resolve()
    assert find_folder("./x") == Path("x")
    assert (find_folder("."), find_folder("..")) == (Path(), Path(".."))
    with pytest.raises(TargetError):
        find_folder("x" * 300)


@given(st.text())
def test_no_value_leaves_its_shell_variable(text: str) -> None:
    rows = {
        "target": {"name": "x", "title": "x"},
        "host": {"address": "h", "user": "u"},
        "cluster": {"kubeconfig": "k"},
        "backups": {"directory": f"/{text}", "postgres": text},
    }
    try:
        target = msgspec.convert(rows, Target)
    except msgspec.ValidationError:
        assert any(ord(char) < 32 or ord(char) == 127 for char in text)
        return
    assert variables(target)["BACKUPS_DIRECTORY"] == f"/{text}"
    assert variables(target)["BACKUPS_POSTGRES"] == text
    assert "\n" not in text


@attack("N8", "A target names machines, and nothing that a shell, ssh, find or kubectl would run or take for an option")
@pytest.mark.parametrize(
    ("table", "key", "value"),
    [
        ("backups", "directory", "-delete"),
        ("backups", "scripts", ["-exec"]),
        ("monitoring", "script", "-delete"),
        ("stability", "configuration", ["-exec", "sh", "-c", "id", ";"]),
        ("postgres", "pod", "--kubeconfig=/tmp/x"),
        ("redis", "namespace", "-A"),
        ("mcp", "deployment", "../../../../etc"),
    ],
)
def test_no_value_is_an_option(table: str, key: str, value: str | list[str]) -> None:
    """A path, a pod or a namespace in target.toml begins as an option of kubectl or a command of find does."""
    rows = {
        "target": {"name": "x", "title": "x"},
        "host": {"address": "h", "user": "u"},
        "cluster": {"kubeconfig": "k"},
        table: {key: value},
    }
    with pytest.raises(msgspec.ValidationError, match=f"matching regex.*{key}"):
        msgspec.convert(rows, Target)


def test_lists_are_one_value_a_line() -> None:
    rows = {
        "target": {"name": "x", "title": "x"},
        "host": {"address": "h", "user": "u"},
        "cluster": {"kubeconfig": "k"},
    }
    assert variables(msgspec.convert(rows, Target))["MCP_NAMESPACES"] == "default\ntwisterlab\ntwisterlab-dev"
    assert load_contract()


@pytest.mark.parametrize(
    "dates", ["start = 2026-02-04", "meeting = 2026-02-04", "start = 2026-02-04\nmeeting = 2026-02-04"]
)
def test_dates_in_their_order_are_taken(house: House, dates: str) -> None:
    (house.target / "target.toml").write_text(f"{TARGET}[plan]\n{dates}\n")
    assert house.audit(TWO).status == 0
