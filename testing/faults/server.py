"""Run shell code with root's rights on the server under test, over the target's own SSH."""

import subprocess
import time
from pathlib import Path

from fixtures.ask.connection import Connection
from fixtures.target.folder import load_target

STEP = 60  # seconds that one command may take
SHELL = "/usr/local/sbin/phase0-shell"  # another name than sh, so that a fault can take sudo from the audit alone

DATES = "find /etc /usr/local /var/spool/cron -xdev -type f -printf '%T@ %p\\n' | sort"
KEEP = f"{DATES} > /run/phase0-dates"
REDATE = f"""\
{DATES} | comm -13 - /run/phase0-dates | while read -r at path; do
    [ ! -f "$path" ] || touch -d "@$at" "$path"
done
"""


class Server:
    """One login for all proofs on this server."""

    def __init__(self, folder: Path) -> None:
        """Log in. Raises Unknown if that is not possible."""
        self.connection = Connection(load_target(folder))
        self.connection.open()
        self._ask(f"install -m 0755 /bin/sh {SHELL}", "sh")

    def run(self, script: str) -> None:
        """Run a script. Raises RuntimeError with the end of its output if it fails."""
        if (done := self._ask(script)).returncode:
            raise RuntimeError(f"exit {done.returncode}: {done.stderr.strip()[-300:]}")

    def keep_dates(self) -> None:
        """Record the dates of the server's configuration files."""
        self.run(KEEP)

    def redate(self) -> None:
        """Restore the recorded dates: after a revert, a new date would count as a changed configuration (DEC-02)."""
        self.run(REDATE)

    def until(self, condition: str, seconds: float = 90) -> None:
        """Repeat the condition until it succeeds. Raises RuntimeError after that many seconds."""
        deadline = time.monotonic() + seconds
        while self._ask(condition).returncode:
            if time.monotonic() > deadline:
                raise RuntimeError(f"not so within {seconds:.0f} s: {condition.strip()[:200]}")
            time.sleep(0.5)

    def _ask(self, script: str, shell: str = SHELL) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["ssh", "-F", str(self.connection.config), "-o", "ControlMaster=no", "target", f"sudo -n {shell} -eus"],
            input=script,
            capture_output=True,
            text=True,
            timeout=STEP,
            check=False,
        )

    def close(self) -> None:
        """Log out."""
        self._ask(f"rm -f {SHELL}")
        self.connection.close()
