"""Sixty servers on a scheduler and two workers in network namespaces, with TLS: whatever dies or is cut off, each server has
exactly one outcome.

51 are recordings, 6 accept a connection and never say a word, and 3 refuse it.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

import pytest

from fleet.dask.certificates import make_certificates
from fleet.round import Round, read_round

pytest.importorskip("distributed", reason="the package distributed is not installed")
pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
RECORDING = ROOT / "lab" / "recordings" / "ready.json"
PLACES = {"scheduler": 1, "one": 2, "two": 3, "client": 4}
SWITCH = f"p0switch-{os.getpid()}"
DEFAULTS = """
[defaults.host]
user = "phase0-audit"
identity_file = "id_ed25519"
known_hosts = "known_hosts"
[defaults.cluster]
kubeconfig = "kubeconfig"
"""
# Listens on 127.0.0.1 to 127.0.0.6 and never accepts: a login hangs.
SILENT = """import socket, time
held = [socket.create_server((f"127.0.0.{number}", 2200)) for number in range(1, 7)]
time.sleep(3600)"""

ASKING = """import socket, sys
line = socket.create_connection((sys.argv[1], int(sys.argv[2])), 20)
line.sendall(b"GET / HTTP/1.0\\r\\n\\r\\n")
print(line.recv(9))"""


def deadline() -> float:
    """Return the minutes that an audit may take here: eight at once, on two cores or more, and some for the load."""
    began = time.monotonic()
    command = [sys.executable, "-m", "pytest", "-q", f"--target=replay:{RECORDING}", "-m", "not drill"]
    with TemporaryDirectory() as folder:
        subprocess.run([*command, f"--reports={folder}"], cwd=ROOT, capture_output=True, check=False)
    return max(0.5, (time.monotonic() - began) * 8 / 60)


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


def namespace(part: str) -> str:
    return f"p0{part}-{os.getpid()}"


def within(part: str, *words: str) -> list[str]:
    return ["ip", "netns", "exec", namespace(part), *words]


class Network:
    """A namespace for each part, joined by a switch in one of its own, so that each has a cable to cut."""

    def __init__(self) -> None:
        ip("netns", "add", SWITCH)
        ip("-n", SWITCH, "link", "add", "switch", "type", "bridge")
        ip("-n", SWITCH, "link", "set", "switch", "up")
        for part, number in PLACES.items():
            ip("netns", "add", namespace(part))
            ip("-n", SWITCH, "link", "add", part, "type", "veth", "peer", "name", "cable", "netns", namespace(part))
            ip("-n", SWITCH, "link", "set", part, "master", "switch", "up")
            ip("-n", namespace(part), "address", "add", f"10.77.201.{number}/24", "dev", "cable")
            for link in ("cable", "lo"):
                ip("-n", namespace(part), "link", "set", link, "up")

    def cable(self, part: str, state: str) -> None:
        """Cut the cable of a part (`down`), or join it again (`up`)."""
        ip("-n", SWITCH, "link", "set", part, state)

    def close(self) -> None:
        for name in (SWITCH, *map(namespace, PLACES)):
            subprocess.run(["ip", "netns", "delete", name], check=False)


class Site:
    """The inventory, the certificates, and the services that run."""

    def __init__(self, folder: Path, network: Network) -> None:
        self.folder, self.network = folder, network
        self.running: dict[str, subprocess.Popen[str]] = {}
        self.lines: dict[str, IO[str]] = {}
        make_certificates(folder / "certificates", 1)
        (folder / "targets").mkdir()
        for number in range(51):
            shutil.copy(RECORDING, folder / "targets" / f"sound-{number:02}.json")
        for number in range(9):
            self._silent(f"hangs-{number}" if number < 6 else f"refuses-{number}", number + 1)
        written = f'[fleet]\nname = "edge"\nservers = ["replay:*.json", "*-?"]\nminutes = {deadline():.2f}\n{DEFAULTS}'
        (folder / "targets" / "fleet.toml").write_text(written)

    def _silent(self, name: str, number: int) -> None:
        target = self.folder / "targets" / name
        target.mkdir()
        for key in ("known_hosts", "kubeconfig"):
            (target / key).touch()
        (target / "id_ed25519").touch(mode=0o600)
        (target / "target.toml").write_text(f'[host]\naddress = "127.0.0.{number}"\nport = 2200\n')

    def serve(self, part: str) -> None:
        """Start a service, and wait until it says that it is there."""
        words = [
            "worker",
            "tls://10.77.201.1:8786",
            "--slots=4",
            f"--name={part}",
            f"--fleet={self.folder}/targets/fleet.toml",
        ]
        if part == "scheduler":
            words = ["scheduler", "tls://10.77.201.1:8786"]
        self._start(part, words)
        line = self.out(part)
        assert line.startswith(part if part == "scheduler" else f"worker {part}: 60 servers"), line

    def _start(self, part: str, words: list[str]) -> None:
        command = [sys.executable, "-m", "fleet", *words, f"--certificates={self.folder}/certificates"]
        self.running[part] = subprocess.Popen(within(part, *command), cwd=ROOT, stdout=subprocess.PIPE, text=True)
        stream = self.running[part].stdout
        assert stream
        self.lines[part] = stream

    def out(self, part: str) -> str:
        """Return the next line of a part, or "" when it has ended."""
        return self.lines[part].readline()

    def kill(self, part: str) -> None:
        process = self.running.pop(part)
        process.kill()
        process.wait()

    def round(self, act: Callable[[], object] = lambda: None) -> tuple[int, Round | None, list[str]]:
        """Hold a round, and act when twelve servers have a result; return status, round and lines."""
        out = self.folder / f"out-{time.monotonic_ns()}"
        at = ["--scheduler=tls://10.77.201.1:8786", f"--fleet={self.folder}/targets/fleet.toml", f"--reports={out}"]
        self._start("client", ["audit", *at])
        lines: list[str] = []
        while line := self.out("client"):
            lines.append(line)
            if line.startswith("[12/60]"):
                act()
        client = self.running.pop("client", None)
        status = client.wait() if client else -signal.SIGKILL
        file = out / "fleet.json"
        return status, read_round(file.read_bytes(), "fleet.json") if file.exists() else None, lines

    def close(self) -> None:
        for part in list(self.running):
            self.kill(part)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    network = Network()
    silent = [subprocess.Popen(within(part, sys.executable, "-c", SILENT)) for part in ("one", "two")]
    made = Site(tmp_path_factory.mktemp("site"), network)
    try:
        yield made
    finally:
        made.close()
        for process in silent:
            process.kill()
            process.wait()
        network.close()


@pytest.fixture
def cluster(site: Site) -> Iterator[Site]:
    """The site with its three services, which are new for every test."""
    for part in ("scheduler", "one", "two"):
        site.network.cable(part, "up")
        site.serve(part)
    site.network.cable("client", "up")
    yield site
    site.close()


def once_each(lines: list[str], round: Round | None) -> Counter[str]:
    """Return how many servers have which outcome, after a check that each has one, and a line of its own."""
    assert round is not None
    told = Counter(found[1] for line in lines if (found := re.match(r"\[\d+/60\] (\S+):", line)))
    assert set(told.values()) == {1}
    assert len(told) == len(round.rows) == len({row.name for row in round.rows}) == 60
    return Counter(row.missing or (row.judged.verdict if row.judged else "") for row in round.rows)


def whole(count: Counter[str]) -> bool:
    """Whether all recordings were judged, and those that hang or refuse have no decision."""
    return count["GO"] == 51 and count.total() == 60 and not count["lost"]


def test_nothing_dies(cluster: Site) -> None:
    status, round, lines = cluster.round()
    assert whole(once_each(lines, round))
    assert status == 10
    out = next(cluster.folder.glob("out-*"))
    assert (out / "servers" / "sound-00" / "run.json").stat().st_size > 10_000
    assert (out / "fleet.html").exists()


def test_a_worker_is_killed(cluster: Site) -> None:
    _, round, lines = cluster.round(lambda: cluster.kill("one"))
    assert whole(once_each(lines, round))


def test_the_network_of_a_worker_is_cut(cluster: Site) -> None:
    _, round, lines = cluster.round(lambda: cluster.network.cable("one", "down"))
    assert whole(once_each(lines, round))


@pytest.mark.parametrize("what", ["killed", "cut off"])
def test_the_scheduler_is_lost(cluster: Site, what: str) -> None:
    act = (
        (lambda: cluster.kill("scheduler"))
        if what == "killed"
        else (lambda: cluster.network.cable("scheduler", "down"))
    )
    status, round, lines = cluster.round(act)
    count = once_each(lines, round)
    assert status == 10
    assert count["lost"] > 0
    assert count["GO"] + count["lost"] + count["UNDECIDED"] + count["late"] == 60
    assert count.total() - count["lost"] >= 12, "what had ended is kept"


def test_the_client_is_killed_and_another_round_gets_all(cluster: Site) -> None:
    status, round, _ = cluster.round(lambda: cluster.kill("client"))
    assert (status, round) == (-signal.SIGKILL, None)
    _, round, lines = cluster.round()
    assert whole(once_each(lines, round))


@pytest.mark.usefixtures("cluster")
def test_nobody_listens_without_tls() -> None:
    """Every port on which a service listens beyond its own machine closes a connection in clear."""
    for part in ("scheduler", "one"):
        listed = subprocess.run(within(part, "ss", "-Htln"), capture_output=True, text=True, check=True).stdout
        places = [row.split()[3] for row in listed.splitlines() if not row.split()[3].startswith("127.")]
        (port,) = {place.rpartition(":")[2] for place in places}  # of IPv4 and IPv6
        asking = within("client", sys.executable, "-c", ASKING, f"10.77.201.{PLACES[part]}", port)
        said = subprocess.run(asking, capture_output=True, text=True)
        assert said.stdout.strip() == "b''" or "ConnectionReset" in said.stderr
