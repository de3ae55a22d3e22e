"""`python -m init NAME --host ADDRESS`: prepare a server for its audits, and take that away again with --remove."""

import sys

from fixtures.ask.redaction import error_text
from fixtures.target import TargetError
from gate.command import INTERRUPTED, UNUSABLE, complain, spoken, status_of
from gate.contract import ContractError
from init.conduct import initialise
from init.errors import InitError
from init.folder import JOURNAL, place_of
from init.options import parser, validated
from init.terminal import Terminal


def main(words: list[str]) -> int:
    """Run init and return its exit status.

    0: it did what was asked, whatever the verdict; 1: the server, a step or a person refused; 4: a word or a file cannot be
    used, and nothing was contacted; 75: another init of this folder is under way; 130: interrupted.
    """
    given = parser().parse_args(words)
    try:
        return initialise(validated(given), Terminal())
    except InitError as error:
        return complain(f"init: {error_text(error)}", error.status)
    except (TargetError, ContractError) as error:
        return complain(error_text(error), UNUSABLE)
    except KeyboardInterrupt:
        return complain(f"init: interrupted; {_what_to_do(given.name)}", INTERRUPTED)


def _what_to_do(name: str) -> str:
    if not (place_of(name) / JOURNAL).exists():  # it is written before anything else
        return "nothing was changed"
    away = spoken(f".venv/bin/python -m init {name} --remove")
    return f"the same command goes on; this takes back what was done: {away}"


if __name__ == "__main__":
    sys.exit(status_of(main, sys.argv[1:]))
