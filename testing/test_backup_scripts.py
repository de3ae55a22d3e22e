"""The backup scripts that remedies install, run in cron's environment with a cluster that fails in many ways."""

import gzip
import hashlib
import io
import os
import shutil
import sqlite3
import subprocess
import tarfile
import time
from base64 import b64decode, b64encode
from pathlib import Path

import pytest

from testing.backup_files import DUMP, etcd, manifests, rdb, sqlite

ROOT = Path(__file__).parents[1]
FILES, SHIMS = ROOT / "remediations" / "files", ROOT / "testing" / "shims"
KINDS = {"postgres": "postgres_backup", "redis": "redis_backup", "configs": "cluster_backup"}
VALID = {"postgres": gzip.compress(DUMP), "redis": rdb(1_795_450_000), "configs": gzip.compress(manifests())}
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

    def without_kubectl(self) -> None:
        """As on a host that has none; the machine of the test may."""
        library = self.folder / "backup.sh"
        library.write_text(library.read_text().replace("type -P kubectl ", "type -P no-kubectl "))

    def set(self, settings: str) -> None:
        """Lines of the site's own below the target's values."""
        (self.folder / "backup.conf").write_text(f"directory='{self.backups}'\n{settings}\n")

    def run(self, kind: str, state: str = "sound") -> tuple[int, str]:
        process = self.start(kind, state)
        output, _ = process.communicate(timeout=30)
        return process.returncode, output

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

    def old(self, kind: str, days: int, content: bytes | None = None) -> Path:
        """A backup of so many days ago, as another script left it: without a digest. A valid one, unless it is given."""
        path = Path(str(self.backups / PATTERNS[kind]).replace("*", f"old{days}"))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(VALID[kind] if content is None else content)
        at = path.stat().st_mtime - days * 86400
        os.utime(path, (at, at))
        return path


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


@pytest.mark.parametrize("kind", list(KINDS))
def test_a_sound_backup_is_whole_closed_and_told(host: Host, kind: str) -> None:
    status, output = host.run(kind)
    assert (status, len(host.kept(kind)), host.left()) == (0, 1, []), output
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
    status, output = host.run(kind, state)
    assert status != 0
    assert why in output
    assert (host.kept(kind), host.left()) == (before, [])
    assert f"user.err -t twisterlab-backup -- {kind}: backup FAILED" in host.syslog


@pytest.mark.parametrize("kind", list(KINDS))
def test_without_room_nothing_is_begun(host: Host, kind: str) -> None:
    host.shim("df", "printf 'Filesystem 1024-blocks Used Available Capacity Mounted on\\n/dev/x 100 90 10 90%% /\\n'")
    status, output = host.run(kind)
    assert status == 1
    assert "no room: 10 kB are free, 16384 kB are needed" in output
    assert host.kept(kind) == []


def test_a_disk_that_fills_up_meanwhile_leaves_nothing(host: Host) -> None:
    host.shim("gzip", "head -c 10; echo 'gzip: stdout: No space left on device' >&2; exit 1")
    status, output = host.run("postgres")
    assert (status != 0, host.kept("postgres"), host.left()) == (True, [], [])
    assert "No space left" in output


def test_killed_in_the_middle_it_leaves_no_valid_name_and_the_next_run_tidies_up(host: Host) -> None:
    for name in ("begun", "go"):
        os.mkfifo(host.shims / name)
    process = host.start("postgres", "slow")
    (host.shims / "begun").read_text()
    process.kill()
    (host.shims / "go").write_text("\n")
    process.communicate(timeout=30)
    assert (host.kept("postgres"), len(host.left())) == ([], 1)
    status, output = host.run("postgres")
    assert (status, len(host.kept("postgres")), host.left()) == (0, 1, []), output


def test_of_two_at_once_one_works_and_one_says_why_not(host: Host) -> None:
    for name in ("begun", "go"):
        os.mkfifo(host.shims / name)
    first = host.start("postgres", "slow")
    (host.shims / "begun").read_text()
    status, output = host.run("postgres")
    assert (status, "another run is under way" in output) == (1, True)
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


@pytest.mark.parametrize("kind", list(KINDS))
def test_a_day_whose_backup_is_damaged_does_not_count(host: Host, kind: str) -> None:
    for days in range(1, 12):
        host.old(kind, days, b"x" if days in (2, 3) else VALID[kind][:-5] if days == 4 else None)
    status, output = host.run(kind)
    assert status == 0, output
    kept = " ".join(host.kept(kind))
    assert "old10" in kept, "eight days with a valid one: today, 1, 5 to 10"
    assert "old11" not in kept
    host.run(kind)
    assert "old9" in " ".join(host.kept(kind)), "two of today are one day"


def test_a_kept_backup_that_was_damaged_since_is_found_by_its_digest(host: Host) -> None:
    host.run("postgres")
    (made,) = [path for path in host.backups.glob(PATTERNS["postgres"]) if path.suffix == ".gz"]
    for days in (1, *range(3, 10)):
        host.old("postgres", days)
    made.write_bytes(gzip.compress(DUMP * 3))
    os.utime(made, (time.time() - 86400 * 2,) * 2)
    assert host.run("postgres")[0] == 0
    kept = " ".join(host.kept("postgres"))
    assert ("old8" in kept, "old9" in kept) == (True, False), "eight days with a valid one: today, 1, 3 to 8"


def test_a_valid_backup_is_read_once_and_again_only_when_it_changed(host: Host) -> None:
    for days in range(1, 10):
        host.old("postgres", days)
    host.run("postgres")
    lines = (host.backups / "postgres/.valid").read_text().splitlines()
    host.run("postgres")
    assert (host.backups / "postgres/.valid").read_text().splitlines()[: len(lines)] == lines
    assert not [line for line in lines if lines.count(line) > 1]


@pytest.mark.parametrize("kind", list(KINDS))
def test_where_only_k3s_brings_kubectl_that_is_used(host: Host, kind: str) -> None:
    (host.shims / "kubectl").rename(host.shims / "inner")
    host.without_kubectl()
    host.shim("k3s", f'[ "$1" = kubectl ] || exit 1; shift; exec {host.shims}/inner "$@"')
    status, output = host.run(kind)
    assert (status, len(host.kept(kind))) == (0, 1), output


def test_without_any_kubectl_it_says_so(host: Host) -> None:
    host.without_kubectl()
    (host.shims / "k3s").unlink()
    status, output = host.run("postgres")
    assert (status != 0, "there is neither kubectl nor k3s" in output) == (True, True)


POD = """\
printf '%s\\n' "$*" >>{here}/commands
case $* in *' get pods '*) echo 'redis-0  True'; exit ;; esac
while [ "$1" != -- ]; do shift; done
shift
PATH={here}/pod:$PATH exec "$@"
"""


@pytest.mark.parametrize(
    ("settings", "pod", "user"),
    [
        ("postgres_user=owner\npostgres_password_file={file}", "", "owner"),
        ("", "export POSTGRES_USER=site POSTGRES_PASSWORD=hunter2", "site"),
        ("", "export POSTGRESQL_USERNAME=bn POSTGRESQL_PASSWORD_FILE={file}", "bn"),
        ("postgres_password_file={file}", "export POSTGRES_PASSWORD=wrong", "postgres"),
    ],
)
def test_the_superuser_and_the_password_are_who_and_what_is_set(host: Host, settings: str, pod: str, user: str) -> None:
    file = host.folder / "password"
    file.write_text("hunter2\n")
    host.set(settings.format(file=file))
    host.shim("kubectl", pod.format(file=file) + "\n" + POD.format(here=host.folder))
    (host.folder / "pod").mkdir()
    host.shim(
        "../pod/pg_dumpall",
        f'[ "$PGPASSWORD" = hunter2 ] || exit 1; echo "$*" >{host.folder}/asked; cat {host.shims}/dump.sql',
    )
    status, output = host.run("postgres")
    assert status == 0, output
    assert (host.folder / "asked").read_text() == f"-w -U {user}\n"
    assert "hunter2" not in (host.folder / "commands").read_text() + output + host.syslog


@pytest.mark.parametrize(
    ("settings", "pod", "user"),
    [
        ("redis_user=backup\nredis_password_file={file}", "", "--user backup "),
        ("redis_password_file={file}", "export REDIS_PASSWORD=wrong", ""),
        ("", "export REDIS_PASSWORD_FILE={file}", ""),
    ],
)
def test_redis_with_a_password_is_saved_and_nobody_reads_it(host: Host, settings: str, pod: str, user: str) -> None:
    file = host.folder / "password"
    file.write_text("hunter2")
    host.set(settings.format(file=file))
    (host.shims / "kubectl").rename(host.shims / "answers")
    host.shim("kubectl", pod.format(file=file) + "\n" + POD.format(here=host.folder))
    (host.folder / "pod").mkdir()
    host.shim(
        "../pod/redis-cli",
        f'echo "$*" >>{host.folder}/asked; [ "$REDISCLI_AUTH" = hunter2 ] || {{ echo NOAUTH; exit; }}\n'
        f'exec {host.shims}/answers redis-cli "$@"',
    )
    host.shim(
        "../pod/cat", f'case $1 in /data/*) exec {host.shims}/answers x cat "$1" ;; *) exec /bin/cat "$@" ;; esac'
    )
    host.shim(
        "../pod/sha256sum",
        f'case ${{1:-}} in /data/*) exec {host.shims}/answers sha256sum ;; *) exec /usr/bin/sha256sum "$@" ;; esac',
    )
    status, output = host.run("redis")
    assert (status, len(host.kept("redis"))) == (0, 1), output
    assert all(line.startswith(user) for line in (host.folder / "asked").read_text().splitlines())
    assert "hunter2" not in (host.folder / "commands").read_text() + (host.folder / "asked").read_text() + output


def test_a_password_that_cannot_be_read_is_said(host: Host) -> None:
    host.set("postgres_password_file=/none/password")
    status, output = host.run("postgres")
    assert (status != 0, "no password can be read from /none/password" in output, host.kept("postgres")) == (
        True,
        True,
        [],
    )


@pytest.mark.parametrize("kind", list(KINDS))
def test_a_copy_elsewhere_is_the_same_and_keeps_its_time(host: Host, kind: str) -> None:
    far = host.folder / "far"
    far.mkdir()
    host.set(f"copy_to={far}\ncopied={host.folder}/run/copied")
    status, output = host.run(kind)
    assert status == 0, output
    (name,) = host.kept(kind)
    (copy,) = far.rglob(name)
    (made,) = host.backups.rglob(name)
    assert copy.relative_to(far) == made.relative_to(host.backups)
    assert int(copy.stat().st_mtime) == int(made.stat().st_mtime)
    files = [copy] if copy.is_file() else sorted(copy.iterdir())
    assert [file.read_bytes() for file in files] == [
        file.read_bytes() for file in ([made] if made.is_file() else sorted(made.iterdir()))
    ]
    assert not [path for path in far.rglob("*") if path.stat().st_mode & 0o077]
    assert (host.folder / "run/copied").exists()


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ("copy_to={far}/not-mounted", "the copy to {far}/not-mounted failed; the backup itself is whole"),
        ("copy_to=somewhere", "neither a folder nor HOST:FOLDER"),
        ("copy_to={far}\nencrypt_to=gpg:nobody@nowhere.example", "failed"),
        ("copy_to={far}\nencrypt_to=age1x", "failed"),
    ],
)
def test_a_copy_that_fails_is_loud_and_the_backup_stays(host: Host, settings: str, why: str) -> None:
    far = host.folder / "far"
    far.mkdir()
    host.shim("age", "exit 1")
    host.set(settings.format(far=far))
    status, output = host.run("postgres")
    assert (status != 0, len(host.kept("postgres"))) == (True, 1)
    assert why.format(far=far) in output
    assert not [path for path in far.rglob("*") if path.is_file()], "nothing is copied unsealed or in part"


@pytest.mark.parametrize("kind", list(KINDS))
def test_a_sealed_copy_is_what_was_sealed(host: Host, kind: str) -> None:
    far = host.folder / "far"
    far.mkdir()
    host.shim("age", 'echo "$*" >>"${0%/*}/recipients"; printf sealed; base64')
    host.set(f"copy_to={far}\nencrypt_to='age1one /etc/recipients'")
    status, output = host.run(kind)
    assert status == 0, output
    (sealed,) = far.rglob("*.age")
    assert (host.shims / "recipients").read_text() == "-r age1one -R /etc/recipients\n"
    opened = b64decode(sealed.read_bytes().removeprefix(b"sealed"))
    (name,) = host.kept(kind)
    (made,) = host.backups.rglob(name)
    if made.is_file():
        assert (sealed.name, opened) == (f"{name}.age", made.read_bytes())
    else:
        assert sealed.name == f"{name}.tar.age"
        with tarfile.open(fileobj=io.BytesIO(opened)) as archive:
            assert f"{name}/resources.yaml" in archive.getnames()
    assert not list(host.backups.rglob(".copy*"))


@pytest.mark.skipif(not shutil.which("gpg"), reason="there is no gpg here")
def test_a_copy_sealed_by_gpg_can_be_opened(host: Host, request: pytest.FixtureRequest) -> None:
    far, home = host.folder / "far", host.folder / "gnupg"
    far.mkdir()
    home.mkdir(mode=0o700)
    request.addfinalizer(lambda: subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "gpg-agent"], check=True))
    gpg = ["gpg", "--homedir", str(home), "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""]
    subprocess.run([*gpg, "--quick-gen-key", "ops@example.org"], check=True, timeout=60)
    host.shim(
        "gpg", f'exec /usr/bin/env gpg --homedir {home} "$@"'.replace("/usr/bin/env gpg", str(shutil.which("gpg")))
    )
    host.set(f"copy_to={far}\nencrypt_to=gpg:ops@example.org")
    status, output = host.run("postgres")
    assert status == 0, output
    (sealed,) = far.rglob("*.gpg")
    opened = subprocess.run([*gpg, "--decrypt", str(sealed)], check=True, capture_output=True, timeout=60).stdout
    assert gzip.decompress(opened) == DUMP * 2


def test_a_copy_on_another_machine_goes_by_ssh(host: Host) -> None:
    far = host.folder / "far"
    far.mkdir()
    host.shim("ssh", 'echo "$1 $2 $3" >>"${0%/*}/reached"; shift 3; exec bash -c "$*"')
    host.set(f"copy_to='vault:{far}/edge server'")
    for kind in KINDS:
        assert host.run(kind)[0] == 0
        (name,) = host.kept(kind)
        assert list((far / "edge server").rglob(name))
    assert (host.shims / "reached").read_text() == "-o BatchMode=yes vault\n" * 3


def test_a_link_in_the_way_is_refused(host: Host) -> None:
    (host.folder / "elsewhere").mkdir()
    host.backups.mkdir()
    (host.backups / "postgres").symlink_to(host.folder / "elsewhere")
    status, output = host.run("postgres")
    assert (status, "reached by a link" in output) == (1, True)
    assert list((host.folder / "elsewhere").iterdir()) == []


def test_the_cluster_s_datastore_is_copied_by_itself_with_its_token(host: Host) -> None:
    sqlite(host.folder / "server/db/state.db")
    (host.folder / "server/token").write_text("K10abc")
    (host.folder / "k3s").mkdir()
    (host.folder / "k3s/config.yaml").write_text("x: y\n")
    status, output = host.run("configs")
    assert status == 0, output
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
    status, output = host.run("configs")
    assert (status, "the datastore (etcd) could not be copied" in output) == (0, True)
    assert {path.name for path in host.backups.glob("configs/k8s-*/*")} == {"resources.yaml", "SHA256SUMS"}


def _base64(data: bytes) -> str:
    return b64encode(data).decode()
