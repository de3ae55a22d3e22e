"""What of a cluster needs none: addresses, certificates, what a task and its result hold, and what a worker refuses."""

import itertools
import shutil
import threading
import zlib
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future
from pathlib import Path

import msgspec
import pytest

from fleet.__main__ import main
from fleet.dask import held
from fleet.dask.address import scheduler_address
from fleet.dask.certificates import CertificateError, credentials, make_certificates
from fleet.dask.cluster import FETCHING, Cluster, Sent
from fleet.dask.identity import Identity, digest, identity_of
from fleet.dask.task import MOST_REPORT, Task, Told, packed, unpack
from fleet.inventory.fleet_toml import load_fleet
from fleet.inventory.inventory import Server
from fleet.rows import Heard
from fleet.running.conductor import Conductor, Limits, LostError
from fleet.running.order import Order
from fleet.running.progress import Progress
from fleet.running.worker import audit_server
from reports.text.words import Voice
from testing.fleets import GO, Scripted, orders, recording
from testing.threats import attack

TARGET = '[target]\nname = "{0}"\ntitle = "{0}"\n\n[host]\naddress = "10.9.8.7"\n'


@pytest.mark.parametrize(
    ("written", "understood"),
    [
        ("tls://fleet.example.org", "tls://fleet.example.org:8786"),
        ("tls://10.1.2.3:99", "tls://10.1.2.3:99"),
        ("tls://[2001:db8::1]:99", "tls://[2001:db8::1]:99"),
        ("tcp://127.0.0.1:99", "tcp://127.0.0.1:99"),
        ("tcp://[::1]:99", "tcp://[::1]:99"),
        ("tcp://localhost", "tcp://localhost:8786"),
    ],
)
def test_an_address_of_a_scheduler_is_understood(written: str, understood: str) -> None:
    assert scheduler_address(written) == understood


@attack("N10", "No task and no result crosses a network in clear")
@pytest.mark.parametrize(
    "written",
    [
        "tcp://10.1.2.3:8786",
        "tcp://0.0.0.0:8786",
        "tcp://[::]:8786",
        "tcp://127.0.0.1.example.org:8786",
        "tcp://localhost.example.org",
        "tcp://[::ffff:10.1.2.3]:8786",
        "tcp://2130706433",
        "TCP://fleet",
        "ws://127.0.0.1:8786",
        "inproc://127.0.0.1/1/1",
        "ucx://127.0.0.1:8786",
        "fleet:8786",
        "tls://",
        "tls://fleet:0",
        "tls://fleet:99999",
        "tls://fleet:x",
        "tls://user@fleet",
        "tls://fleet/path",
        "tls://fle et",
        "tls://[::1",
        "",
    ],
)
def test_every_other_address_is_refused_in_one_line(written: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A scheduler is named without TLS, by a name or number that only looks like this machine, or by another protocol."""
    with pytest.raises(ValueError, match="write tls://"):
        scheduler_address(written)
    with pytest.raises(SystemExit) as ended:
        main(["audit", f"--scheduler={written}"])
    said = capsys.readouterr().err
    assert (ended.value.code, said.count("\n")) == (4, 1)


@pytest.mark.parametrize(
    "words",
    [
        ["certificates", "{0}/no/where"],
        ["certificates", "{0}"],
        ["certificates", "{0}/new", "--days=0"],
        ["certificates", "{0}/new", "--days=9999"],
        ["certificates"],
        ["scheduler", "tcp://10.1.2.3"],
        ["scheduler", "tls://127.0.0.1:9", "--certificates={0}"],
        ["worker"],
        ["worker", "tls://127.0.0.1:9", "--slots=0"],
        ["worker", "tls://127.0.0.1:9", "--slots=9999999999999"],
        ["worker", "tls://127.0.0.1:9", "--name=a b"],
        ["worker", "tls://127.0.0.1:9", "--port=65536"],
        ["worker", "tls://127.0.0.1:9", "--certificates={0}"],
        ["audit", "--at-once=x"],
    ],
)
def test_a_wrong_option_is_one_line(words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        status = main([word.format(tmp_path) for word in words])
    except SystemExit as ended:
        status = int(str(ended.code))
    said = capsys.readouterr()
    assert (status, said.out, said.err.count("\n")) == (4, "", 1)
    assert "Traceback" not in said.err


@pytest.mark.skipif(shutil.which("openssl") is None, reason="there is no openssl")
def test_certificates_are_made_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [file.name for file in make_certificates(tmp_path / "new", 1)]
    assert made == [
        *("authority.pem", "client.key", "client.pem", "scheduler.key", "scheduler.pem", "worker.key", "worker.pem"),
    ]
    assert credentials(tmp_path / "new", "client").key == str(tmp_path / "new" / "client.key")
    (tmp_path / "new" / "client.key").chmod(0o644)
    with pytest.raises(CertificateError, match="everybody may read this key; chmod o= "):
        credentials(tmp_path / "new", "client")
    (tmp_path / "new" / "client.key").unlink()
    with pytest.raises(CertificateError, match=r"client.key: is missing"):
        credentials(tmp_path / "new", "client")
    with pytest.raises(CertificateError, match="is there already"):
        make_certificates(tmp_path / "new", 1)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CertificateError, match="openssl is missing"):
        make_certificates(tmp_path / "other", 1)
    assert [path.name for path in tmp_path.iterdir()] == ["new"]


def folder(place: Path, name: str = "paris") -> Server:
    (place / name / "criteria").mkdir(parents=True)
    (place / name / "target.toml").write_text(TARGET.format(name))
    (place / name / "id_ed25519").write_text("a key")
    return Server(name=name, title=name, target=str(place / name))


@pytest.mark.parametrize(
    "changed", ["target.toml", "waivers.toml", "attestations.toml", "criteria/own.toml", "worklog.csv"]
)
def test_what_people_wrote_must_be_the_same_on_a_worker(tmp_path: Path, changed: str) -> None:
    here, there = folder(tmp_path / "here"), folder(tmp_path / "there")
    assert digest(here) == digest(there)
    with (Path(there.target) / changed).open("a") as file:
        file.write("\n")
    assert digest(here) != digest(there)


def test_each_machine_has_its_own_keys_and_history(tmp_path: Path) -> None:
    here, there = folder(tmp_path / "here"), folder(tmp_path / "there")
    for name in ("id_ed25519", "kubeconfig", "known_hosts", "history.sqlite"):
        (Path(there.target) / name).write_text("another")
    assert digest(here) == digest(there)
    assert Identity("1", "a").differs(Identity("1", "b")) != ""
    assert Identity("1", "a").differs(Identity("2", "a")) != ""
    assert Identity("1", "a").differs(Identity("1", "a")) == ""


def recorded(place: Path, *names: str) -> Path:
    place.mkdir(exist_ok=True)
    for name in names:
        (place / f"{name}.json").write_text(recording())
    (place / "fleet.toml").write_text('[fleet]\nname = "edge"\nservers = ["replay:*.json"]\n')
    return place / "fleet.toml"


def task(file: Path, name: str) -> Task:
    fleet = load_fleet(file)
    server = next(one for one in fleet.servers if one.name == name)
    return Task(server=name, digest=digest(server), identity=identity_of(fleet))


def acted(order: Order) -> Heard:
    """Write a report, as an audit does."""
    if order.name == "dies":
        raise BrokenExecutor
    Path(order.reports).mkdir()
    (Path(order.reports) / "run.json").write_text("{}")
    return GO


class Here(Executor):
    """An executor that does at once what it is asked."""

    def submit(self, act: Callable[..., object], /, *words: object, **named: object) -> "Future[object]":  # type: ignore[override]  # typed as the tests call it
        future: Future[object] = Future()
        try:
            future.set_result(act(*words, **named))
        except Exception as error:  # noqa: BLE001 — as an executor does
            future.set_exception(error)
        return future


class Slots:
    """A pool whose executors are this process itself."""

    def __init__(self, size: int) -> None:
        self.size = size

    def make(self) -> Executor:
        return Here()

    def close(self) -> None:
        """There is no process to end."""


@pytest.fixture
def worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> held.Worker:
    monkeypatch.setattr(held, "Pool", Slots)
    return held.Worker(recorded(tmp_path / "held", "paris", "dies"), "one", 1, acted)


def test_a_worker_audits_the_server_of_that_name(worker: held.Worker) -> None:
    told = worker.perform(task(worker.file, "paris"), lambda: False)
    assert (told.worker, told.heard, set(told.reports), told.refused) == ("one", GO, {"run.json"}, "")
    assert worker.perform(task(worker.file, "dies"), lambda: False).heard == Heard(missing="died")
    assert worker.perform(task(worker.file, "paris"), lambda: False).heard == GO, "its slot is free again"


def test_a_worker_refuses_what_is_not_as_the_client_has_it(worker: held.Worker, tmp_path: Path) -> None:
    asked = task(worker.file, "paris")

    def refused(**changed: object) -> str:
        return worker.perform(msgspec.structs.replace(asked, **changed), lambda: False).refused

    assert "it runs phase0-gate" in refused(identity=Identity("9.9.9", asked.identity.inventory))
    assert "its inventory is another" in refused(identity=Identity(asked.identity.tool, "another"))
    assert refused(server="lyon") == "its inventory has no lyon"
    assert refused(digest="another") == "its folder of paris is another: copy it there"
    recorded(tmp_path / "held", "lyon")
    assert worker.read().identity != asked.identity
    assert "its inventory is another" in refused()


@attack("N10", "A task holds the name of a server, and no key, address or setting of it")
def test_a_task_is_a_name(tmp_path: Path) -> None:
    """All that is sent for a server is searched for what its folder and its inventory hold."""
    server = folder(tmp_path)
    (tmp_path / "fleet.toml").write_text(
        '[fleet]\nname = "edge"\nservers = ["paris"]\n[defaults.host]\nuser = "somebody"\nidentity_file = "id_ed25519"\n'
        'known_hosts = "known_hosts"\n[defaults.cluster]\nkubeconfig = "kubeconfig"\n'
    )
    for name in ("known_hosts", "kubeconfig"):
        (tmp_path / "paris" / name).touch()
    sent = Task(server=server.name, digest=digest(server), identity=Identity("1", "2"))
    data = msgspec.msgpack.encode(sent)
    for held_there in (b"a key", b"10.9.8.7", b"somebody", b"id_ed25519", str(tmp_path).encode()):
        assert held_there not in data
    assert set(Task.__struct_fields__) == {"server", "digest", "identity", "language", "drills", "seconds"}


@attack("N10", "A worker's result writes reports, and no other file of whoever asked")
@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("../run.json", zlib.compress(b"")),
        ("/etc/passwd", zlib.compress(b"")),
        ("INFRASTRUCTURE_AUDIT_/../../x.md", zlib.compress(b"")),
        (".bashrc", zlib.compress(b"")),
        ("fleet.json", zlib.compress(b"")),
        ("run.json", b"not compressed"),
        ("run.json", zlib.compress(b"\0" * (MOST_REPORT + 1))),
    ],
)
def test_a_result_that_is_no_report_is_refused(tmp_path: Path, name: str, data: bytes) -> None:
    """A worker answers with names that lead elsewhere, with what is no report, and with a bomb."""
    with pytest.raises(ValueError, match=":"):
        unpack({name: data}, tmp_path / "servers" / "paris")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_the_reports_arrive_as_they_were(tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.mkdir()
    for name in ("run.json", "verdict.html", "INFRASTRUCTURE_AUDIT_2026-12-04.md", "something else", ".hidden"):
        (there / name).write_text(name)
    (there / "detail.html").symlink_to("/dev/zero")
    unpack(packed(there), tmp_path / "here")
    assert {file.name: file.read_text() for file in (tmp_path / "here").iterdir()} == {
        name: name for name in ("run.json", "verdict.html", "INFRASTRUCTURE_AUDIT_2026-12-04.md")
    }


NAMES = [f"s{number}" for number in range(6)]


def quiet(_line: str) -> None:
    """Take a line of progress, and print nothing."""


class Lost:
    """The future of a result that is lost with its worker once, and comes from another one then."""

    status = "finished"

    def __init__(self) -> None:
        self.waiting: list[Callable[[object], None]] = []
        self.asked = 0

    def add_done_callback(self, act: Callable[[object], None]) -> None:
        self.waiting.append(act)

    def result(self, timeout: float) -> bytes:
        """Return the result when it is asked for again, later."""
        assert timeout <= FETCHING
        self.asked += 1
        if self.asked == 1:
            raise TimeoutError
        return msgspec.msgpack.encode(Told(worker="two", heard=GO))

    def release(self) -> None:
        """Nobody needs the result any more."""


def test_a_result_that_died_with_its_worker_is_waited_for_again_and_holds_up_no_other(tmp_path: Path) -> None:
    cluster, remote, future = Cluster.__new__(Cluster), Lost(), Future[Heard]()
    (order,) = orders("paris", reports=str(tmp_path))
    cluster.lock, cluster.lost, cluster.sent = threading.RLock(), "", {future: Sent(order, remote)}
    cluster._await(remote, future)
    remote.waiting.pop()(remote)
    assert not future.done()
    remote.waiting.pop()(remote)
    assert (future.result(), cluster.lost, cluster.sent) == (GO, "", {})


def test_a_lost_executor_keeps_what_has_ended() -> None:
    made = itertools.count()

    def make() -> Executor:
        if next(made):
            raise LostError("the scheduler is gone")
        return Scripted(lambda order: BrokenExecutor() if order.name == "s3" else GO)

    conductor = Conductor(make, audit_server, Limits(2, 2), Progress(6, Voice("en"), quiet))
    told = conductor.run(orders(*NAMES))
    lost = Heard(missing="lost", detail="the scheduler is gone")
    assert told.keys() == set(NAMES)
    assert [told[name] for name in NAMES[:4]] == [GO, GO, GO, lost]
    assert {told[name] == GO or told[name] == lost for name in NAMES[4:]} == {True}


def test_audits_with_drills_start_one_after_the_other() -> None:
    began: list[float] = []
    now = itertools.count()
    seconds = 0.0

    def clock() -> float:
        nonlocal seconds
        seconds = float(next(now))
        return seconds

    def answer(order: Order) -> Heard:
        if order.drills:
            began.append(seconds)
        return GO

    conductor = Conductor(
        lambda: Scripted(answer),
        audit_server,
        Limits(4, 4, stagger=30),
        Progress(9, Voice("en"), quiet),
        clock=clock,
    )
    conductor.step = 0
    told = conductor.run([*orders("d1", "d2", "d3", drills=True), *orders(*NAMES)])
    assert told == dict.fromkeys(["d1", "d2", "d3", *NAMES], GO)
    gaps = [after - before for before, after in itertools.pairwise(began)]
    assert len(gaps) == 2
    assert min(gaps) >= 30
