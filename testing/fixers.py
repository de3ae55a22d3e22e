"""The fixer's account on a lab server, with what deploy/fix gives it and nothing else."""

import shutil
from pathlib import Path

from testing.accounts import OnHost
from testing.audits import ROOT

FIX = ROOT / "deploy" / "fix"
ACCOUNT = """\
id -u phase0-fix >/dev/null 2>&1 || useradd --create-home --shell /bin/sh phase0-fix
install -d -m 0700 -o phase0-fix ~phase0-fix/.ssh
install -m 0600 -o phase0-fix ~twister/.ssh/authorized_keys ~phase0-fix/.ssh/authorized_keys
cat >/etc/sudoers.d/phase0-fix <<'END'
{sudoers}
END
chmod 0440 /etc/sudoers.d/phase0-fix
visudo -c -f /etc/sudoers.d/phase0-fix
k3s kubectl apply --server-side --force-conflicts -f - <<'END'
{role}
END
cat >/run/kubeconfig.sh <<'WHOLE'
{kubeconfig}
WHOLE
mkdir -p /etc/phase0-gate
umask 077
sh /run/kubeconfig.sh 127.0.0.1 >/etc/phase0-gate/kubeconfig
"""


def install_fixer(target: Path, folder: Path, on_host: OnHost) -> Path:
    """A copy of the target folder that logs in as the fixer; kubectl there has the fixer's role and no other."""
    mine = folder / "fixer"
    shutil.copytree(target, mine, symlinks=True)
    text = (mine / "target.toml").read_text()
    (mine / "target.toml").write_text(text.replace('user = "twister"', 'user = "phase0-fix"'))
    kubeconfig = (ROOT / "deploy" / "kubeconfig").read_text().replace("phase0-audit", "phase0-fix")
    sudoers, role = ((FIX / name).read_text() for name in ("sudoers", "rbac.yaml"))
    on_host(ACCOUNT.format(sudoers=sudoers, role=role, kubeconfig=kubeconfig))
    return mine
