"""Plan 0.4: somebody is told before the disk is full."""

from fixtures.drills.disk_alert import DiskAlert
from fixtures.judge import Judge, criterion
from fixtures.target import Target
from reports.model.run import Finding


@criterion("MON-02")
def test_disk_alert_arrives(disk_alert: DiskAlert, target: Target, judge: Judge) -> None:
    script = {"script": target.monitoring.script}
    if disk_alert.seconds is None:
        flaw = "silent" if disk_alert.script == "found" else disk_alert.script
        assert judge(None, findings=[Finding(flaw, script)])
    else:
        assert judge(disk_alert.seconds, {**script, "seconds": disk_alert.seconds, "where": disk_alert.where})
