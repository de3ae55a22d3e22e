"""Secrets in all places where a server has them: none may appear in anything that the audit writes."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from shlex import quote

import pytest
from detect_secrets.core.scan import scan_file
from detect_secrets.settings import default_settings

from testing.accounts import OnHost
from testing.audits import ROOT, audit
from testing.secrets import FORMS, planted
from testing.threats import attack

PLANTED = {f"z{number:02}Kq7Rt2mXw9Lb": form for number, form in enumerate(FORMS) if "AGE-" not in form}
ROWS = [planted(form, secret) for secret, form in PLANTED.items()]
SCRIPT = "/usr/local/bin/planted-backup.sh"
LOGS = ("app", "kernel", "CRON", "k3s", "sudo")
GUESSES = {"Base64 High Entropy String", "Hex High Entropy String", "Public IP (ipv4)"}  # digests are no secrets


UNENDED = (
    "I/O error, dev loop0 -----BEGIN PRIVATE KEY-----",
    'password="never closed',
    "token: |",
    "kind: Secret data:",
    '{"password": [',
)


def secret(number: int) -> str:
    return f"y{number:02}Kq7Rt2mXw9Lb"


UNFORMED = tuple(secret(number) for number in range(20))  # secrets that only their place shows to be secrets


@pytest.fixture
def full(on_host: OnHost) -> Iterator[None]:
    """Put secrets into root's scripts, crontabs, units, journal, file names, sudoers and configurations of clients."""
    script = "\n".join(["#!/bin/bash", *(f": {quote(row)}" for row in ROWS), "cat >/dev/null <<'END'", *ROWS, "END"])
    one, two, three, four, five, six, seven, eight, nine, ten, *more = UNFORMED
    script += f"\n# {one}\nkey={two} other='{three} x'\npg_dump -U {four} x | gzip >/tmp/x || echo {five}\n"
    table = f"# {six}\nMAILTO={seven}\n5 4 * * * root MYSQL_PWD={eight} {SCRIPT} {nine} -p{ten}\n"
    unit = f"[Service]\nType=oneshot\nEnvironment=DB_PASS={more[0]}\nExecStart={SCRIPT} --key={more[1]} {more[2]}\n"
    files = {
        SCRIPT: script,
        "/etc/cron.d/planted": table,
        "/etc/systemd/system/planted.service": unit,
        "/etc/systemd/system/planted.timer": "[Timer]\nOnCalendar=daily\n[Install]\nWantedBy=timers.target\n",
        "/etc/sudoers.d/planted": f"# {more[3]}\n",
        "/root/.docker/config.json": f'{{"auths":{{"h":{{"auth":"{more[4]}"}}}}}}\n',
        "/root/.pgpass": f"db:5432:app:bob:{more[5]}\n",
        "/root/.netrc": f"machine h login bob password {more[6]}\n",
        f"/var/log/password={more[7]}.log": "x\n" * 100,
        f"/var/backups/twisterlab/postgres/token={more[8]}.sql": "x\n",
        "/etc/logrotate.d/planted": f"/var/log/planted.log {{\n  daily\n  # password: {more[9]}\n}}\n",
    }
    for name, text in files.items():
        on_host(f"mkdir -p {quote(str(Path(name).parent))}; cat >{quote(name)} <<'PLANTED'\n{text}PLANTED\n")
    on_host(
        f"chmod 0755 {SCRIPT}; chmod 0440 /etc/sudoers.d/planted; systemctl daemon-reload; systemctl start planted.timer"
    )
    on_host("".join(f"logger -p kern.err -t {LOGS[at % len(LOGS)]} -- {quote(row)}\n" for at, row in enumerate(ROWS)))
    try:
        yield
    finally:
        on_host("systemctl stop planted.timer; rm -f -- " + " ".join(map(quote, files)) + "; systemctl daemon-reload")


def leaked(text: str) -> list[str]:
    return [one for one in (*PLANTED, *UNFORMED) if one.lower() in text.lower()]


def second_opinion(file: Path) -> list[str]:
    """Return what detect-secrets takes for a secret, by kind and row."""
    with default_settings():
        return [
            f"{found.type}, line {found.line_number}" for found in scan_file(str(file)) if found.type not in GUESSES
        ]


@pytest.mark.usefixtures("full")
@attack("T14", "no secret of the server is in anything the audit writes")
def test_no_secret_of_the_server_is_written(target: Path, tmp_path: Path) -> None:
    """A hundred secrets in scripts, schedules, units, logs, names and configurations: audit, recording, plan, check."""
    out, record = tmp_path / "out", tmp_path / "record.json"
    audited = audit(str(target), out, f"--record={record}", "-m", "not drill", "-rA")
    assert audited.run["results"]
    planned = audit(str(target), tmp_path / "plan", "--fix=plan", "-m", "not drill", "-v")
    command = [sys.executable, "-m", "fixtures", "check", str(target)]
    checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    (tmp_path / "said.txt").write_text(audited.output + planned.output + checked.stdout + checked.stderr)
    written = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert len(written) > 10
    assert {file.name: found for file in written if (found := leaked(file.read_text(errors="replace")))} == {}
    assert {file.name: found for file in written if (found := second_opinion(file))} == {}


@pytest.mark.usefixtures("full")
@attack("T14", "a recording without the secrets is judged as the server was")
def test_a_recording_without_secrets_is_judged_the_same(target: Path, tmp_path: Path) -> None:
    """The same server, recorded and judged again from the recording."""
    record = tmp_path / "record.json"
    live = audit(str(target), tmp_path / "live", f"--record={record}", "-m", "not drill")
    again = audit(f"replay:{record}", tmp_path / "again", "-m", "not drill")
    assert again.outcomes == live.outcomes


@attack("T6", "no line of a log hides another one")
def test_a_line_of_a_log_hides_no_other(
    target: Path, tmp_path: Path, on_host: OnHost, mallory: Callable[[str], str]
) -> None:
    """A user logs beginnings without an end, under the kernel's name and others: the server is judged as before, also later."""
    before = audit(str(target), tmp_path / "before", "-m", "live")
    mallory("; ".join(f"logger -t {tag} -- {quote(line)}" for tag in ("kernel", "k3s", "app") for line in UNENDED))
    record = tmp_path / "record.json"
    after = audit(str(target), tmp_path / "after", f"--record={record}", "-m", "live")
    again = audit(f"replay:{record}", tmp_path / "again", "-m", "live")
    on_host("journalctl --rotate >/dev/null 2>&1")
    assert before.outcomes == after.outcomes == again.outcomes
