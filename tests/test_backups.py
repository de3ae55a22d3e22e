"""Plan 0.3: backups are recent, complete, kept long enough and protected. Their schedules: test_schedules.py."""

import math
from collections.abc import Iterator

import msgspec

from fixtures.ask.answer import Unknown
from fixtures.cluster.groups import ApiGroups
from fixtures.host.backups.backup_access import BackupAccess
from fixtures.host.backups.backup_days import WEEK, backup_days, kept
from fixtures.host.backups.backup_jobs import blind, users
from fixtures.host.backups.backups import Backups
from fixtures.host.backups.cluster_backup import ClusterBackup, cluster_backup
from fixtures.host.schedules.schedules import Schedules
from fixtures.session.judge import Judge, criterion
from fixtures.target import Target
from gate.run import Finding, Reason


@criterion("BKP-04")
def test_newest_postgres_backup_is_recent_and_whole(backups: Backups, target: Target, judge: Judge) -> None:
    if not backups.of("postgres"):
        assert judge(None, findings=[_none(target)])
        return
    newest = backups.newest("postgres")
    assert judge(newest.hours, newest, findings=[*_flaws(backups, "postgres"), *_stale(backups, "postgres")])


@criterion("BKP-05")
def test_newest_redis_backup_is_recent_and_whole(backups: Backups, target: Target, judge: Judge) -> None:
    if not backups.of("redis"):
        assert judge(None, findings=[_none(target)])
        return
    newest = backups.newest("redis")
    assert judge(newest.hours, newest, findings=[*_flaws(backups, "redis"), *_stale(backups, "redis")])


@criterion("BKP-06")
def test_newest_cluster_backup_can_rebuild_the_cluster(
    backups: Backups, maybe_api_groups: ApiGroups | Unknown, target: Target, judge: Judge
) -> None:
    if not backups.of("configs"):
        assert judge(None, findings=[_none(target)])
        return
    newest = cluster_backup(backups, maybe_api_groups)
    findings = [*_flaws(backups, "configs"), *_routes(newest)]
    assert judge(newest.hours, newest, findings=findings, unknown=_unasked(newest, maybe_api_groups))


def _unasked(newest: ClusterBackup, groups: ApiGroups | Unknown) -> Reason | None:
    """Return why it is unknown whether the manifests lack custom resources; None if they have them, or the datastore."""
    asked = newest.stored or newest.custom or not isinstance(groups, Unknown)
    return None if asked or not isinstance(groups, Unknown) else Reason(groups.code, groups.values)


def _stale(backups: Backups, kind: str) -> Iterator[Finding]:
    yield from (Finding("stale", {"other": other.name}) for other in backups.twins(kind)[:1])


def _none(target: Target) -> Finding:
    return Finding("none", {"folder": target.backups.directory})


def _flaws(backups: Backups, kind: str) -> Iterator[Finding]:
    """Yield what is wrong with the newest backup of a kind.

    The flaw "poor" is left out, since the findings about what the backup lacks say it more exactly.
    """
    newest = backups.newest(kind)
    seen = {"hours": newest.hours, "size": newest.size, "usual": newest.usual}
    yield from (Finding(flaw, seen) for flaw in backups.of(kind)[0].flaws if flaw != "poor")
    if flawed := [file.name for file in backups.current(kind)[1:] if file.flaws]:
        yield Finding("others", {"names": flawed})
    if newest.hours < 0:
        yield Finding("future", seen)
    if newest.shrunk:
        yield Finding("shrunk", seen)


def _routes(newest: ClusterBackup) -> Iterator[Finding]:
    if newest.stored:
        yield Finding("datastore", {"objects": newest.objects})
    else:
        yield Finding("manifests", {"objects": newest.objects})
        if newest.lacking:
            yield Finding("lacking", {"kinds": newest.lacking})
    if newest.settings:
        yield Finding("settings", {"names": newest.settings})


@criterion("BKP-07")
def test_every_day_has_its_three_backups(backups: Backups, target: Target, judge: Judge) -> None:
    if not backups.files:
        assert judge(0, {"last": 0, "complete": 0, "begun": None}, findings=[_none(target)])
        return
    seen = backup_days(backups)
    gaps = [Finding("gaps", {"days": seen.gaps})] if seen.gaps else []
    waits = len(seen.days) < WEEK and not gaps and seen.last == 3
    pending = Reason("backup-days", {"days": len(seen.days), "until": seen.until.isoformat()}) if waits else None
    assert judge(seen.last, seen, findings=gaps, pending=pending)


@criterion("BKP-08")
def test_a_week_of_backups_is_kept(backups: Backups, schedules: Schedules, target: Target, judge: Judge) -> None:
    if not backups.files:
        assert judge(0, findings=[_none(target)])
        return
    needed = math.ceil(judge.bound.figure)
    seen = kept(backups, needed)
    flaws = [Finding("blind", {"script": script}) for script in blind(schedules)]
    if seen.lingering:
        flaws.append(Finding("lingering", {"oldest": seen.oldest}))
    waits = Reason("backup-kept", {"days": seen.fewest, "needed": needed, "until": seen.until.isoformat()})
    assert judge(seen.fewest, seen, findings=flaws, pending=waits if seen.young and not flaws else None)


@criterion("BKP-09")
def test_backups_are_nobody_else_s(
    backup_access: BackupAccess, schedules: Schedules, target: Target, judge: Judge
) -> None:
    if not backup_access.entries:
        assert judge(None, findings=[_none(target)])
        return
    trusted = users(schedules)
    seen = {
        "readable": backup_access.readable,
        "exported": backup_access.exported,
        "writable": backup_access.writable(trusted),
        "astray": backup_access.astray(trusted),
    }
    people, services = (backup_access.granted(trusted, services=services) for services in (False, True))
    wrong = sum(map(len, seen.values())) + len(people.paths)
    values = {"entries": len(backup_access.entries), "accounts": sorted(trusted), "wrong": wrong}
    unseen = (*backup_access.more, *backup_access.unfollowed, *backup_access.reach.unseen)
    findings = [Finding(name, {"paths": paths}) for name, paths in seen.items() if paths]
    told = {"granted": people, "serving": services}
    assert judge(
        wrong,
        values,
        findings=[*findings, *(Finding(name, msgspec.structs.asdict(one)) for name, one in told.items() if one.paths)],
        unknown=Reason("backup-not-all-seen", {"paths": unseen}) if unseen and not wrong else None,
    )


@criterion("BKP-15")
def test_there_is_room_for_more_backups(backups: Backups, target: Target, judge: Judge) -> None:
    if not backups.files:
        assert judge(None, findings=[_none(target)])
        return
    findings = [Finding(backups.barred)] if backups.barred else []
    values = {"sets": backups.room, "free": backups.free, "size": backups.newest_set}
    assert judge(backups.room, values, findings=findings)
