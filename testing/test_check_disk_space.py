"""The disk check that disk_monitor installs, run with replacements for df, logger and curl."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from remediations.disk_monitor import FILES, SCRIPT

LOGGED = re.compile(r"^log -p user\.(\w+) -t disk-monitor -- ")
Check = Callable[..., tuple[int, list[str]]]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Return a function that runs the check on these rows of df, and returns its exit status and its messages."""
    tools = tmp_path / "bin"
    tools.mkdir()
    messages = tmp_path / "told"
    for name, text in (
        ("logger", f'echo "log $*" >>{messages}'),
        ("df", f"cat {tmp_path}/rows"),
        ("curl", f'echo "call ${{@: -1}}" >>{messages}\nexit "$(cat {tmp_path}/refused)"'),
    ):
        (tools / name).write_text(f"#!/bin/bash\n{text}\n")
        (tools / name).chmod(0o755)
    settings, script = tmp_path / "settings", tmp_path / "check"
    settings.write_text(f"WEBHOOK=http://hook/\nHEARTBEAT=http://beat/\nTEXTFILE={tmp_path}/metrics\n")
    text = (FILES / SCRIPT[1:]).read_text(encoding="utf-8")
    for here, there in (
        ("export PATH=", f"export PATH={tools}:"),
        ("/etc/twisterlab/disk-monitor.conf", str(settings)),
        ("state=/var/lib/twisterlab/disk-monitor", f"state={tmp_path}/state"),
    ):
        text = text.replace(here, there)
    script.write_text(text)

    def run(*rows: str, refused: int = 0) -> tuple[int, list[str]]:
        (tmp_path / "rows").write_text("Use% IUse% Mounted on\n" + "".join(f"{row}\n" for row in rows))
        (tmp_path / "refused").write_text(str(refused))
        messages.write_text("")
        done = subprocess.run(["bash", str(script)], capture_output=True, text=True, timeout=30, check=False)
        return done.returncode, [LOGGED.sub(r"\1: ", line) for line in messages.read_text().splitlines()]

    return run


def levels(messages: list[str]) -> list[str]:
    return [line.split(":")[0] for line in messages if not line.startswith("call")]


def test_a_level_is_told_once_and_its_end_too(check: Check) -> None:
    assert levels(check("64% 3% /")[1]) == []
    assert levels(check("65% 3% /")[1]) == ["warning"]
    assert levels(check("66% 3% /")[1]) == []
    assert levels(check("70% 3% /")[1]) == ["crit"]
    assert levels(check("69% 3% /")[1]) == [], "two points below, or it flutters"
    assert levels(check("40% 3% /")[1]) == ["notice"]


def test_inodes_count_and_every_disk_does(check: Check) -> None:
    status, messages = check("10% 99% /", "80% - /srv/my data")
    assert status == 0
    assert [line for line in messages if line.startswith("crit")] == [
        "crit: / is at 10 % of its bytes and 99 % of its inodes (limits 65 and 70 %)",
        "crit: /srv/my data is at 80 % of its bytes and 0 % of its inodes (limits 65 and 70 %)",
    ]


def test_the_heartbeat_is_called_at_every_run_and_the_webhook_for_news(check: Check) -> None:
    assert check("10% 3% /")[1] == ["call http://beat/"]
    assert [line for line in check("90% 3% /")[1] if line.startswith("call")] == [
        "call http://hook/",
        "call http://beat/",
    ]


def test_a_webhook_that_refuses_is_tried_again(check: Check) -> None:
    assert levels(check("90% 3% /", refused=22)[1]) == ["crit", "err"]
    assert levels(check("90% 3% /")[1]) == ["crit"]
    assert levels(check("90% 3% /")[1]) == []


@pytest.mark.parametrize("rows", [(), ("-% 3% /",), ("10% 3% /srv",), ("Permission denied",)])
def test_what_cannot_be_measured_is_an_error(check: Check, rows: tuple[str, ...]) -> None:
    status, messages = check(*rows)
    assert status == 2
    assert levels(messages) == ["err"]


def test_the_metric_is_whole_and_of_every_disk(check: Check, tmp_path: Path) -> None:
    check("10% 3% /", '20% - /srv/a "b"')
    assert sorted(path.name for path in (tmp_path / "metrics").iterdir()) == ["twisterlab_disk.prom"]
    text = (tmp_path / "metrics" / "twisterlab_disk.prom").read_text()
    assert 'twisterlab_disk_used_percent{mountpoint="/"} 10\n' in text
    assert 'twisterlab_disk_used_percent{mountpoint="/srv/a \\"b\\""} 20\n' in text
    assert 'twisterlab_disk_inodes_used_percent{mountpoint="/"} 3\n' in text
    assert re.search(r"^twisterlab_disk_check_seconds \d+$", text, re.MULTILINE)
