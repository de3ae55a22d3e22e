"""The command line of init, validated before anything is contacted."""

import argparse
import os
import re

import msgspec

from fixtures.target.folder import is_nobodys
from fixtures.target.values import Host, Name
from gate.command import UNUSABLE, Parser, spoken
from gate.sentence import LANGUAGES
from init.errors import InitError

RESERVED = ("demo", "lab", "replay")  # words that TARGET= and --target= understand otherwise
FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")
USAGE = "prepare a server for its audits: look at it, show the plan, ask once, install the account that can only ask, and audit"


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """The options of one run of init as they were given; "" and 0 stand for what was left out."""

    name: str
    host: str = ""
    admin: str = ""
    port: int = 0
    ssh_config: str = ""
    fingerprint: str = ""
    dry_run: bool = False
    yes: bool = False
    remove: bool = False
    whole: bool = False
    no_drills: bool = False
    lang: str = "en"


def parser() -> Parser:
    """Return the parser of the command line."""
    language = os.environ.get("PHASE0_LANG", "en")
    top = Parser(prog=spoken("python -m init"), description=USAGE)
    top.add_argument("name", metavar="NAME", help="the name of the server here, and of its folder: a-z, 0-9 and -")
    top.add_argument("--host", default="", metavar="ADDRESS", help="its address or name, as your ssh knows it")
    top.add_argument(
        "--admin", default="", metavar="USER", help="your account there, which can become root (that of your ssh)"
    )
    top.add_argument("--port", type=_port, default=0, metavar="N", help="where its ssh listens (that of your ssh)")
    top.add_argument("--ssh-config", default="", metavar="FILE", help="another configuration than ~/.ssh/config")
    top.add_argument(
        "--fingerprint", default="", metavar="SHA256:…", help="that of its host key, which is then not asked about"
    )
    how = top.add_mutually_exclusive_group()
    how.add_argument("--dry-run", action="store_true", help="show what was seen and the plan, and change nothing")
    how.add_argument(
        "--remove", action="store_true", help="take everything away again, from the server and from the folder"
    )
    top.add_argument(
        "--yes", action="store_true", help="agree to the plan; a host key that nobody vouches for is refused"
    )
    top.add_argument("--whole", action="store_true", help="show long files of the plan too, such as every question")
    top.add_argument("--no-drills", action="store_true", help="leave the drills out of the first audit")
    top.add_argument("--lang", choices=LANGUAGES, default=language, help="the language of check and audit")
    return top


def _port(written: str) -> int:
    if not written.isascii() or not written.isdecimal() or not 0 < int(written) < 65536:
        raise argparse.ArgumentTypeError(f"{written}: write a number from 1 to 65535")
    return int(written)


def validated(given: argparse.Namespace) -> Options:
    """Return the options. Raises InitError in one line if a value cannot be used."""
    options = Options(**vars(given))
    _refuse(
        options.name,
        Name,
        f"{options.name[:80]!r}: no name of a server: write a-z, 0-9 and -, beginning with a letter or digit",
    )
    if options.name in RESERVED or len(options.name) > 60:
        raise InitError(f"{options.name[:80]}: is taken, or longer than 60 characters; write another name", UNUSABLE)
    for option, value in (("--host", options.host), ("--admin", options.admin)):
        if value:
            _refuse(
                value,
                Host,
                f"{option} {value[:80]!r}: write letters, digits and . _ - :, as in edge.example.org; {AT}",
            )
    if options.fingerprint and not FINGERPRINT.fullmatch(options.fingerprint):
        raise InitError("--fingerprint: write what ssh-keygen -l prints, from SHA256: on: 43 characters", UNUSABLE)
    refuse_nobodys(options.host)
    return options


AT = "the account goes into --admin"


def refuse_nobodys(address: str) -> None:
    """Raise InitError for an address that RFC 5737 or 3849 reserves for documentation: nothing is ever contacted there."""
    if is_nobodys(address):
        raise InitError(
            f"{address} is an address for examples, and nobody's server; write your server's: --host", UNUSABLE
        )


def _refuse(value: str, kind: object, line: str) -> None:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise InitError(line, UNUSABLE) from error
