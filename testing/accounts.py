"""Set up the audit's account on a lab server as docs/first-audit-by-hand.md does, and run commands as that account."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from fixtures.ask.connection import Connection
from fixtures.target.folder import load_target
from testing.audits import ROOT

OnHost = Callable[[str], str]
FILES = ("observer", "ask", "install", "sudoers", "rbac.yaml")


def install_account(target: Path, folder: Path, on_host: OnHost) -> Path:
    """Install the audit's account; return a copy of the target folder that logs in as this account."""
    mine = folder / "mine"
    shutil.copytree(target, mine, symlinks=True)
    text = (mine / "target.toml").read_text()
    (mine / "target.toml").write_text(text.replace('user = "twister"', 'user = "phase0-audit"'))
    deploy = folder / "deploy"
    command = [sys.executable, "-m", "remediations", "rights", f"--target={mine}", f"--into={deploy}"]
    subprocess.run(command, cwd=ROOT, check=True)
    role = deploy / "audit" / "rbac.yaml"
    role.write_text(
        role.read_text().replace("phase0-audit", "phase0-audit-test")
    )  # the lab already has a role of that name
    put = "".join(
        f"base64 -d >/run/account/{name} <<'END'\n{_encoded(deploy / 'audit' / name)}\nEND\n" for name in FILES
    )
    on_host(f"mkdir -p -m 0700 /run/account\n{put}sh /run/account/install ~twister/.ssh/authorized_keys")
    return mine


def _encoded(file: Path) -> str:
    return subprocess.run(["base64", str(file)], capture_output=True, text=True, check=True).stdout.strip()


def as_auditor(
    account: Path, command: str, *options: str, given: str = "", seconds: float = 60
) -> subprocess.CompletedProcess[str]:
    """Run `ssh target COMMAND` with the audit's key, with `given` as its input."""
    connection = Connection(load_target(account))
    try:
        connection.open()
        return subprocess.run(
            ["ssh", *options, "-F", str(connection.config), "target", command],
            capture_output=True,
            text=True,
            input=given,
            timeout=seconds,
            check=False,
        )
    finally:
        connection.close()
