"""Write the target folder of a running lab; the functions in FINISH add what depends on the scenario."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from lab.machine.session import LabServer
from lab.scenarios import Scenario
from lab.target.attestations import write_attestations
from lab.target.guides import write_guides
from lab.target.history import write_history
from lab.target.maintenance import write_maintenance

_TEMPLATE = Path(__file__).with_name("target.toml")
_WAIVERS = "# No waivers.\n"

_WEEK = 7  # the meeting is on day J+7, or today if that day has passed
_WORKLOG = (
    (0, "8,audit and clean-up,,"),
    (1, "4,MCP services,,"),
    (2, "4,rotation of the logs and alerts,,"),
    (3, "6,backups and their restores,,"),
    (4, ",no more clean-up of the disk by hand,4,assumed"),
    (5, ",no more backups by hand,2,measured"),
)

Finish = Callable[[Path, Scenario, LabServer], None]
# Functions that `up` calls in this order after it has written the plain files.
FINISH: tuple[Finish, ...] = (
    lambda folder, scenario, _: write_guides(folder, scenario),
    lambda folder, scenario, _: write_attestations(folder, scenario),
    write_history,
    write_maintenance,
)


def write_target(folder: Path, scenario: Scenario, session: LabServer) -> Path:
    """Write the target folder anew, and return it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    address = session.server.address
    today = datetime.now(UTC).date()
    dates = {
        "@START@": today - timedelta(days=scenario.day),
        "@MEETING@": today + timedelta(days=max(0, _WEEK - scenario.day)),
    }
    (folder / "target.toml").write_text(_filled({"@ADDRESS@": address, "@SCENARIO@": scenario.name, **dates}))
    (folder / "known_hosts").write_text(session.guest.known_hosts.read_text())
    _secret(folder / "id_ed25519", session.guest.key.read_text())
    _secret(folder / "kubeconfig", _kubeconfig(session))
    (folder / "waivers.toml").write_text(_WAIVERS)
    (folder / "worklog.csv").write_text(_worklog(dates["@START@"], today))
    for finish in FINISH:
        finish(folder, scenario, session)
    return folder


def _filled(values: Mapping[str, object]) -> str:
    text = _TEMPLATE.read_text()
    for name, value in values.items():
        text = text.replace(name, str(value))
    return text


def _worklog(start: date, today: date) -> str:
    """Return worklog.csv with the rows up to today."""
    done = [(start + timedelta(days=day), row) for day, row in _WORKLOG]
    rows = [f"{at},{row}" for at, row in done if at <= today]
    return "\n".join(["date,hours,activity,saved_hours_per_month,basis", *rows, ""])


def _secret(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text)


def _kubeconfig(session: LabServer) -> str:
    cluster = session.cluster()
    ca = base64.b64encode(cluster.authority.read_bytes()).decode()
    return f"""apiVersion: v1
kind: Config
clusters:
- name: lab
  cluster:
    server: https://{cluster.address}:6443
    certificate-authority-data: {ca}
users:
- name: phase0-audit
  user:
    token: {cluster.token}
contexts:
- name: lab
  context:
    cluster: lab
    user: phase0-audit
current-context: lab
"""
