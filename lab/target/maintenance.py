"""Announced maintenance for the boots of the lab, which is started for every use and changed while it is up."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from lab.machine.session import LabServer
from lab.scenarios import Scenario

_BOOT = re.compile(r"^ *-?\d+ [0-9a-f]{32} \S+ (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) UTC", re.MULTILINE)
_SETTLING = timedelta(minutes=20)
_UP = timedelta(hours=8)


def write_maintenance(folder: Path, scenario: Scenario, session: LabServer) -> None:
    """Write maintenance.toml with an entry for each boot in the server's journal. Only `ready` has one."""
    if scenario.name != "ready":
        return
    listed = session.guest.root("TZ=UTC0 journalctl -q --no-pager --list-boots")
    boots = [datetime.strptime(found, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC) for found in _BOOT.findall(listed)]
    entries = [_entry(boot, _UP if boot == boots[-1] else _SETTLING) for boot in boots]
    (folder / "maintenance.toml").write_text("# Invented for the lab: its boots, as if announced.\n" + "".join(entries))


def _entry(boot: datetime, lasting: timedelta) -> str:
    return f"""
[[maintenance]]
from = {(boot - timedelta(minutes=1)).isoformat()}
to = {(boot + lasting).isoformat()}
what = "the lab is started"
who = "Lab Operator"
declared = {(boot - timedelta(days=1)).isoformat()}
"""
