"""`make install` and `make uninstall`, run in temporary folders: modes, owners and links.

The scripts are the real ones; Python and systemd are replaced, so that no package is fetched and no unit is started.
"""

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from pwd import getpwnam

import pytest

from testing.places import entered_by_all
from testing.threats import attack

ROOT = Path(__file__).parents[1]
INSTALLED = ("--", ":!testing", ":!.ci", ":!.github", ":!lab/[!r]*")  # what an installation reads, and a little more
FEW = tuple(
    f":!{room}/*/*" for room in ("docs", "fixtures", "fleet", "remediations", "reports")
)  # of each room its own files
WEAK = "games"  # an account without rights that exists on every Debian system
PLACES = {
    "etc": "/etc/phase0-audit",
    "state": "/var/lib/phase0-audit",
    "units": "/usr/local/lib/systemd/system",
}
PYTHON = """\
#!/bin/sh
# python3: makes a virtual environment as python3 does, with the umask it is called with; runs nothing else.
case "$2" in
  venv) mkdir -p "$3/bin" "$3/lib"; cp "$0" "$3/bin/python"; ln -s python "$3/bin/python3" ;;
  pip) echo package > "$(dirname "$0")/../lib/package.py" ;;
esac
[ "$2" != -c ] || echo "edge 127.0.0.1"
"""
whole = pytest.mark.parametrize("machine", ["whole"], indirect=True)
root = pytest.mark.skipif(os.geteuid() != 0, reason="only root writes into the folder of a weaker account")


class Machine:
    """A clone, a PREFIX, and the folders of /etc and /var that the scripts name, all below one folder.

    A clone that is not `whole` lacks the folders inside the rooms: the scripts treat them as they treat the rooms' files.
    """

    def __init__(self, folder: Path, *, whole: bool = False) -> None:
        self.folder, self.clone, self.prefix = folder, folder / "clone", folder / "prefix"
        self.etc, self.state, self.units = folder / "etc", folder / "state", folder / "units"
        self.program, self.observer = self.prefix / "lib/phase0-audit", self.prefix / "lib/phase0-gate/observer"
        tools = folder / "tools"
        tools.mkdir()
        for name in ("systemctl", "systemd-sysusers", "userdel"):
            (tools / name).write_text(f'#!/bin/sh\necho "{name} $*" >> {folder}/calls\n')
        (tools / "python3").write_text(PYTHON)
        for tool in tools.iterdir():
            tool.chmod(0o755)
        self.env = {**os.environ, "PREFIX": str(self.prefix), "PATH": f"{tools}:{os.environ['PATH']}", "TARGET": ""}
        self.env.pop("PYTHON", None)
        self._cloned(INSTALLED if whole else (*INSTALLED, *FEW))

    def _cloned(self, files: tuple[str, ...]) -> None:
        """Copy what an installation reads, and change the paths in its scripts to those of this machine."""
        listed = subprocess.run(["git", "ls-files", "-z", *files], cwd=ROOT, capture_output=True, check=True).stdout
        self.clone.mkdir()
        copy = ["cp", "--parents", "--target-directory", str(self.clone)]
        subprocess.run(["xargs", "-0", *copy], cwd=ROOT, input=listed, check=True)
        for script in (self.clone / ".make").iterdir():
            text = script.read_text().replace("account=phase0-gate", f"account={WEAK}")
            for name, place in PLACES.items():
                text = text.replace(f"{name}={place}", f"{name}={getattr(self, name)}")
            script.write_text(text)

    def make(self, script: str, *words: str, umask: str = "022", **env: str) -> subprocess.CompletedProcess[str]:
        """Run a script of .make in a shell with this umask."""
        return subprocess.run(
            ["sh", "-c", f'umask {umask}; exec "$@"', "sh", f".make/{script}.sh", *words],
            cwd=self.clone,
            env={**self.env, **env},
            capture_output=True,
            text=True,
            timeout=120,
        )

    def done(self, script: str, *words: str, umask: str = "022", **env: str) -> str:
        """Run a script that must succeed; return its output."""
        ran = self.make(script, *words, umask=umask, **env)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout + ran.stderr


@pytest.fixture
def machine(request: pytest.FixtureRequest) -> Iterator[Machine]:
    with entered_by_all() as folder:
        yield Machine(folder, whole=hasattr(request, "param"))


def entries(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """Yield everything below the folder except links."""
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            yield path, path.lstat()


def writable(folder: Path) -> list[Path]:
    """Return the paths that other accounts than this one can write, or that another account owns."""
    return [path for path, seen in entries(folder) if seen.st_mode & 0o022 or seen.st_uid != os.geteuid()]


def opened(folder: Path) -> None:
    """Give everybody write permission on the folder and all below it, as `umask 000` would."""
    for path, seen in list(entries(folder)):
        path.chmod(seen.st_mode | (0o777 if path.is_dir() or seen.st_mode & 0o100 else 0o666))


@whole
@attack("T12", "Only who installs may write to what is installed")
@pytest.mark.parametrize("umask", ["000", "002", "077"])
def test_no_umask_leaves_a_program_others_may_write(machine: Machine, umask: str) -> None:
    """The clone was made with umask 000, and whoever installs has a umask of 000, 002 or 077."""
    opened(machine.clone)
    output = machine.done("install", umask=umask)
    assert "anybody may write to this clone" in output
    for folder in (machine.program, machine.prefix / "bin"):
        assert writable(folder) == []
    unread = [path for path, seen in entries(machine.program) if not seen.st_mode & stat.S_IROTH]
    assert unread == [], "the account of the audits reads all of it"
    assert (machine.program / ".venv/lib/package.py").exists()
    for program in ("deploy/schedule", "deploy/kubernetes/hold", ".venv/bin/python"):
        assert os.access(machine.program / program, os.X_OK)


@attack("T12", "Only who installs may write to what is installed")
@pytest.mark.parametrize("open_before", ["", ".venv/lib/package.py", ".venv/lib", "gate", "deploy/schedule"])
def test_an_installation_that_was_open_is_made_anew(machine: Machine, open_before: str) -> None:
    """An earlier installation is writable by all, in whole or in one place, and somebody has left modules in it."""
    machine.done("install")
    planted = [
        machine.program / name for name in ("msgspec.py", "sitecustomize.py", "gate/evil.py", ".venv/lib/evil.pth")
    ]
    for module in planted:
        module.write_text("raise SystemExit('planted')\n")
    opened(machine.program) if not open_before else (machine.program / open_before).chmod(0o777)
    assert "is made anew" in machine.done("install")
    assert [module for module in planted if module.exists()] == []
    assert writable(machine.program) == []


def test_a_sound_environment_is_kept_by_an_upgrade(machine: Machine) -> None:
    machine.done("install")
    (machine.program / ".venv/lib/kept.py").touch(mode=0o644)
    (machine.program / "tests/test_gone.py").touch(mode=0o644)
    assert "is made anew" not in machine.done("install")
    assert (machine.program / ".venv/lib/kept.py").exists()
    assert not (machine.program / "tests/test_gone.py").exists()


@attack("T12", "Installing writes to no file and deletes none but its own")
@pytest.mark.parametrize("link", ["lib/phase0-audit", "bin/phase0-gate"])
def test_a_link_in_its_place_is_not_followed(machine: Machine, link: str) -> None:
    """The program's folder, or its command, is a link to something of somebody's."""
    victim = machine.folder / "victim"
    victim.mkdir()
    (victim / "precious").write_text("precious")
    (machine.prefix / link).parent.mkdir(parents=True)
    (machine.prefix / link).symlink_to(victim if link.startswith("lib") else victim / "precious")
    machine.done("install")
    machine.done("uninstall")
    assert [path.name for path in victim.iterdir()] == ["precious"]
    assert (victim / "precious").read_text() == "precious"


@attack("T12", "Nothing is installed below a folder that others may change")
@pytest.mark.parametrize("below", ["", "lib", "bin"])
@pytest.mark.parametrize(
    "how", ["everybody's", *(pytest.param(who, marks=root) for who in ("another account's", "a group's"))]
)
def test_a_folder_of_others_is_refused(machine: Machine, below: str, how: str) -> None:
    """PREFIX, or lib or bin in it, may be written by everybody or by a group of another account, or belongs to one."""
    folder = machine.prefix / below
    folder.mkdir(parents=True)
    if how == "another account's":
        shutil.chown(folder, WEAK)
    elif how == "a group's":
        shutil.chown(folder, group=WEAK)
    folder.chmod({"everybody's": 0o777, "a group's": 0o775}.get(how, 0o755))
    ran = machine.make("install")
    assert ran.returncode == 4
    assert ran.stderr.startswith(f"make install: {folder} belongs to, or may be written by, another account")
    assert not machine.program.exists()


@attack("T12", "The observer of a server that audits itself survives the program")
@pytest.mark.parametrize("earlier", [True, False])
def test_the_observer_stays(machine: Machine, earlier: bool) -> None:
    """The program is installed, upgraded from the place it once shared with the observer, and uninstalled."""
    machine.observer.parent.mkdir(parents=True)
    machine.observer.write_text("#!/bin/sh\n")
    if earlier:
        shutil.copytree(machine.clone / "gate", machine.observer.parent / "gate")
        (machine.observer.parent / "pyproject.toml").touch()
    machine.done("install")
    assert [path.name for path in machine.observer.parent.iterdir()] == ["observer"]
    machine.done("uninstall")
    assert [path.name for path in machine.observer.parent.iterdir()] == ["observer"]
    assert not machine.program.exists()


def scheduled(machine: Machine) -> tuple[Path, Path]:
    """Make a target on a schedule as the audit's account left it; return its folders in /etc and in /var."""
    etc, state = machine.etc / "edge", machine.state / "edge"
    (etc / "documents").mkdir(parents=True)
    for name in ("target.toml", "attestations.toml", "worklog.csv", "documents/budget.pdf", "id_ed25519"):
        (etc / name).write_text(f"the target's {name}")
    (state / "reports").mkdir(parents=True)
    for name in ("history.sqlite", "told.json", "reports/verdict.html"):
        (state / name).write_text(f"the audit's {name}")
    for path in (state, *state.rglob("*")):
        shutil.chown(path, WEAK, WEAK)
    return etc, state


def victims(machine: Machine) -> Mapping[str, tuple[str, int, int]]:
    """Return content, owner and mode of files that no installation may change."""
    folder = machine.folder / "victims"
    if not folder.exists():
        folder.mkdir()
        for name in ("shadow", "passwd", "crontab"):
            (folder / name).write_text(f"root's {name}")
            (folder / name).chmod(0o600)
    return {path.name: (path.read_text(), path.stat().st_uid, path.stat().st_mode) for path in folder.iterdir()}


def laid(machine: Machine, place: Path, to: str, how: str) -> None:
    """Put a link at a place of the account's folder, as the account could."""
    if place.is_dir():
        shutil.rmtree(place)
    place.unlink(missing_ok=True)
    target = machine.folder / "victims" / to
    place.hardlink_to(target) if how == "hard" else place.symlink_to(target)
    if how != "hard":
        account = getpwnam(WEAK)
        os.chown(place, account.pw_uid, account.pw_gid, follow_symlinks=False)


@root
@attack("T12", "Root follows no link below the folder of a weaker account")
@pytest.mark.parametrize("how", ["soft", "hard"])
@pytest.mark.parametrize(
    ("name", "to"),
    [
        ("target.toml", "passwd"),
        ("attestations.toml", "shadow"),
        ("worklog.csv", "new-file"),
        ("documents", ""),
        ("documents", "crontab"),
        ("history.sqlite", "shadow"),
        ("history.sqlite-wal", "new-file"),
        ("told.json", "passwd"),
        ("reports", ""),
        ("light", "."),
        ("schedule.lock", "shadow"),
    ],
)
def test_links_do_not_lead_an_uninstallation_astray(machine: Machine, name: str, to: str, how: str) -> None:
    """The account of the audits lays links to root's files where uninstalling copies, deletes or changes owners."""
    before, (_, state) = victims(machine), scheduled(machine)
    if how == "hard" and to in ("", ".", "new-file"):
        pytest.skip("only an existing file has a second name")
    laid(machine, state / name, to, how)
    machine.done("uninstall")
    assert victims(machine) == before
    assert not machine.etc.exists()
    assert (state / "target.toml").read_text() == "the target's target.toml"
    assert (state / "documents/budget.pdf").read_text() == "the target's documents/budget.pdf"
    assert not (state / "id_ed25519").exists()


@root
def test_an_uninstallation_keeps_what_is_evidence_for_root_alone(machine: Machine) -> None:
    etc, state = scheduled(machine)
    for part in ("-wal", "-shm"):
        (state / f"history.sqlite{part}").write_text("open")
    machine.done("uninstall")
    assert (state / "history.sqlite").read_text() == "the audit's history.sqlite"
    assert {path.name for path in state.iterdir()} == {
        "history.sqlite", "history.sqlite-wal", "history.sqlite-shm",
        "target.toml", "attestations.toml", "worklog.csv", "documents",
    }  # fmt: skip
    assert not etc.exists()
    assert writable(state) == []
    assert all(not seen.st_mode & 0o007 for _, seen in entries(state))
    assert f"userdel {WEAK}" in (machine.folder / "calls").read_text()


def on_schedule(machine: Machine, *words: str, umask: str = "022") -> subprocess.CompletedProcess[str]:
    """Run `make install TARGET=site` from where the program is installed."""
    site = machine.folder / "site"
    if not site.exists():
        site.mkdir()
        (site / "target.toml").write_text("[target]\n")
        (site / "history.sqlite").write_text("the site's own")
        (site / "history.sqlite-wal").write_text("its log")
    return machine.make("schedule", *(words or (str(machine.program),)), umask=umask, TARGET=str(site))


@root
@attack("T12", "Root follows no link below the folder of a weaker account")
@pytest.mark.parametrize("how", ["soft", "hard"])
@pytest.mark.parametrize(
    ("name", "to"),
    [
        ("history.sqlite", "shadow"),
        ("history.sqlite", "new-file"),
        ("history.sqlite-wal", "passwd"),
        ("history.sqlite-shm", "new-file"),
        ("documents", ""),
        ("light", "crontab"),
    ],
)
@pytest.mark.parametrize("after", ["an audit", "an uninstallation"])
def test_links_do_not_lead_a_schedule_astray(machine: Machine, name: str, to: str, how: str, after: str) -> None:
    """Links to root's files lie where a schedule brings its history and gives the folder to the account again."""
    if how == "hard" and to in ("", "new-file"):
        pytest.skip("only an existing file has a second name")
    machine.done("install")
    before, state = victims(machine), machine.state / "edge"
    state.mkdir(parents=True)
    laid(machine, state / name, to, how)
    shutil.chown(state, *((WEAK, WEAK) if after == "an audit" else ("root", "root")))
    ran = on_schedule(machine)
    assert ran.returncode == 0 or "Permission denied" in ran.stderr, (
        "the account may not write there, and it is the account that tries"
    )
    assert victims(machine) == before


@root
@pytest.mark.parametrize("umask", ["000", "022", "077"])
def test_a_schedule_has_its_own_modes_and_the_sites_history(machine: Machine, umask: str) -> None:
    machine.done("install")
    ran = on_schedule(machine, umask=umask)
    assert ran.returncode == 0, ran.stderr
    state, etc = machine.state / "edge", machine.etc / "edge"
    assert (etc / "history.sqlite").readlink() == state / "history.sqlite"
    for name, text in (("history.sqlite", "the site's own"), ("history.sqlite-wal", "its log")):
        seen = (state / name).stat()
        assert ((state / name).read_text(), (state / name).owner(), seen.st_mode & 0o777) == (text, WEAK, 0o640)
    assert (state.owner(), state.stat().st_mode & 0o777) == (WEAK, 0o750)
    assert (machine.state.owner(), machine.state.stat().st_mode & 0o777) == ("root", 0o755)
    assert writable(machine.units) == writable(etc) == []
    assert all(seen.st_mode & stat.S_IROTH for _, seen in entries(machine.units))
    assert all(not seen.st_mode & 0o007 for _, seen in entries(etc))
    assert str(machine.program) in (machine.units / "phase0-audit-daily@.service").read_text()


@root
@attack("T12", "Root follows no link below the folder of a weaker account")
@pytest.mark.parametrize("part", ["", "-wal", "-shm"])
def test_a_link_in_the_target_gives_the_account_nothing_of_roots(machine: Machine, part: str) -> None:
    """The history in the folder that is put on a schedule, or its log, is a link to a file only root may read."""
    machine.done("install")
    victims(machine)
    on_schedule(machine, "ready")
    link = machine.folder / "site" / f"history.sqlite{part}"
    link.unlink(missing_ok=True)
    link.symlink_to(machine.folder / "victims/shadow")
    assert on_schedule(machine).returncode == 0
    left = [path for path in (machine.state / "edge").iterdir() if path.is_file()]
    assert not any("root's shadow" in path.read_text() for path in left)


@root
def test_an_upgrade_without_a_target_renews_the_units_of_the_same_program(machine: Machine) -> None:
    unit = machine.units / "phase0-audit-daily@.service"
    machine.units.mkdir(parents=True)
    (machine.units / "phase0-audit-.service.d").mkdir()
    unit.write_text(f"ExecStart={machine.prefix}/lib/phase0-gate/deploy/schedule daily\n")
    machine.done("install")
    assert f"ExecStart={machine.program}/deploy/schedule daily" in unit.read_text()
    unit.write_text("ExecStart=/opt/elsewhere/deploy/schedule daily\n")
    machine.done("install")
    assert unit.read_text() == "ExecStart=/opt/elsewhere/deploy/schedule daily\n"


FLEET_PYTHON = """\
#!/bin/sh
# python: reads an inventory as root, and says to the account of the audits that it is fine.
[ "$(id -u)" = 0 ] || exit 0
PYTHONDONTWRITEBYTECODE=1 exec @PYTHON@ "$@"
"""
FLEET = """\
[fleet]
name = "edge"
servers = ["paris-*"]
[defaults.host]
user = "u"
[defaults.cluster]
kubeconfig = "k"
"""


def fleet_on_schedule(machine: Machine, *names: str) -> subprocess.CompletedProcess[str]:
    """Run `make install FLEET=…` for servers of these names, from where the program is installed."""
    site = machine.folder / "site"
    for number, name in enumerate(names):
        (site / name).mkdir(parents=True)
        (site / name / "target.toml").write_text(f'[host]\naddress = "127.0.0.{number + 1}{len(name)}"\n')
        (site / name / "history.sqlite").write_text(f"the history of {name}")
    (site / "fleet.toml").write_text(FLEET)
    python = machine.program / ".venv" / "bin" / "python"
    python.write_text(FLEET_PYTHON.replace("@PYTHON@", sys.executable))
    return machine.make("schedule", str(machine.program), FLEET=str(site / "fleet.toml"))


@whole
@root
def test_a_fleet_is_scheduled_as_one_and_has_a_history_for_each_server(machine: Machine) -> None:
    machine.done("install")
    done = fleet_on_schedule(machine, "paris-1", "paris-22", "rome-1")
    assert done.returncode == 0, done.stderr
    assert "reports/fleet.html" in done.stdout
    assert "phase0-audit-daily@edge.timer" in (machine.folder / "calls").read_text()
    assert "TimeoutStartSec=12h" in (machine.units / "phase0-audit-daily@edge.service.d" / "fleet.conf").read_text()
    assert sorted(path.name for path in (machine.etc / "edge").iterdir()) == ["fleet.toml", "paris-1", "paris-22"]
    for name in ("paris-1", "paris-22"):
        kept = machine.state / "edge" / name / "history.sqlite"
        assert (machine.etc / "edge" / name / "history.sqlite").readlink() == kept
        assert (kept.read_text(), kept.stat().st_uid) == (f"the history of {name}", getpwnam(WEAK).pw_uid)
    (machine.state / "edge" / "paris-1" / "history.sqlite").write_text("what audits added")
    (machine.etc / "edge" / "paris-1" / "target.toml").write_text('[host]\naddress = "127.0.0.9"\n')
    again = fleet_on_schedule(machine, "paris-333")
    assert again.returncode == 0, again.stderr
    assert (machine.etc / "edge" / "paris-1" / "target.toml").read_text() == '[host]\naddress = "127.0.0.9"\n'
    assert (machine.state / "edge" / "paris-333" / "history.sqlite").exists(), "a server that is new comes along"
    machine.done("uninstall")
    assert not machine.etc.exists()
    assert list(machine.units.iterdir()) == []
    assert (machine.state / "edge" / "paris-1" / "history.sqlite").read_text() == "what audits added"
    assert (machine.state / "edge" / "paris-22" / "target.toml").exists()
    assert writable(machine.state) == []


@whole
@root
def test_a_fleet_follows_no_link_that_the_account_laid_for_one_of_its_servers(machine: Machine) -> None:
    machine.done("install")
    (machine.folder / "victim").mkdir()
    assert fleet_on_schedule(machine, "paris-1").returncode == 0
    (machine.state / "edge" / "paris-22").symlink_to(machine.folder / "victim")
    fleet_on_schedule(machine, "paris-22")
    assert (machine.folder / "victim").stat().st_uid == 0
    assert list((machine.folder / "victim").iterdir()) == []


@whole
@root
def test_a_server_and_a_fleet_of_one_name_do_not_share_a_schedule(machine: Machine) -> None:
    machine.done("install")
    assert on_schedule(machine).returncode == 0
    done = fleet_on_schedule(machine, "paris-1")
    assert done.returncode == 4
    assert "is the schedule of a server of that name" in done.stderr
