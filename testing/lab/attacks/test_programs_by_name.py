"""T2: a user without rights runs processes with the names that a drill looks for; root runs none of their programs."""

import json
from collections.abc import Callable
from pathlib import Path
from shlex import quote

import pytest

from testing.accounts import OnHost
from testing.drilled import drill_script
from testing.threats import attack

EVIL = "printf '#!/bin/sh\\nid >/var/tmp/pwned-by-drill; exit 1\\n' >evil; chmod 755 . evil; cp /bin/sleep ./{name};"
START = {
    "by another path": 'setsid perl -e \'exec {{"./{name}"}} "\'$HOME\'/evil", "1000"\' </dev/null >/dev/null 2>&1 &',
    "in a namespace": "setsid unshare --user --map-root-user --fork ./{name} 1000 </dev/null >/dev/null 2>&1 &",
    "as root's own program": "cp /bin/sleep {name}; setsid ./{name} 1000 </dev/null >/dev/null 2>&1 &",
}


AGAIN = """\
systemctl restart k3s
timeout 120 sh -c 'until k3s kubectl get --raw /readyz >/dev/null 2>&1; do sleep 0.5; done'
for name in kube-apiserver etcd; do stat -c %U /proc/$(pgrep -o -x $name); done
"""


@attack("T2", "Root takes no program from a process by its name")
@pytest.mark.parametrize("how", START)
def test_the_drill_of_the_cluster_runs_no_users_program(
    how: str, on_host: OnHost, target: Path, mallory: Callable[[str], str]
) -> None:
    """A user's processes of the engine's names, older than the real ones: by another path, as root of a namespace, as copies."""
    for name in ("kube-apiserver", "etcd"):
        mallory((EVIL + START[how]).format(name=name) + " sleep 0.5")
    assert on_host(AGAIN).split() == ["mallory", "mallory"]
    answer = json.loads(on_host(f"sh -c {quote(drill_script('cluster_restore', target))}"))
    assert answer["restored"] == answer["objects"] > 200
    assert on_host("ls /var/tmp/pwned-by-drill 2>/dev/null || true") == ""


@attack("T2", "Root runs no script that others than root can change or that no schedule of root names")
@pytest.mark.parametrize(
    "change",
    ["chown mallory {0}", "chmod o+w {0}", "mv {0} /home/mallory/script; ln -s /home/mallory/script {0}"],
)
def test_a_script_that_others_can_change_is_not_run(
    change: str, on_host: OnHost, target: Path, mallory: Callable[[str], str]
) -> None:
    """A backup script that belongs to a user, can be written by all, or is a link to a user's folder."""
    mallory("true")
    script = "/usr/local/bin/backup-twisterlab-redis.sh"
    on_host(f"cp -a {script} /root/kept")
    try:
        on_host(change.format(script))
        answer = json.loads(on_host(f"sh -c {quote(drill_script('backup_failure', target))}"))
        assert answer["unable"] == "not-roots"
        assert script in answer["why"]
    finally:
        on_host(f"rm -f {script}; mv /root/kept {script}")
