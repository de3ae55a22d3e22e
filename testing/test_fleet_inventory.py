"""The inventory of a fleet: what it merges, and that everything wrong is one line with its cure, before any contact."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from fixtures.target import TargetError
from fixtures.target.folder import load_target
from fixtures.target.layers import VARIABLE, Layers
from fleet.inventory.ansible import read_ansible, server_name
from fleet.inventory.ansible_ini import expanded, parse_ini
from fleet.inventory.ansible_yaml import parse_yaml
from fleet.inventory.fleet_toml import load_fleet
from fleet.inventory.inventory import Fleet, FleetError
from testing.in_process import ROOT, run
from testing.threats import attack

DEFAULTS = """
[defaults.host]
user = "phase0-audit"
port = 2200
[defaults.cluster]
kubeconfig = "kubeconfig"
[defaults.owners]
host = "operations"
"""
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a fleet.toml beside folders of servers, whose target.toml has an address and nothing else."""

    def write(text: str = 'servers = ["*-?"]', more: str = "", **files: str) -> Path:
        for place, name in enumerate(("paris-1", "paris-2", "lyon-1")):
            folder = tmp_path / name
            folder.mkdir(exist_ok=True)
            (folder / "target.toml").write_text(f'[host]\naddress = "10.77.0.{place + 1}"\n')
        for name, content in files.items():
            (tmp_path / name.replace("_", ".")).write_text(content)
        file = tmp_path / "fleet.toml"
        file.write_text(f'[fleet]\nname = "edge"\n{text}\n{DEFAULTS}\n{more}')
        return file

    return write


def names(fleet: Fleet) -> list[str]:
    return [server.name for server in fleet.servers]


def test_folders_and_globs_name_servers_once_each(write: Write) -> None:
    assert names(load_fleet(write('servers = ["paris-*", "lyon-1", "paris-1"]'))) == ["paris-1", "paris-2", "lyon-1"]


def test_defaults_lie_below_a_target_and_overrides_above_it(write: Write, tmp_path: Path) -> None:
    file = write(more='[servers.paris-2.host]\naddress = "10.77.0.9"\n[servers.paris-2.thresholds]\nDSK-01 = "< 60 %"')
    one, two = (load_target(Path(server.target), layers=server.layers) for server in load_fleet(file).servers[1:3])
    assert (one.host.address, one.host.user, one.host.port) == ("10.77.0.1", "phase0-audit", 2200)
    assert (two.host.address, dict(two.thresholds), two.owners) == (
        "10.77.0.9",
        {"DSK-01": "< 60 %"},
        {"host": "operations"},
    )
    assert (one.target.name, one.target.title) == ("paris-1", "paris-1")
    assert sorted(path.name for path in (tmp_path / "paris-1").iterdir()) == ["target.toml"]


def test_every_command_sees_the_merged_target_by_the_environment(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    server = load_fleet(write()).servers[1]
    with pytest.raises(TargetError, match=" is missing"):
        load_target(Path(server.target))
    monkeypatch.setenv(VARIABLE, server.layers.variable())
    assert load_target(Path(server.target)) == load_target(Path(server.target), layers=server.layers)
    monkeypatch.setenv(VARIABLE, '{"beneath": {}}')
    with pytest.raises(TargetError, match=f"^{VARIABLE}: .*python -m fleet settings NAME"):
        load_target(Path(server.target))


def test_groups_are_found_by_their_name(write: Write) -> None:
    more = '[sites]\nparis = ["paris-*"]\n[groups]\nold = ["*-1"]\n[[rings]]\nname = "canary"\nservers = ["lyon-1"]\ndays = 3'
    fleet = load_fleet(write(more=more))
    found = {group: [server.name for server in fleet.group(group)] for group in ("paris", "old", "canary")}
    assert found == {"paris": ["paris-1", "paris-2"], "old": ["lyon-1", "paris-1"], "canary": ["lyon-1"]}
    assert len(fleet.group("")) == 3
    with pytest.raises(FleetError, match="rome: no such group in this fleet; known groups: canary, old, paris"):
        fleet.group("rome")


RING = '[[rings]]\nname = "a"\nservers = ["paris-*"]\n'


@pytest.mark.parametrize(
    ("text", "more", "expected"),
    [
        ('servers = ["rome-*"]', "", r"\[fleet\] servers: rome-\* matches no folder"),
        ("", "", r"no server was found"),
        ('servers = ["paris-*"]\nserver = 1', "", r"server is an unknown key"),
        ('servers = "paris-1"', "", r"\[fleet\] servers: must be a list"),
        ('servers = ["paris-*"]', '[sites]\nlyon = ["lyon-*"]', r"\[sites\] lyon: lyon-\* matches no server"),
        ('servers = ["paris-*"]', '[sites]\na = ["paris-1"]\nb = ["paris-*"]', r"paris-1 is in a and b"),
        ('servers = ["paris-*"]', RING + RING.replace('"a"', '"b"'), r"paris-1 is in a and b; a server has one ring"),
        ('servers = ["paris-*"]', "[servers.rome-1.host]\nport = 22", r"\[servers.rome-1\]: no such server"),
        ('servers = ["paris-*"]', "[servers.paris-1]\nport = 22", r"\[servers.paris-1\] port: is no table"),
        ('servers = ["paris-*"]', "[servers.paris-1.host]\nport = 0", r"fleet\.toml: \[host\] port: must be"),
        (
            'servers = ["paris-*"]',
            "[servers.paris-1.host]\nprot = 1",
            r"fleet\.toml: \[host\]: prot is an unknown key",
        ),
        ('servers = ["paris-*"]', '[defaults.disk]\nnothing = "x"', r"fleet\.toml: .*nothing is an unknown key"),
        ('servers = ["paris-*"]', '[servers.paris-1.thresholds]\nDSK-01 = "< 99 %"', r"DSK-01"),
        ('servers = ["replay:none.json"]', "", r"replay:none\.json matches no"),
        ('servers = ["replay:fleet.toml"]', "", r"fleet\.toml: damaged or no recording: "),
        ('servers = ["paris-*"]', '[servers.x]\nfrom = "rome"', r"\[servers.x\] from: rome is no folder"),
        ('servers = ["."]', "", r"a server's name has a-z"),
        ('ansible = "hosts.ini"', "", r"hosts\.ini: cannot be read: No such file"),
        ("]", "", r"not TOML"),
    ],
)
def test_what_is_wrong_is_one_line_with_its_place(write: Write, text: str, more: str, expected: str) -> None:
    with pytest.raises(FleetError) as wrong:
        load_fleet(write(text, more))
    lines = str(wrong.value).splitlines()
    assert all(re.search(r": ", line) for line in lines)
    assert re.search(expected, lines[0]), lines


def test_every_invalid_server_has_a_line(write: Write, tmp_path: Path) -> None:
    file = write()
    for name in ("paris-1", "lyon-1"):
        (tmp_path / name / "target.toml").write_text('[host]\naddress = "-x"\n')
    with pytest.raises(FleetError) as wrong:
        load_fleet(file)
    assert [line.partition("/target.toml")[0] for line in str(wrong.value).splitlines()] == [
        str(tmp_path / "lyon-1"),
        str(tmp_path / "paris-1"),
    ]


INI = """
# a comment
paris-1 ansible_host=10.77.1.1 ansible_user=ana
[lyon]
lyon-1 ansible_port=2222 ansible_ssh_common_args='-o ProxyJump="jump@10.77.1.9:22"'
[france:children]
lyon
[lyon:vars]
ansible_user = "lou"
[all:vars]
ansible_ssh_common_args=-J hop@10.77.1.8
"""
YAML = """
all:
  vars: {ansible_ssh_common_args: "-J hop@10.77.1.8"}
  hosts:
    paris-1: {ansible_host: 10.77.1.1, ansible_user: ana}
  children:
    france:
      children:
        lyon:
          vars: {ansible_user: lou}
          hosts:
            lyon-1: {ansible_port: 2222, ansible_ssh_common_args: '-oProxyJump=jump@10.77.1.9:22'}
"""


@pytest.mark.parametrize(("name", "text"), [("hosts.ini", INI), ("hosts.yaml", YAML)])
def test_an_ansible_inventory_gives_addresses_users_ports_and_jumps(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    hosts = read_ansible(tmp_path / name)
    assert {host: rows["host"] for host, rows in hosts.settings.items()} == {
        "paris-1": {"address": "10.77.1.1", "user": "ana", "jump": "hop@10.77.1.8"},
        "lyon-1": {"address": "lyon-1", "user": "lou", "port": 2222, "jump": "jump@10.77.1.9:22"},
    }
    assert {group: held for group, held in hosts.groups.items() if group != "all"} == {
        "lyon": ("lyon-1",),
        "france": ("lyon-1",),
    } | ({"ungrouped": ("paris-1",)} if "ungrouped" in hosts.groups else {})


def test_a_host_of_ansible_is_a_server_with_the_keys_of_its_folder(write: Write) -> None:
    file = write('ansible = "hosts.ini"\nansible_group = "france"', hosts_ini=INI)
    fleet = load_fleet(file)
    (server,) = fleet.servers
    target = load_target(Path(server.target), layers=server.layers)
    assert (server.name, server.groups) == ("lyon-1", ("lyon", "france"))
    assert (target.host.address, target.host.port, target.host.user) == ("10.77.0.3", 2222, "lou")


@pytest.mark.parametrize(
    ("text", "more", "line"),
    [
        ('servers = ["paris-1"]', '[servers.b]\nfrom = "paris-1"', "paris-1 and b are one server"),
        (
            'servers = ["*-?"]',
            '[servers.paris-2.host]\naddress = "10.77.0.1"',
            "10.77.0.1 is that of lyon-1|paris-1 too",
        ),
        ('servers = ["a**"]', "", "a\\*\\*: .*; write a folder or a glob"),
        ('servers = ["~nobody-of-that-name/x"]', "", "write a folder or a glob"),
        ('servers = ["paris-1"]\nfresh_hours = 1e300', "", "fresh_hours"),
        ('servers = ["paris-1"]\nminutes = 1e9', "", "minutes"),
        ('servers = ["paris-1"]', '[[rings]]\nname = "a"\nservers = ["paris-1"]\ndays = 1e9', "days"),
        (f"servers = {'[' * 3000}", "", "not TOML"),
        (f'servers = ["paris-1"]\nminutes = {"9" * 5000}', "", "not TOML"),
        (
            'servers = ["paris-1"]',
            '[defaults.criteria."SITE-01"]\ntitle = "x"',
            "criteria: belongs to the folder of each",
        ),
        ('servers = ["paris-1"]', '[servers.paris-1.folder]\nx = "x"', "folder: belongs to the folder of each"),
        (
            'servers = ["*-?"]',
            '[[rings]]\nname = "a"\nservers = ["paris-1"]\n[[rings]]\nname = "a"\nservers = ["paris-2"]',
            "two are called a; rename one",
        ),
    ],
)
def test_what_would_count_twice_or_never_is_refused(write: Write, text: str, more: str, line: str) -> None:
    with pytest.raises(FleetError, match=line) as refused:
        load_fleet(write(text, more))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "inventory",
    [
        "a[0:9999][0:9999][0:9999]\n",
        "[g0]\nh\n"
        + "".join(f"[g{n + 1}:children]\n{a}{n}\n[x{n + 1}:children]\n{a}{n}\n" for n in range(40) for a in "g"),
    ],
    ids=["ranges", "diamonds"],
)
def test_an_inventory_of_few_lines_is_read_in_no_time_or_refused(write: Write, inventory: str) -> None:
    with pytest.raises(FleetError):
        load_fleet(write('ansible = "hosts.ini"\nansible_group = "nowhere"', hosts_ini=inventory))


@pytest.mark.parametrize("tag", ['!!timestamp "x"', '!!bool "x"', '!!int ""', '!!float ""'])
def test_a_tag_that_does_not_fit_is_one_line(write: Write, tag: str) -> None:
    with pytest.raises(FleetError, match="not YAML"):
        load_fleet(write('ansible = "hosts.yaml"', hosts_yaml=f"all: {tag}\n"))


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_ring_of_another_century_is_one_line(write: Write, day: str) -> None:
    with pytest.raises(FleetError, match="is no day of a meeting"):
        load_fleet(write(more=f'[[rings]]\nname = "a"\nservers = ["paris-1"]\nmeeting = {day}'))


def test_a_host_without_a_folder_is_one_line(write: Write) -> None:
    with pytest.raises(FleetError, match="rome-1: the inventory's host rome-1 has no folder; create it"):
        load_fleet(write('ansible = "hosts.ini"', hosts_ini="rome-1\n"))


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.ini", "[x]\nhost port", "line 2: port: a variable of a host"),
        ("a.ini", "[x:vars]\nnovalue", "line 2: novalue"),
        ("a.ini", "h'", "line 1: "),
        ("a.ini", "h ansible_port=ssh", "ssh is no port"),
        ("a.ini", 'h ansible_host="{{ x }}"', "templates are not evaluated"),
        ("a.ini", "[a:children]\nb\n[b:children]\na\n[b]\nh", "without an end"),
        ("a.ini", "#!/bin/sh\necho", "is a program"),
        ("a.ini", "h[1:99999999]", "more than"),
        ("a.ini", "a.b\na-b", "two hosts are both called a-b"),
        ("a.yaml", "all: [1]", "all: must be a table"),
        ("a.yaml", "all: {host: {}}", "host is not hosts, vars or children"),
        ("a.yaml", "a: b: c", "not YAML"),
        ("a.yaml", "all: &x {children: {b: *x}}", "more groups|not YAML|recursi"),
        ("a.yaml", "!!python/object/apply:os.system [x]", "not YAML"),
    ],
)
def test_an_inventory_that_makes_no_sense_is_refused(tmp_path: Path, name: str, text: str, expected: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(ValueError, match=expected):
        read_ansible(tmp_path / name)


def test_ranges_and_names() -> None:
    assert list(expanded("web[08:10].x[a:b]")) == [
        "web08.xa",
        "web08.xb",
        "web09.xa",
        "web09.xb",
        "web10.xa",
        "web10.xb",
    ]
    assert list(expanded("w[1:5:2]")) == ["w1", "w3", "w5"]
    assert server_name("Paris_1.example.org") == "paris-1-example-org"


def test_layers_merge_keys_and_leave_lists_whole() -> None:
    layers = Layers({"a": {"x": 1, "y": [1]}}, {"a": {"z": 3}}, "f")
    assert layers.merged({"a": {"y": [2]}, "b": {"k": 1}}) == {"a": {"x": 1, "y": [2], "z": 3}, "b": {"k": 1}}
    assert [layers.place({"a": {"y": [2]}}, "a", key) for key in ("x", "y", "z", "nothing")] == ["f", "", "f", ""]


def test_the_commands_list_and_settings(write: Write) -> None:
    file = write(more='[sites]\nparis = ["paris-*"]')
    done = run("fleet", "list", "--fleet", file, "--group", "paris")
    assert [line.split()[:3] for line in done.stdout.splitlines()] == [
        [f"paris-{n}", f"paris-{n}", "(paris)"] for n in "12"
    ]
    settings = run("fleet", "settings", "paris-1", "--fleet", file).stdout.strip()
    assert settings == load_fleet(file).servers[1].layers.variable()
    for words in (("settings", "rome-1", "--fleet", file), ("list", "--fleet", file.parent / "none.toml"), ("lst",)):
        refused = run("fleet", *words)
        assert (refused.returncode, refused.stdout, len(refused.stderr.splitlines())) == (4, "", 1)


def test_the_inventory_that_the_documentation_prints_is_valid(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "fleet.md").read_text(encoding="utf-8")
    fleet, address, override, rings = re.findall(r"^```toml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    for number, name in enumerate(("paris-1", "paris-2", "paris-3", "lyon-1")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "target.toml").write_text(address.replace("192.0.2.10", f"10.77.0.{number}"))
        for key in ("id_ed25519", "known_hosts", "kubeconfig"):
            (tmp_path / name / key).touch()
    (tmp_path / "fleet.toml").write_text(f"{fleet}\n{override}\n{rings}")
    made = load_fleet(tmp_path / "fleet.toml")
    assert [ring.name for ring in made.rings] == ["canary", "rest"]
    assert {server.site for server in made.servers} == {"paris", "lyon"}
    assert "paris-3" in names(made)


@attack("N7", "Files that others made cost an audit neither its time nor its memory")
@pytest.mark.parametrize("form", ["ini", "yaml"])
def test_many_short_lines_are_no_millions_of_hosts(form: str) -> None:
    """An Ansible inventory of some kilobytes has hundreds of ranges, each of twenty thousand hosts."""
    ranges = [f"h[1:9999]{number}" for number in range(200)]
    text = "\n".join(ranges) if form == "ini" else "all:\n  hosts:\n" + "".join(f'    "{host}":\n' for host in ranges)
    with pytest.raises(ValueError, match="more than 200000 hosts"):
        (parse_ini if form == "ini" else parse_yaml)(text)
