"""Plan, criterion 2 and KPIs: disk space."""

from fixtures.host.disk import Filesystems
from fixtures.judge import Judge, criterion


@criterion("DSK-01")
def test_root_filesystem_is_below_target(filesystems: Filesystems, judge: Judge) -> None:
    root = filesystems["/"]
    assert judge(root.used_percent, root)
