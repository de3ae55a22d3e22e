"""The account of the audit on a lab server, as docs/first-audit.md sets it up, and what may be tried as it."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from fixtures.ask.connection import Connection
from fixtures.target.folder import load_target
from testing.audits import ROOT

OnHost = Callable[[str], str]
ACCOUNT = """\
id phase0-audit 2>/dev/null || useradd --create-home --shell /bin/sh phase0-audit
install -d -m 0700 -o phase0-audit ~phase0-audit/.ssh
install -m 0600 -o phase0-audit ~twister/.ssh/authorized_keys ~phase0-audit/.ssh/authorized_keys
mkdir -p /usr/local/lib/phase0-gate
base64 -d >/usr/local/lib/phase0-gate/observer <<'END'
{observer}
END
chmod 0755 /usr/local/lib/phase0-gate/observer
base64 -d >/tmp/sudoers <<'END'
{sudoers}
END
visudo -c -f /tmp/sudoers >/dev/null
install -m 0440 /tmp/sudoers /etc/sudoers.d/phase0-gate
"""


def install_account(target: Path, folder: Path, on_host: OnHost) -> Path:
    """A copy of the target folder that logs in as the account of the audit, with what deploy/ gives it and nothing else."""
    mine = folder / "mine"
    shutil.copytree(target, mine, symlinks=True)
    text = (mine / "target.toml").read_text()
    (mine / "target.toml").write_text(text.replace('user = "twister"', 'user = "phase0-audit"'))
    deploy = folder / "deploy"
    command = [sys.executable, "-m", "remediations", "rights", f"--target={mine}", f"--into={deploy}"]
    subprocess.run(command, cwd=ROOT, check=True)
    on_host(ACCOUNT.format(**{name: _encoded(deploy / "audit" / name) for name in ("observer", "sudoers")}))
    return mine


def _encoded(file: Path) -> str:
    return subprocess.run(["base64", str(file)], capture_output=True, text=True, check=True).stdout.strip()


def as_auditor(account: Path, command: str) -> subprocess.CompletedProcess[str]:
    connection = Connection(load_target(account))
    try:
        connection.open()
        return subprocess.run(
            ["ssh", "-F", str(connection.config), "target", command],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=30,
            check=False,
        )
    finally:
        connection.close()
