"""Implements `python -m fleet COMMAND`: many servers, audited side by side, here or on a cluster, and judged together."""

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from fixtures.ask.redaction import error_text
from fixtures.session.options import EVERYTHING, ROOT
from fixtures.target.addresses import addresses
from fleet.dask.commands import REFUSED, SERVICES, add_certificates, add_services, address, counted, run_service
from fleet.exports import ROUND, write_all
from fleet.fixing.wanted import wanted
from fleet.inventory.fleet_toml import load_fleet
from fleet.inventory.inventory import Fleet, FleetError
from fleet.message import news
from fleet.round import Round, RoundError, read_round, schema
from fleet.running.audit import RoundOptions, audit_fleet
from fleet.running.pool import at_once
from fleet.text import summary
from gate.bounded import MOST_RECORDED, read_bounded
from gate.command import UNUSABLE, Parser, complain, spoken, status_of
from gate.contract import ContractError
from gate.sentence import LANGUAGES
from notify.sending import no_audit, send, trial
from reports.text.words import Voice

NOTIFY = "send one message about the last round to whom [notify] of the inventory names"
FLEET, OUT = ROOT / "targets" / "fleet.toml", ROOT / "reports" / "out" / "fleet"


def parser() -> Parser:
    """Return the parser of all commands."""
    top = Parser(prog="python -m fleet", description="Audit many servers, and decide about all of them.")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, usage in (
        ("audit", "validate the inventory, audit its servers side by side, and decide"),
        ("list", "validate the inventory and print its servers"),
        ("settings", "print what the inventory adds to a server's target, as PHASE0_SETTINGS takes it"),
    ):
        command = commands.add_parser(name, help=usage, description=usage)
        command.add_argument(
            "--fleet", type=Path, default=FLEET, metavar="FILE", help="the inventory (targets/fleet.toml)"
        )
        if name == "settings":
            command.add_argument("server", metavar="NAME")
        else:
            command.add_argument("--group", default="", metavar="NAME", help="only this site, ring or group")
        if name == "audit":
            _audit_options(command)
    _notify_options(commands.add_parser("notify", help=NOTIFY, description=NOTIFY))
    usage = "decide again, and make the reports again, from a fleet.json"
    command = commands.add_parser("render", help=usage, description=usage)
    command.add_argument("round", metavar="FLEET.json", type=Path)
    command.add_argument("--reports", metavar="FOLDER", type=Path, help="the folder to write to (that of FLEET.json)")
    add_services(commands)
    commands.add_parser("schema", help="print its schema", description="print the JSON Schema of fleet.json")
    for command in commands.choices.values():
        command.add_argument("--lang", choices=LANGUAGES, default=os.environ.get("PHASE0_LANG", "en"), help="en or fr")
    return top


def _audit_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--reports", metavar="FOLDER", type=Path, help="where the reports go (reports/out/fleet/NAME)")
    command.add_argument(
        "--at-once",
        type=counted(1000),
        metavar="N",
        help=f"audits in flight at once ({at_once()}, or what the scheduler's workers take)",
    )
    command.add_argument("--no-drills", action="store_true", help="leave the drills out")
    command.add_argument(
        "--drills-at-once", type=counted(1000), default=4, metavar="N", help="audits with drills in flight at once (4)"
    )
    command.add_argument(
        "--fix",
        nargs="?",
        const=EVERYTHING,
        metavar="plan|ID,…|REMEDY,…",
        help="repair ring by ring what can be repaired safely, until a server gets worse; plan changes nothing",
    )
    command.add_argument(
        "--fix-disruptive", action="store_true", help="with --fix: also what restarts workloads or deletes something"
    )
    command.add_argument(
        "--fix-at-once",
        type=counted(1000),
        default=1,
        metavar="N",
        help="servers of a ring that are repaired at once (1)",
    )
    command.add_argument(
        "--scheduler", type=address, metavar="tls://HOST:PORT", help="let the workers of a cluster do it"
    )
    add_certificates(command)


def _notify_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "what", choices=("changed", "failed", "test"), help="the last round; that none could be held; a test"
    )
    command.add_argument("--fleet", type=Path, default=FLEET, metavar="FILE", help="the inventory (targets/fleet.toml)")
    command.add_argument(
        "--reports", metavar="FOLDER", type=Path, help="where its reports are (reports/out/fleet/NAME)"
    )
    command.add_argument("--state", metavar="FOLDER", type=Path, help="the folder of told.json (that of the inventory)")
    command.add_argument(
        "--light", action="store_true", help="the round was a sample run: tell only servers that are NO-GO"
    )


def main(words: list[str]) -> int:
    """Run a command and return its exit status.

    `audit` returns that of the decision: 0, 1, 10 or 11, and 130 if it was stopped. 4: something is wrong, in one line.
    """
    given = parser().parse_args(words)
    try:
        if given.command in ("audit", "notify"):
            return _audit(given) if given.command == "audit" else _notify(given)
        if given.command in SERVICES:
            return run_service(given, _say)
        for line in _answer(given):
            print(line)
    except (FleetError, ContractError, RoundError, *REFUSED) as error:
        return complain(error_text(error), UNUSABLE)
    return 0


def _audit(given: argparse.Namespace) -> int:
    fleet = load_fleet(given.fleet)
    if given.fix_disruptive and given.fix is None:
        raise FleetError("--fix-disruptive has no effect without --fix; add --fix")
    if given.scheduler and given.fix is not None:
        raise FleetError("--fix repairs from this machine alone; leave out --scheduler")
    servers = fleet.group(given.group)
    fix = None if given.fix is None else wanted(given.fix, given.fix_disruptive, given.fix_at_once, servers)
    options = RoundOptions(
        reports=given.reports or OUT / fleet.name,
        group=given.group,
        at_once=given.at_once or (0 if given.scheduler else at_once()),
        drills_at_once=0 if given.no_drills else given.drills_at_once,
        language=given.lang,
        fix=fix,
        inventory=given.fleet,
        scheduler=given.scheduler or "",
        certificates=given.certificates,
    )
    return audit_fleet(fleet, options, _say)


def _notify(given: argparse.Namespace) -> int:
    """Send at most one message to each address in [notify] of the inventory; return 0, or 1 if one was not delivered."""
    fleet = load_fleet(given.fleet)
    voice, folder = Voice(fleet.notify.language), Path(fleet.folder)
    make = (
        trial(fleet.title, voice)
        if given.what == "test"
        else no_audit(fleet.title, fleet.name, voice)
        if given.what == "failed"
        else news(_read(given.reports or OUT / fleet.name), voice, fleet.notify.link, sample_run=given.light)
    )
    return send(addresses(fleet.notify, folder), make, None if given.what == "test" else given.state or folder, _say)


def _say(line: str) -> None:
    print(line, flush=True)


def _answer(given: argparse.Namespace) -> Iterator[str]:
    match given.command:
        case "list":
            yield from _listed(load_fleet(given.fleet), given.group)
        case "settings":
            yield _settings(load_fleet(given.fleet), given.server)
        case "render":
            yield from _rendered(given.round, given.reports or given.round.parent, given.lang)
        case _:
            yield msgspec.json.format(msgspec.json.encode(schema()), indent=2).decode()


def _listed(fleet: Fleet, group: str) -> Iterator[str]:
    servers = fleet.group(group)
    width = max(len(server.name) for server in servers)
    for server in servers:
        groups = ", ".join(filter(None, (server.site, server.ring, *server.groups)))
        yield f"{server.name:{width}}  {server.title}{f' ({groups})' if groups else ''}  {server.target}"


def _settings(fleet: Fleet, name: str) -> str:
    for server in fleet.servers:
        if server.name == name:
            return server.layers.variable()
    raise FleetError(spoken(f"{name}: no such server in this fleet; see: .venv/bin/python -m fleet list"))


def _rendered(file: Path, folder: Path, language: str) -> Iterator[str]:
    """Decide again from fleet.json, write the reports, and yield the summary. Raises RoundError if that is not possible."""
    round = _read(file)
    if wrong := write_all(round, folder, language):
        raise RoundError(wrong[0])
    yield from summary(round, Voice(language), folder)


def _read(file: Path) -> Round:
    """Return the round of a fleet.json, which may be named by its folder. Raises RoundError if there is none."""
    file = file / ROUND if file.is_dir() else file
    try:
        return read_round(read_bounded(file, MOST_RECORDED), str(file))
    except OSError as error:
        raise RoundError(f"{file}: cannot be read: {error.strerror}; name the fleet.json of a round") from error


if __name__ == "__main__":
    sys.exit(status_of(main, sys.argv[1:]))
