"""A round on a cluster of Dask: each server has exactly one result, whatever dies, and nobody without a certificate has a say.

The audits are scripted; test_fleet_cluster.py has real ones, and a network that is cut.
"""

import signal
import socket
import ssl
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fleet.dask.certificates import make_certificates
from fleet.inventory.fleet_toml import load_fleet
from fleet.inventory.inventory import FleetError
from fleet.round import Round, read_round
from fleet.running.audit import RoundOptions, audit_fleet
from testing.threats import attack

pytest.importorskip("distributed", reason="the package distributed is not installed")
pytestmark = pytest.mark.filterwarnings("ignore")  # what Dask and tornado leave to the garbage collector is theirs

from testing.fleet_clusters import Cluster, cluster, conducted, context, inventory  # noqa: E402 — it loads Dask

SERVERS = (
    *(f"sound-{number:02}" for number in range(51)),
    *(f"hangs-{number}" for number in range(6)),
    *(f"refuses-{number}" for number in range(3)),
)


@pytest.fixture(scope="module")
def made() -> Iterator[Cluster]:
    with cluster() as running:
        yield running


def held(
    made: Cluster, file: Path, folder: Path, tell: Callable[[str], None], language: str = "en"
) -> tuple[int, Round]:
    """Run a round on a cluster; return its exit status and what it wrote."""
    options = RoundOptions(
        reports=folder, at_once=0, scheduler=made.address, certificates=made.certificates, language=language
    )
    status = audit_fleet(load_fleet(file), options, tell)
    return status, read_round((folder / "fleet.json").read_bytes(), "fleet.json")


def quiet(_line: str) -> None:
    """Take a line, and print nothing."""


def outcomes(round: Round) -> Counter[str]:
    """Count what became of the servers: a decision, or why there is none."""
    return Counter(row.missing or (row.judged.verdict if row.judged else "") for row in round.rows)


def at(line: str, act: Callable[[], object], lines: list[str]) -> Callable[[str], None]:
    """Return what takes lines, and acts at the first one that begins so."""

    def tell(said: str) -> None:
        lines.append(said)
        if said.startswith(line):
            act()

    return tell


@pytest.mark.long
def test_a_worker_that_dies_costs_no_result(made: Cluster, tmp_path: Path) -> None:
    file = inventory(tmp_path / "targets", *SERVERS, minutes=0.03)
    made.worker("one", file)
    made.worker("two", file)
    lines: list[str] = []
    status, round = held(made, file, tmp_path / "out", at("[12/60]", lambda: made.kill("one"), lines))
    made.kill("two")
    assert outcomes(round) == {"GO": 51, "late": 6, "failed": 3}
    assert sorted(row.name for row in round.rows) == sorted(SERVERS)
    told = Counter(line.split("] ")[1].partition(":")[0] for line in lines if line.startswith("["))
    assert told == dict.fromkeys(SERVERS, 1)
    assert status == 10


def test_what_is_under_way_is_ended_by_ctrl_c(made: Cluster, tmp_path: Path) -> None:
    file = inventory(tmp_path / "targets", "hangs-1", "sound-1")
    made.worker("one", file)
    lines: list[str] = []
    tell = at("[1/2]", lambda: signal.raise_signal(signal.SIGINT), lines)
    status, round = held(made, file, tmp_path / "out", tell)
    assert (status, round.unfinished) == (130, ("hangs-1",))
    assert outcomes(round) == {"GO": 1, "interrupted": 1}
    made.kill("one")


def test_the_death_of_the_scheduler_keeps_what_has_ended(tmp_path: Path) -> None:
    with cluster() as made:
        file = inventory(tmp_path / "targets", *SERVERS)
        made.worker("one", file, slots=12)
        lines: list[str] = []
        status, round = held(made, file, tmp_path / "out", at("[20/60]", lambda: made.kill("scheduler"), lines))
        assert status == 10
        count = outcomes(round)
        assert 60 - count["lost"] >= 20
        assert count["lost"] >= 6, "those that hang"
        assert count.total() == 60
        assert not round.unfinished
        assert {row.detail for row in round.rows if row.missing == "lost"} == {f"{made.address}: the scheduler is gone"}
        made.processes["one"].join(30)
        assert made.processes.pop("one").exitcode == 1, "a worker without a scheduler ends, and systemd starts it again"


def test_the_death_of_the_client_frees_its_workers(made: Cluster, tmp_path: Path) -> None:
    file = inventory(tmp_path / "targets", *(f"hangs-{number}" for number in range(4)), "sound-1")
    made.worker("one", file, slots=5)
    client = context().Process(target=conducted, args=(made.address, made.certificates, file, tmp_path / "out"))
    client.start()
    while not (tmp_path / "told").exists():  # the sound one has ended, the others take all but one slot
        assert client.is_alive()
        time.sleep(0.05)
    client.kill()
    client.join()
    only = load_fleet(file).servers[-1].name
    assert only == "sound-1"
    text = file.read_text()
    file.write_text(f'{text}\n[groups]\nsound = ["sound-*"]\n')
    options = RoundOptions(
        reports=tmp_path / "out2", group="sound", at_once=0, scheduler=made.address, certificates=made.certificates
    )
    assert audit_fleet(load_fleet(file), options, quiet) == 10, "the others were never audited"
    made.kill("one")


def test_a_worker_of_another_inventory_is_refused_by_name(made: Cluster, tmp_path: Path) -> None:
    file = inventory(tmp_path / "targets", "sound-1", "sound-2")
    made.worker("stale", inventory(tmp_path / "older", "sound-1"))
    lines: list[str] = []
    with pytest.raises(FleetError, match="all 1 workers are refused"):
        held(made, file, tmp_path / "out", lines.append)
    assert lines == ["worker stale: refused: its inventory is another: copy fleet.toml and its folders there"]
    made.worker("fresh", file)
    status, round = held(made, file, tmp_path / "out", lines.append)
    assert (status, outcomes(round)) == (0, {"GO": 2})
    made.kill("fresh")
    made.kill("stale")


def test_a_worker_of_another_version_is_refused_by_name(
    made: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = inventory(tmp_path / "targets", "sound-1")
    made.worker("old", file)
    monkeypatch.setattr("fleet.dask.identity.tool", lambda: "9.9.9+0")
    lines: list[str] = []
    with pytest.raises(FleetError, match="refused"):
        held(made, file, tmp_path / "out", lines.append)
    made.kill("old")
    (line,) = lines
    assert line.startswith("worker old: refused: it runs phase0-gate 0.2.0+")
    assert line.endswith("and this is 9.9.9+0: install the same there, and restart it")


@attack("N10", "Nobody without a certificate of the cluster's authority has a say in it")
@pytest.mark.parametrize("how", ["none", "of another authority", "plain"])
def test_nobody_else_reaches_the_scheduler(made: Cluster, tmp_path: Path, how: str) -> None:
    """Somebody speaks to the scheduler without a certificate, with one of an authority of his own, or without TLS."""
    make_certificates(tmp_path / "own", 1)
    host, _, port = made.address.removeprefix("tls://").rpartition(":")
    context = ssl.create_default_context(cafile=str(made.certificates / "authority.pem"))
    context.check_hostname = False
    if how == "of another authority":
        context.load_cert_chain(tmp_path / "own" / "client.pem", tmp_path / "own" / "client.key")
    said = b""
    with socket.create_connection((host, int(port)), timeout=20) as plain:
        try:
            with plain if how == "plain" else context.wrap_socket(plain) as line:
                line.sendall(b"\0" * 64)
                said = line.recv(1)
        except OSError:  # closed, or an alert of TLS
            said = b""
    assert said == b""


@attack("N10", "A certificate of whoever starts rounds is none of a scheduler or a worker")
def test_the_client_s_certificate_serves_nobody(made: Cluster) -> None:
    """The client's certificate is shown as that of a server."""
    verify = ["openssl", "verify", "-CAfile", str(made.certificates / "authority.pem"), "-purpose", "sslserver"]
    for role, sound in (("client", False), ("worker", True), ("scheduler", True)):
        done = subprocess.run([*verify, str(made.certificates / f"{role}.pem")], capture_output=True)
        assert (done.returncode == 0) is sound
    assert not (made.certificates / "authority.key").exists()
    assert all(not file.stat().st_mode & 0o077 for file in made.certificates.glob("*.key"))
    assert made.certificates.stat().st_mode & 0o777 == 0o700
