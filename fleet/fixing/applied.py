"""What a fleet's `--fix` did: on which server what was changed, how that is taken back, and why it went no further."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from shlex import quote

from fleet.inventory.inventory import Server
from fleet.rows import Heard
from gate.command import spoken
from gate.run import Intervention
from reports.text.words import Voice, shown

TAKEN_BACK = ("rolled-back", "failed")


def tried(told: Heard) -> tuple[Intervention, ...]:
    """Return what a run of `--fix` tried on its server; what it found left behind by an earlier run is not of it."""
    return tuple(one for one in told.changes if one.run and one.state != "planned")


def went_wrong(told: Heard) -> str:
    """Return why no further server may be changed after this one, or "".

    A server whose audit ended without a result may be half changed. One that did not answer was not changed.
    """
    if told.missing:
        return "fix-lost" if told.missing != "interrupted" else ""
    if any(one.state in TAKEN_BACK for one in tried(told)):
        return "fix-undone"
    return "fix-worse" if told.worse and tried(told) else ""


def applied_lines(told: Mapping[str, Heard], asked: Iterable[Server], inventory: Path, voice: Voice) -> Iterator[str]:
    """Yield a line for each server that was changed, with the command that takes it back, and why the rest was not."""
    servers = {server.name: server for server in asked}
    for name, heard in told.items():
        runs = {one.run: None for one in tried(heard) if one.state == "applied"}
        for run in runs:
            yield voice.say("fleet", "fix-back", {"name": name})
            yield f"    {rollback(servers[name], run, inventory)}"
    stopped = next(((name, why) for name, heard in told.items() if (why := went_wrong(heard))), None)
    if stopped:
        rest = [name for name in servers if name not in told]
        name, why = stopped
        values = {"name": name, "why": voice.say("fleet", why, {"ids": told[name].worse}), "names": rest}
        yield voice.say("fleet", "fix-stopped", values)


def change_line(told: Heard, voice: Voice) -> str:
    """Return what was changed on one server, or ""."""
    done = [
        voice.say(
            "fleet", "fix-did", {"remedy": one.remedy, "state": voice.say("state", one.state), "ids": one.criteria}
        )
        for one in tried(told)
    ]
    return voice.semicolon.join(map(shown, done))


def rollback(server: Server, run: str, inventory: Path) -> str:
    """Return the command that takes back a run of `--fix` on a server of the fleet, as it can be pasted."""
    settings = f"python -m fleet settings {server.name} --fleet={quote(str(inventory))}"
    command = f"python -m remediations rollback {run} --target={quote(server.target)}"
    return f'PHASE0_SETTINGS="$({spoken(f".venv/bin/{settings}")})" {spoken(f".venv/bin/{command}")}'
