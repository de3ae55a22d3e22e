"""The options of `python -m fleet`."""

import argparse
import os
from pathlib import Path

from fixtures.session.options import ROOT, add_fix
from fleet.dask.commands import add_certificates, add_services, address, counted
from fleet.running.pool import at_once
from gate.command import Parser
from gate.sentence import LANGUAGES

NOTIFY = "send one message about the last round to whom [notify] of the inventory names"
FLEET = ROOT / "targets" / "fleet.toml"


def parser() -> Parser:
    """Return the parser of all commands."""
    top = Parser(prog="python -m fleet", description="Audit many servers, and decide about all of them.")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, usage in (
        ("audit", "validate the inventory, audit its servers side by side, and decide"),
        ("list", "validate the inventory and print its servers"),
        ("check", "validate the inventory and try everything an audit asks of its servers"),
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
    command.add_argument("--pages", action="store_true", help="also the page of every server, from its run.json")
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
    command.add_argument(
        "--pages", action="store_true", help="write the page of every server, also of those that are GO"
    )
    command.add_argument("--no-drills", action="store_true", help="leave the drills out")
    command.add_argument("--sample", action="store_true", help="only the sample run, on which the seven days depend")
    command.add_argument(
        "--kept", action="store_true", help="status 74 if a server that was judged got no sample in its history"
    )
    command.add_argument(
        "--drills-at-once", type=counted(1000), default=4, metavar="N", help="audits with drills in flight at once (4)"
    )
    add_fix(
        command.add_argument,
        "repair ring by ring what can be repaired safely, until a server gets worse; plan changes nothing",
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
