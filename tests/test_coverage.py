"""Plan 0.3: copies of the backups on another disk or machine, and backups of everything that keeps data."""

from collections.abc import Iterator

from fixtures.ask.answer import Unknown
from fixtures.cluster.claims import Claims
from fixtures.cluster.pods import Pods
from fixtures.cluster.sets import StatefulSets
from fixtures.evidence.coverage import coverage
from fixtures.host.backups.backup_copy import BackupCopy
from fixtures.host.backups.backups import Backups
from fixtures.session.judge import Judge, criterion
from fixtures.target import Target
from gate.run import Finding, Reason


@criterion("BKP-14")
def test_backups_are_copied_elsewhere(backup_copy: BackupCopy, target: Target, judge: Judge) -> None:
    place = target.backups.offhost or target.backups.directory
    where = {
        "place": place,
        "disks": sorted(backup_copy.disks) or [backup_copy.network],
        "data": sorted(backup_copy.data),
    }
    if not target.backups.offhost and not (backup_copy.form == "folder" and backup_copy.elsewhere):
        raise Unknown("no-offhost")
    assert judge(backup_copy.hours, {**where, "hours": backup_copy.hours}, findings=_flaws(backup_copy, place))


def _flaws(copy: BackupCopy, place: str) -> Iterator[Finding]:
    if copy.form != "marker":
        yield from _missed(copy, place)
    if copy.form == "marker" or (copy.hours is not None and not copy.files):
        yield Finding("told")
    flaws = [
        (copy.differing, Finding("differs", {"names": copy.differing})),
        (copy.uncopied, Finding("uncopied", {"series": copy.uncopied})),
        (copy.missing, Finding("missing", {"kinds": copy.missing})),
    ]
    yield from (finding for flaw, finding in flaws if flaw)


def _missed(copy: BackupCopy, place: str) -> Iterator[Finding]:
    if copy.hours is None:
        yield Finding("absent" if copy.form == "absent" else "empty", {"place": place})
    elif not copy.elsewhere:
        yield Finding("same-disk")


@criterion("BKP-16")
def test_everything_that_keeps_data_is_backed_up(
    pods: Pods, claims: Claims, stateful_sets: StatefulSets, backups: Backups, target: Target, judge: Judge
) -> None:
    seen = coverage(target, pods, claims, stateful_sets, backups)
    flaws = {"uncovered": seen.uncovered, "unasked": seen.unasked, "too-rare": seen.too_rare}
    values = {"names": seen.uncovered, "rpo_hours": seen.rpo_hours}
    assert judge(
        len(seen.uncovered),
        seen,
        findings=[Finding(name, values) for name, flaw in flaws.items() if flaw],
        inapplicable=None if seen.stores else Reason("no-stores"),
    )
