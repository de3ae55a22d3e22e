"""A lab server that audits itself: with the README's tools, a clone and a target folder, but no package registry."""

import hashlib
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

from lab.places import places
from testing.labs import ROOT

TOOLS = ("make", "git", "python3-venv")
COUNT = """python3 -c 'import sqlite3
ask = sqlite3.connect("/var/lib/phase0-audit/lab/history.sqlite").execute
print(*ask("SELECT count(*) FROM sample").fetchone(), *ask("PRAGMA integrity_check").fetchone())'"""


@dataclass(frozen=True)
class Operations:
    """The server's name in the lab, and the output of the last installation of the audit."""

    name: str
    printed: str = ""

    def run(self, script: str, given: bytes = b"", seconds: float = 300) -> str:
        """Run a script as root, which must succeed; return stdout and stderr as one text."""
        command = [
            sys.executable,
            "-m",
            "lab",
            "shell",
            "--name",
            self.name,
            "--",
            f"sudo sh -euc {quote(script)} 2>&1",
        ]
        done = subprocess.run(
            command,
            cwd=ROOT,
            input=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=seconds,
            check=False,
        )
        output = done.stdout.decode(errors="replace")
        assert done.returncode == 0, output
        return output

    def start(self, kind: str) -> str:
        """Run an audit of this kind now; return what its unit logged."""
        unit = f"phase0-audit-{kind}@lab"
        return self.run(
            f"systemctl start {unit} || true; journalctl -q -o cat -u {unit} "
            f"_SYSTEMD_INVOCATION_ID=$(systemctl show -p InvocationID --value {unit})"
        )

    def result(self, kind: str) -> str:
        """Return systemd's result of the last audit of this kind."""
        return self.run(f"systemctl show -p Result --value phase0-audit-{kind}@lab").strip()

    def samples(self) -> int:
        """Return the number of samples in the history, whose file must be sound."""
        count, sound = self.run(COUNT).split()
        assert sound == "ok"
        return int(count)

    def wait_for(self, condition: str, seconds: float = 120) -> None:
        """Repeat the condition until it succeeds, even while the server does not answer."""
        until = time.monotonic() + seconds
        while True:
            try:
                self.run(condition, seconds=20)
            except (AssertionError, subprocess.TimeoutExpired):
                assert time.monotonic() < until, condition
                time.sleep(0.5)
            else:
                return

    def prepare(self, target: Path) -> None:
        """Install what a site has. The lab cannot reach a registry, so packages are copied to it."""
        self._bring("/root/packages", self._packages())
        self.run("DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends /root/packages/*.deb")
        self._bring("/root/wheels", _wheels())
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            check=True,
        ).stdout.decode()
        self._bring("/root/phase0-gate", ROOT, [file for file in listed.split("\0") if (ROOT / file).is_file()])
        self._bring("/root/target", target)

    def _bring(self, into: str, folder: Path, names: Iterable[str] = (".",)) -> None:
        command = ["tar", "-c", "-C", str(folder), "--null", "--verbatim-files-from", "-T", "-"]
        packed = subprocess.run(command, stdout=subprocess.PIPE, input="\0".join(names).encode(), check=True).stdout
        self.run(f"mkdir -p {into} && tar -x --no-same-owner -C {into}", packed)

    def _packages(self) -> Path:
        status = self.run("cat /var/lib/dpkg/status")
        folder = _kept("packages", status)
        if not (folder / "done").exists():
            (folder / "partial").mkdir(parents=True, exist_ok=True)
            (folder / "status").write_text(status)
            where = (f"Dir::State::status={folder}/status", f"Dir::Cache::archives={folder}", "Debug::NoLocking=true")
            options = [word for setting in where for word in ("-o", setting)]
            subprocess.run(
                ["apt-get", "-qq", *options, "--download-only", "-y", "--no-install-recommends", "install", *TOOLS],
                check=True,
            )
            (folder / "done").touch()
        return folder


def _wheels() -> Path:
    lock = ROOT / "requirements.lock"
    folder = _kept("wheels", lock.read_text())
    if not (folder / "done").exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            [
                sys.executable,
                "-m",
                "pip",
                "download",
                "-q",
                "--require-hashes",
                "--no-deps",
                "-r",
                str(lock),
                "-d",
                str(folder),
                "--python-version",
                "3.11",
                "--only-binary=:all:",
            ],
            check=True,
        )
        (folder / "done").touch()
    return folder


def _kept(what: str, made_from: str) -> Path:
    """Return where a download is kept, in the lab's own cache."""
    return places().cache / "operations" / f"{what}-{hashlib.sha256(made_from.encode()).hexdigest()[:12]}"
