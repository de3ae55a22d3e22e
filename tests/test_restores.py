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
        "missing": drill.missing,
        "lost": drill.lost,
        "roles": drill.roles,
        "owners": drill.owners,
        "secrets": drill.secrets,
        "spaces": drill.spaces,
        "needs": drill.needs,
        "files": drill.files > 1,
        "younger": drill.younger,
        "compared": drill.compared > 0,
    }
    values = {
        "message": drill.message,
        "differing": drill.differing,
        "roles": drill.roles,
        "owners": drill.owners,
        "secrets": drill.secrets,
        "spaces": drill.spaces,
        "needs": drill.needs,
        "files": drill.files,
        "missing": drill.missing,
        "lost": drill.lost,
        "younger": drill.younger,
        "alive": drill.alive,
        "living": drill.living,
        "bases": drill.bases,
        "estimated": drill.estimated,
        "sampled": drill.sampled,
        "met": drill.met,
    }
    findings = [Finding(name, values) for name, flaw in flaws.items() if flaw]
    certain = drill.percent < 100 or any(flaw for name, flaw in flaws.items() if name not in BESIDE)
    assert judge(drill.percent, drill, findings=findings, unknown=None if certain else _unlike_postgres(drill))


BESIDE = (  # what fails no restore
    "roles",
    "owners",
    "secrets",
    "spaces",
    "needs",
    "files",
    "younger",
    "compared",
    "nothing",
    "appendonly",
)


def _unlike_postgres(drill: Restore) -> Reason | None:
    """Why it cannot be said that the dump holds what lives."""
    if not drill.compared:
        return Reason("drill-unasked", {"why": drill.why})
    if drill.stranger:
        return Reason("drill-stranger", {"met": drill.met, "sampled": drill.sampled})
    if drill.unsure:
        return Reason("drill-behind", {"names": drill.unsure})
    return Reason("drill-ahead", {"names": drill.fewer}) if drill.fewer else None


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
        "lost": drill.lost,
        "compared": drill.bases and not drill.unasked,
    }
    values = {"message": drill.message, "differing": drill.differing, "live": drill.live, "lost": drill.lost}
    findings = [Finding(name, values) for name, flaw in flaws.items() if flaw]
    certain = drill.percent < 100 or any(flaw for name, flaw in flaws.items() if name not in BESIDE)
    assert judge(drill.percent, drill, findings=findings, unknown=None if certain else _unlike_redis(drill))


def _unlike_redis(drill: RedisRestore) -> Reason | None:
    """Why it cannot be said that the snapshot holds what lives."""
    if drill.holds_nothing and drill.live < 0:
        return Reason("drill-empty", {"dump": drill.dump})
    if drill.unasked:
        return Reason("drill-unasked", {"why": drill.why})
    if drill.stranger:
        return Reason("drill-stranger", {"met": drill.stranger.met, "sampled": drill.stranger.named})
    return Reason("drill-behind", {"names": ", ".join(drill.behind)}) if drill.behind else None


@criterion("BKP-12")
def test_newest_copy_of_the_cluster_can_be_brought_back(
    cluster_restore: ClusterRestore, target: Target, judge: Judge
) -> None:
    drill = cluster_restore
    if not drill.dump:
        assert judge(0, findings=[Finding("none", {"folder": target.backups.directory})])
        return
    flaws = {
        "empty": not drill.restored and not drill.too_young,
        "differing": drill.differing,
        "gone": drill.gone,
        "hollow": drill.hollow,
        "tokens": drill.tokens,
        "manifests": drill.route == "manifests",
    }
    values = {
        "message": drill.message,
        "differing": drill.differing,
        "gone": drill.gone,
        "names": drill.names,
        "hollow": drill.hollow,
        "emptied": drill.emptied,
        "tokens": drill.tokens,
    }
    findings = [Finding(name, values) for name, flaw in flaws.items() if flaw]
    young = Reason("drill-young", {"dump": drill.dump}) if drill.too_young and not drill.differing else None
    assert judge(drill.percent, drill, findings=findings, unknown=young)


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
