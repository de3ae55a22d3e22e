"""The commands of a cluster: `certificates`, `scheduler` and `worker`, and what their options take."""

import argparse
import re
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fixtures.session.options import ROOT
from fleet.dask.address import PORT, scheduler_address
from fleet.dask.certificates import CertificateError, make_certificates
from fleet.dask.engine import MissingError
from fleet.dask.serve import ServiceError, run_scheduler, run_worker
from fleet.running.pool import at_once

REFUSED = (CertificateError, MissingError, ServiceError)
SERVICES = ("certificates", "scheduler", "worker")
CERTIFICATES = ROOT / "targets" / "certificates"
ANYWHERE = f"tls://0.0.0.0:{PORT}"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def add_services(commands: Any) -> None:
    """Add the parsers of the commands."""
    usage = "make the certificates of a scheduler, its workers and whoever starts rounds"
    made = commands.add_parser("certificates", help=usage, description=usage)
    made.add_argument("folder", metavar="FOLDER", type=Path, help="a new folder")
    made.add_argument("--days", type=counted(3650), default=365, metavar="N", help="how long they are valid (365)")
    usage = "run the scheduler of a cluster, until it is ended"
    made = commands.add_parser("scheduler", help=usage, description=usage)
    made.add_argument("address", nargs="?", type=address, default=ANYWHERE, metavar="tls://HOST:PORT", help=ANYWHERE)
    add_certificates(made)
    usage = "run a worker, which audits the servers of its own inventory for a scheduler, until it is ended"
    made = commands.add_parser("worker", help=usage, description=usage)
    made.add_argument("address", type=address, metavar="tls://HOST:PORT", help="the scheduler")
    made.add_argument(
        "--fleet", type=Path, default=ROOT / "targets" / "fleet.toml", metavar="FILE", help="the inventory"
    )
    made.add_argument("--name", type=_name, metavar="NAME", help="the worker's name (that of the machine)")
    made.add_argument(
        "--slots", type=counted(1000), default=at_once(), metavar="N", help=f"audits at once ({at_once()})"
    )
    made.add_argument(
        "--port", type=counted(65535), default=0, metavar="N", help="where the scheduler reaches it (any)"
    )
    add_certificates(made)


def add_certificates(command: argparse.ArgumentParser) -> None:
    """Add the option that names the folder of the certificates."""
    command.add_argument(
        "--certificates",
        type=Path,
        default=CERTIFICATES,
        metavar="FOLDER",
        help="of the cluster (targets/certificates)",
    )


def address(written: str) -> str:
    """Return the address of a scheduler."""
    try:
        return scheduler_address(written)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def counted(most: int) -> Callable[[str], int]:
    """Return what reads a number from 1 to `most`."""

    def count(written: str) -> int:
        if not written.isascii() or not written.isdecimal() or len(written) > 9 or not 0 < int(written) <= most:
            raise argparse.ArgumentTypeError(f"{written[:40]}: write a number from 1 to {most}")
        return int(written)

    return count


def _name(written: str) -> str:
    if not NAME.fullmatch(written):
        raise argparse.ArgumentTypeError(f"{written[:40]!a}: a worker's name has letters, digits, . _ and -")
    return written


def run_service(given: argparse.Namespace, tell: Callable[[str], None]) -> int:
    """Make certificates, or serve until a signal ends it. Raises one of REFUSED."""
    if given.command == "certificates":
        for file in make_certificates(given.folder, given.days):
            tell(str(file))
    elif given.command == "scheduler":
        run_scheduler(given.address, given.certificates, tell)
    else:
        name = given.name or socket.gethostname()
        run_worker(given.address, given.certificates, given.fleet, name, given.slots, given.port, tell)
    return 0
