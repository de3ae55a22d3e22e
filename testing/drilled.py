"""Run a drill on a server as the audit does, and see what is left of it afterwards."""

import importlib
from pathlib import Path
from shlex import quote

import fixtures.drills
from fixtures.ask.facts import FACTS
from fixtures.target import variables
from fixtures.target.folder import load_target

PATH = "export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n"
LEFT = """\
set +e
{ ls -d /run/phase0-[d]rill* /var/lib/rancher/k3s/agent/phase0-[d]rill* /sys/fs/cgroup/*/phase0-[d]rill*
k3s ctr -n k8s.io snapshots ls | grep phase0-[d]rill
k3s ctr -n k8s.io leases ls | grep phase0-[d]rill
systemctl list-units --all --plain --no-legend 'phase0-[d]rill*'
pgrep -f phase0-[d]rill
grep -ls phase0-[d]rill /proc/[0-9]*/mountinfo
ip netns list | grep -v ^cni-
} 2>/dev/null
true
"""


def drill_script(name: str, target: Path) -> str:
    """Return the script of the drill with the target's values, for `sh -c` as root."""
    importlib.import_module(f"{fixtures.drills.__name__}.{name}")
    given = "".join(f"{key}={quote(value)}\n" for key, value in variables(load_target(target)).items())
    return PATH + given + FACTS[name].ask
