"""Plan 0.3: the newest backups can be restored, tried in isolation from everything that is in use."""

from collections.abc import Iterator

import msgspec

from fixtures.drills.backup_failure import BackupFailure
from fixtures.drills.cluster_restore import ClusterRestore
from fixtures.drills.postgres_restore import Restore
from fixtures.drills.redis_restore import RedisRestore
from fixtures.session.judge import Judge, criterion
from fixtures.target import Target
from gate.run import Finding, Reason


@criterion("BKP-10")
def test_newest_postgres_backup_can_be_restored(postgres_restore: Restore, target: Target, judge: Judge) -> None:
    drill = postgres_restore
    if not drill.dump:
        assert judge(0, findings=[Finding("none", {"folder": target.backups.directory})])
        return
    flaws = {
        "broken": drill.unpacked != 0,
        "unfinished": not drill.finished,
        "cut": drill.unfinished,
        "empty": not drill.rows,
        "psql": drill.status != 0,
        "differing": drill.differing,
        "roles": drill.roles,
    }
    values = {"said": drill.said, "differing": drill.differing, "roles": drill.roles}
    assert judge(drill.percent, drill, findings=[Finding(name, values) for name, flaw in flaws.items() if flaw])


@criterion("BKP-11")
def test_newest_redis_backup_can_be_restored(redis_restore: RedisRestore, target: Target, judge: Judge) -> None:
    drill = redis_restore
    if not drill.dump:
        assert judge(0, findings=[Finding("none", {"folder": target.backups.directory})])
        return
    flaws = {
        "broken": drill.checked != 0,
        "refused": drill.status != 0 and not drill.checked,
        "differing": drill.differing,
        "empty": drill.lost_all,
        "nothing": drill.holds_nothing,
        "appendonly": drill.appendonly,
    }
    values = {"said": drill.said, "differing": drill.differing, "live": drill.live}
    unsure = Reason("drill-empty", {"dump": drill.dump}) if drill.holds_nothing and drill.live < 0 else None
    assert judge(
        drill.percent, drill, unknown=unsure, findings=[Finding(name, values) for name, flaw in flaws.items() if flaw]
    )


@criterion("BKP-12")
def test_newest_copy_of_the_cluster_can_be_brought_back(
    cluster_restore: ClusterRestore, target: Target, judge: Judge
) -> None:
    drill = cluster_restore
    if not drill.dump:
        assert judge(0, findings=[Finding("none", {"folder": target.backups.directory})])
        return
    flaws = {
        "empty": not drill.restored,
        "differing": drill.differing,
        "gone": drill.gone,
        "manifests": drill.route == "manifests",
    }
    values = {"said": drill.said, "differing": drill.differing, "gone": drill.gone, "names": drill.names}
    assert judge(drill.percent, drill, findings=[Finding(name, values) for name, flaw in flaws.items() if flaw])


@criterion("BKP-13")
def test_backup_that_fails_says_so(backup_failure: BackupFailure, target: Target, judge: Judge) -> None:
    drill = backup_failure
    if not drill.scripts:
        assert judge(None, findings=[Finding("none", {"folder": target.backups.directory})])
        return
    unsure = Reason("drill-not-bitten", {"scripts": drill.unbitten}) if drill.unbitten and not drill.faulty else None
    assert judge(drill.faulty, drill, findings=_quiet(drill), unknown=unsure)


def _quiet(drill: BackupFailure) -> Iterator[Finding]:
    for one in drill.scripts:
        yield from (Finding(flaw, msgspec.structs.asdict(one)) for flaw in one.flaws if one.asked)
    if drill.missing:
        yield Finding("missing", {"missing": drill.missing})
