"""The backup scripts that remedies install, run in cron's environment with a cluster that fails in many ways."""

import hashlib
import os
import shutil
import sqlite3
import subprocess
from base64 import b64encode
from pathlib import Path

import pytest

from testing.backup_files import DUMP, etcd, manifests, rdb, sqlite

ROOT = Path(__file__).parents[1]
FILES, SHIMS = ROOT / "remediations" / "files", ROOT / "testing" / "shims"
KINDS = {"postgres": "postgres_backup", "redis": "redis_backup", "configs": "cluster_backup"}
PATTERNS = {"postgres": "postgres/postgres_*.sql.gz", "redis": "redis/redis_*.rdb", "configs": "configs/k8s-*"}


class Host:
    """The scripts, with their paths moved into a folder, and programs that replace the cluster and syslog."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.shims, self.backups = folder, folder / "shims", folder / "backups"
        shutil.copytree(SHIMS, self.shims)
        self.shim("logger", f'printf "%s\\n" "$*" >>{folder}/syslog')
        self.shim("k3s", "exit 1")
        self.shim("curl", "exit 7")
        (self.shims / "dump.sql").write_bytes(DUMP * 2)
        (self.shims / "dump.rdb").write_bytes(rdb(1_795_450_000))
        (self.shims / "objects.yaml").write_bytes(manifests())
        (self.shims / "saved").write_text("1000\n")
        self.scripts = {
            kind: self.moved(FILES / remedy / f"usr/local/bin/backup-twisterlab-{kind}.sh")
            for kind, remedy in KINDS.items()
        }
        self.moved(FILES / "backups/usr/local/lib/twisterlab/backup.sh")
        (folder / "backup.conf").write_text(f"directory='{self.backups}'\n")

    def moved(self, script: Path) -> Path:
        text = script.read_text()
        for path, to in (
            ("/usr/local/lib/twisterlab", ""),
            ("/etc/twisterlab", ""),
            ("/var/lib/rancher/k3s/server", "/server"),
            ("/etc/rancher/k3s", "/k3s"),
        ):
            text = text.replace(path, f"{self.folder}{to}")
        copy = self.folder / script.name
        copy.write_text(text)
        copy.chmod(0o755)
        return copy

    def shim(self, name: str, body: str) -> None:
        (self.shims / name).write_text(f"#!/bin/sh\n{body}\n")
        (self.shims / name).chmod(0o755)

    def start(self, kind: str, state: str) -> "subprocess.Popen[str]":
        (self.shims / "state").write_text(state)
        return subprocess.Popen(
            ["env", "-i", f"PATH={self.shims}:/usr/bin:/bin", str(self.scripts[kind])],
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def run(self, kind: str, state: str = "sound") -> tuple[int, str]:
        process = self.start(kind, state)
        said, _ = process.communicate(timeout=30)
        return process.returncode, said

    def kept(self, kind: str) -> list[str]:
        return sorted(
            path.name for path in self.backups.glob(PATTERNS[kind]) if path.suffix not in (".sha256", ".partial")
        )

    def left(self) -> list[str]:
        return sorted(path.name for path in self.backups.rglob("*.partial"))

    @property
    def syslog(self) -> str:
        file = self.folder / "syslog"
        return file.read_text() if file.exists() else ""

    def old(self, kind: str, days: int) -> Path:
        path = Path(str(self.backups / PATTERNS[kind]).replace("*", f"old{days}"))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
        at = path.stat().st_mtime - days * 86400
        os.utime(path, (at, at))
        return path


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


@pytest.mark.parametrize("kind", list(KINDS))
def test_a_sound_backup_is_whole_closed_and_told(host: Host, kind: str) -> None:
    status, said = host.run(kind)
    assert (status, len(host.kept(kind)), host.left()) == (0, 1, []), said
    assert f"user.info -t twisterlab-backup -- {kind}: backup complete" in host.syslog
    assert not [path for path in host.backups.rglob("*") if path.stat().st_mode & 0o077]


@pytest.mark.parametrize(
    ("kind", "state", "why"),
    [
        ("postgres", "absent", "pg_dumpall in twisterlab/postgres-0 failed"),
        ("postgres", "down", "failed"),
        ("postgres", "role", "failed"),
        ("postgres", "password", "failed"),
        ("postgres", "died", "failed"),
        ("postgres", "cut", "the dump has no end"),
        ("postgres", "unreachable", "failed"),
        ("redis", "absent", "no Redis pod is ready"),
        ("redis", "starting", "no Redis pod is ready"),
        ("redis", "leaving", "no Redis pod is ready"),
        ("redis", "password", "NOAUTH"),
        ("redis", "readonly", "MISCONF"),
        ("redis", "huge", "no memory to fork"),
        ("redis", "failed", "BGSAVE failed"),
        ("redis", "cut", "the copy differs"),
        ("redis", "down", "does not tell how large it is"),
        ("redis", "unreachable", "FAILED"),
        ("configs", "forbidden", "the export ended early"),
        ("configs", "cut", "the export has no end"),
        ("configs", "unreachable", "what kinds it has"),
    ],
)
def test_a_backup_that_fails_says_so_and_leaves_the_last_good_one(host: Host, kind: str, state: str, why: str) -> None:
    host.run(kind)
    before = host.kept(kind)
    status, said = host.run(kind, state)
    assert status != 0
    assert why in said
    assert (host.kept(kind), host.left()) == (before, [])
    assert f"user.err -t twisterlab-backup -- {kind}: backup FAILED" in host.syslog


@pytest.mark.parametrize("kind", list(KINDS))
def test_without_room_nothing_is_begun(host: Host, kind: str) -> None:
    host.shim("df", "printf 'Filesystem 1024-blocks Used Available Capacity Mounted on\\n/dev/x 100 90 10 90%% /\\n'")
    status, said = host.run(kind)
    assert status == 1
    assert "no room: 10 kB are free, 16384 kB are needed" in said
    assert host.kept(kind) == []


def test_a_disk_that_fills_up_meanwhile_leaves_nothing(host: Host) -> None:
    host.shim("gzip", "head -c 10; echo 'gzip: stdout: No space left on device' >&2; exit 1")
    status, said = host.run("postgres")
    assert (status != 0, host.kept("postgres"), host.left()) == (True, [], [])
    assert "No space left" in said


def test_killed_in_the_middle_it_leaves_no_valid_name_and_the_next_run_tidies_up(host: Host) -> None:
    for name in ("begun", "go"):
        os.mkfifo(host.shims / name)
    process = host.start("postgres", "slow")
    (host.shims / "begun").read_text()
    process.kill()
    (host.shims / "go").write_text("\n")
    process.communicate(timeout=30)
    assert (host.kept("postgres"), len(host.left())) == ([], 1)
    status, said = host.run("postgres")
    assert (status, len(host.kept("postgres")), host.left()) == (0, 1, []), said


def test_of_two_at_once_one_works_and_one_says_why_not(host: Host) -> None:
    for name in ("begun", "go"):
        os.mkfifo(host.shims / name)
    first = host.start("postgres", "slow")
    (host.shims / "begun").read_text()
    status, said = host.run("postgres")
    assert (status, "another run is under way" in said) == (1, True)
    (host.shims / "go").write_text("\n")
    first.communicate(timeout=30)
    assert (first.returncode, len(host.kept("postgres"))) == (0, 1)


@pytest.mark.parametrize("kind", list(KINDS))
def test_eight_days_are_kept_by_count_and_failures_delete_nothing(host: Host, kind: str) -> None:
    for days in (1, 2, 3, 4, 5, 6, 7, 20, 40):
        host.old(kind, days)
    host.run(kind, "unreachable")
    assert "old20" in " ".join(host.kept(kind)), "the eighth day that has one, however long ago"
    assert "old40" not in " ".join(host.kept(kind))
    host.run(kind)
    assert len(host.kept(kind)) == 8
    assert "old20" not in " ".join(host.kept(kind))


def test_a_link_in_the_way_is_refused(host: Host) -> None:
    (host.folder / "elsewhere").mkdir()
    host.backups.mkdir()
    (host.backups / "postgres").symlink_to(host.folder / "elsewhere")
    status, said = host.run("postgres")
    assert (status, "reached by a link" in said) == (1, True)
    assert list((host.folder / "elsewhere").iterdir()) == []


def test_the_cluster_s_datastore_is_copied_by_itself_with_its_token(host: Host) -> None:
    sqlite(host.folder / "server/db/state.db")
    (host.folder / "server/token").write_text("K10abc")
    (host.folder / "k3s").mkdir()
    (host.folder / "k3s/config.yaml").write_text("x: y\n")
    status, said = host.run("configs")
    assert status == 0, said
    (folder,) = host.backups.glob("configs/k8s-*")
    assert {path.name for path in folder.iterdir()} == {
        "resources.yaml",
        "state.db",
        "token",
        "config.yaml",
        "SHA256SUMS",
    }
    with sqlite3.connect(folder / "state.db") as database:
        assert database.execute("SELECT count(*) FROM kine").fetchone() == (50,)
    database.close()
    assert "namespaces,secrets" in (host.shims / "asked").read_text(), "no events, no figures"


def test_a_snapshot_of_etcd_is_put_together_and_compared(host: Host) -> None:
    (host.folder / "server/db/etcd").mkdir(parents=True)
    whole = etcd(4)
    pieces = "".join(
        f'{{"result":{{"blob":"{_base64(whole[at : at + 5000])}"}}}}\\n' for at in range(0, len(whole), 5000)
    )
    host.shim("curl", f"printf '{pieces}'")
    assert host.run("configs")[0] == 0
    (file,) = host.backups.glob("configs/k8s-*/etcd-snapshot")
    assert hashlib.sha256(file.read_bytes()[:-32]).digest() == file.read_bytes()[-32:]


def test_a_datastore_that_cannot_be_copied_is_told_and_the_objects_stay(host: Host) -> None:
    (host.folder / "server/db/etcd").mkdir(parents=True)
    status, said = host.run("configs")
    assert (status, "the datastore (etcd) could not be copied" in said) == (0, True)
    assert {path.name for path in host.backups.glob("configs/k8s-*/*")} == {"resources.yaml", "SHA256SUMS"}


def _base64(data: bytes) -> str:
    return b64encode(data).decode()
