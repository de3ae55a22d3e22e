"""BKP-14 and BKP-16: copies elsewhere, by the fact's own command on real folders; and everything that keeps data."""

import os
import subprocess
from pathlib import Path

import msgspec
import pytest

from fixtures.ask.answer import Unknown
from fixtures.ask.facts import FACTS
from fixtures.cluster.claims import Claim
from fixtures.cluster.pods import Pod
from fixtures.cluster.sets import StatefulSet
from fixtures.evidence.coverage import Coverage, coverage
from fixtures.host.backups.backup_copy import BackupCopy, backup_copy
from fixtures.host.backups.backups import Backups as Made
from fixtures.host.backups.backups import backups
from fixtures.target import Target
from fixtures.target.chapters import BackupSettings
from fixtures.target.place import ClusterSettings, Place, Ssh
from testing.backup_files import NOW, dump, rdb, write
from testing.host_answers import BACKUP_COPY, BACKUPS

TARGET = Target(
    target=Place(name="t", title="T"), host=Ssh(address="127.0.0.1", user="u"), cluster=ClusterSettings(kubeconfig="k")
)
POSTGRES = Pod(
    "twisterlab",
    "postgres-0",
    "Running",
    "",
    None,
    None,
    (),
    {},
    owner="StatefulSet/postgres",
    claims=("data-postgres-0",),
)
REDIS = Pod("twisterlab", "redis-x", "Running", "", None, None, (), {"app": "redis"}, claims=("redis",))
CLAIMS = tuple(Claim("twisterlab", name, "Bound", f"pvc-{name}", "local-path") for name in ("data-postgres-0", "redis"))
SETS = (StatefulSet("twisterlab", "postgres"),)


def ask(folder: Path, offhost: str) -> BackupCopy:
    done = subprocess.run(
        ["sh", "-c", FACTS["backup_copy"].ask],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
        env=os.environ
        | {
            "BACKUPS_DIRECTORY": str(folder / "from"),
            "BACKUPS_OFFHOST": offhost,
            "LC_ALL": "C",
            "BACKUPS_POSTGRES": "postgres/*.gz",
            "BACKUPS_REDIS": "redis/*",
            "BACKUPS_CONFIGS": "configs/k8s-*",
        },
    )
    return backup_copy(done.stdout)


def test_copies_are_compared_with_their_originals(tmp_path: Path) -> None:
    for place in ("from", "to"):
        write(tmp_path / place, "postgres/a.gz", dump())
        write(tmp_path / place, "redis/a.rdb", rdb(NOW))
        write(tmp_path / place, "configs/k8s-1/token", place.encode())
    (tmp_path / "from/redis/a.rdb").unlink()
    seen = ask(tmp_path, str(tmp_path / "to"))
    assert {file.kind: file.state for file in seen.files} == {
        "postgres": "same",
        "redis": "alone",
        "configs": "differs",
    }
    assert (seen.differing, seen.missing, seen.newest) == (("configs/k8s-1",), (), NOW)


@pytest.mark.parametrize(("copied", "states"), [((), []), (("token",), ["differs"]), (("token", "store"), ["same"])])
def test_links_to_the_originals_are_no_copy(tmp_path: Path, copied: tuple[str, ...], states: list[str]) -> None:
    """A file that is only linked in the copy is stored where the original is."""
    for name in ("token", "store"):
        original, copy = write(tmp_path / "from", f"configs/k8s-1/{name}", b"x"), tmp_path / "to/configs/k8s-1" / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(b"x") if name in copied else copy.symlink_to(original)
    assert [file.state for file in ask(tmp_path, str(tmp_path / "to")).files] == states


def test_a_file_s_date_a_folder_of_other_names_and_nothing(tmp_path: Path) -> None:
    marker, other = write(tmp_path, "marker", b""), write(tmp_path, "restic/data/x", b"x")
    assert (ask(tmp_path, str(marker)).form, ask(tmp_path, str(marker)).newest) == ("marker", NOW)
    assert (ask(tmp_path, str(other.parents[1])).files, ask(tmp_path, str(other.parents[1])).newest) == ((), NOW)
    gone = ask(tmp_path, str(tmp_path / "nowhere"))
    assert (gone.form, gone.hours) == ("absent", None)


@pytest.mark.parametrize(
    ("there", "found"),
    [
        (("a_20261101.gz", "b_20261101.gz"), ()),
        (("a_20261031.gz.age", "b_20261031.gz.age"), ()),  # sealed, and a day behind
        (("a_20261101.gz",), ("postgres/b_@.gz",)),
        (("a_20261031.gz",), ()),  # b is new: no copy can have found it
    ],
)
def test_each_database_has_a_copy(tmp_path: Path, there: tuple[str, ...], found: tuple[str, ...]) -> None:
    for name in ("a_20261101.gz", "b_20261101.gz", "a_20261031.gz"):
        write(tmp_path / "from", f"postgres/{name}", dump(), NOW - 86_400 * ("1031" in name))
    write(tmp_path / "from", "postgres/old_20261001.gz", dump(), NOW - 31 * 86_400)
    for name in there:
        write(tmp_path / "to", f"postgres/{name}", dump(), NOW - 86_400 * ("1031" in name))
    assert ask(tmp_path, str(tmp_path / "to")).uncopied == found


def test_a_log_and_a_lock_are_no_copies(tmp_path: Path) -> None:
    for name in ("rsync.log", "repo/locks/x", ".lock"):
        write(tmp_path, f"to/{name}", b"x")
    assert ask(tmp_path, str(tmp_path / "to")).hours is None


@pytest.mark.parametrize(
    ("old", "new", "elsewhere"),
    [
        ("", "", True),
        ("disk copy sdb", "disk copy sda", False),
        ("disk copy sdb", "net copy nfs4", True),
        ("disk copy sdb", "disk copy sdb\ndisk copy sda", False),  # a mirror that also uses the disk of the originals
    ],
)
def test_the_same_disk_is_no_copy(old: str, new: str, elsewhere: bool) -> None:
    assert backup_copy(BACKUP_COPY.replace(old, new)).elsewhere is elsewhere


def test_a_disk_nobody_tells_is_unknown() -> None:
    with pytest.raises(Unknown):
        _ = backup_copy(BACKUP_COPY.replace("disk copy sdb\n", "")).elsewhere


def test_the_oldest_of_the_newest_counts_and_a_missing_kind_is_told() -> None:
    seen = backup_copy(BACKUP_COPY.replace("file redis 1795449640 alone redis/redis_1.rdb\n", ""))
    assert seen.hours == pytest.approx(1134 / 3600)
    assert seen.missing == ("redis",)


def saved(*kinds: str) -> Made:
    """One dump of each kind, whole as far as can be seen."""
    answer = BACKUPS.splitlines(keepends=True)
    wanted = [row for row in answer if not row.startswith("file ") or row.split()[3] in kinds]
    return backups("".join(wanted))


SAVED = saved("postgres", "redis", "configs")


def test_a_database_without_a_backup_is_saved_by_nothing() -> None:
    assert coverage(TARGET, (POSTGRES, REDIS), CLAIMS, SETS, saved()).dumped == ()
    seen = coverage(TARGET, (POSTGRES, REDIS), CLAIMS, SETS, saved("postgres"))
    assert all("redis" in name for name in seen.uncovered)
    assert seen.uncovered
    assert coverage(TARGET, (), CLAIMS[:1], SETS, saved("redis")).uncovered


def covered(*more: Claim | StatefulSet, **given: object) -> Coverage:
    target = msgspec.structs.replace(TARGET, backups=msgspec.convert(given, BackupSettings))
    return coverage(
        target,
        (POSTGRES, REDIS),
        (*CLAIMS, *(one for one in more if isinstance(one, Claim))),
        (*SETS, *(one for one in more if isinstance(one, StatefulSet))),
        SAVED,
    )


def test_the_plan_s_two_databases_are_covered() -> None:
    seen = covered()
    assert (seen.uncovered, seen.stores, seen.unasked) == ((), 3, True)


def test_another_volume_or_set_is_not() -> None:
    more = Claim("default", "uploads", "Bound", "pvc-3", "local-path"), StatefulSet("default", "queue")
    assert covered(*more).uncovered == ("default/uploads", "default/queue")
    declared = covered(*more, disposable=["default/queue"], covered=["default/up*"])
    assert (declared.uncovered, declared.covered, declared.disposable) == ((), ("default/uploads",), ("default/queue",))


def test_an_unused_claim_holds_nothing() -> None:
    assert covered(Claim("default", "new", "Pending", "", "local-path")).uncovered == ()


def test_where_the_pod_is_gone_its_claim_and_its_set_are_known_by_name() -> None:
    seen = coverage(TARGET, (), CLAIMS[:1], SETS, SAVED)
    assert seen.uncovered == ()
    assert coverage(TARGET, (), CLAIMS, (), SAVED).uncovered == ("twisterlab/redis",)


@pytest.mark.parametrize(("rpo", "too_rare"), [(24, False), (4, True), (0, False)])
def test_a_daily_backup_can_lose_a_day(rpo: float, too_rare: bool) -> None:
    assert covered(rpo_hours=rpo, rto_minutes=30).too_rare is too_rare


def test_the_claim_of_an_audit_in_the_cluster_is_disposable() -> None:
    own = Claim("phase0-audit", "state", "Bound", "pvc-x", "local-path")
    other = Claim("phase0-audit", "other", "Bound", "pvc-y", "local-path")
    seen = coverage(TARGET, (POSTGRES, REDIS), (*CLAIMS, own, other), SETS, SAVED)
    assert (seen.disposable, seen.uncovered) == (("phase0-audit/state",), ("phase0-audit/other",))
