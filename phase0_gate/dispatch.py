"""Starts the program of a command. Its exit status is that of the program."""

import os
import sys
from difflib import get_close_matches
from importlib.metadata import version
from pathlib import Path

from gate.command import STARTED_BY, UNUSABLE, complain
from phase0_gate import HOME, INSTALLED
from phase0_gate.commands import COMMANDS, PROGRAMS

HELP = ("-h", "--help")


def dispatch(words: list[str]) -> int:
    """Carry out the words of the command line. Return an exit status, or become the program of the command.

    No words, or an unknown command, are a wrong usage (4): 0 is the status of a GO. Options alone are those of `audit`.
    """
    os.environ[STARTED_BY] = "phase0-gate"
    match words:
        case ["--version", *_]:
            return _written(f"phase0-gate {version('phase0-gate')}\n")
        case [("-h" | "--help"), *_]:
            return _helped("")
        case [name, *rest] if name in COMMANDS:
            return _helped(name) if _asks_for_help(name, rest) else _started(name, rest)
        case [name, *rest] if name in PROGRAMS:  # as version 0.1 was called
            return _python(["-m", name, *rest])
        case [option, *_] if option.startswith("-"):
            return _started("audit", words)
    return complain(_unknown(words), UNUSABLE)


def pytest_words(name: str, words: list[str]) -> list[str]:
    """Return the command line of pytest for `audit [TARGET] …` or `fix [TARGET] [WHAT] …`."""
    first, fixes = [], name == "fix"
    rest = list(words)
    if rest and not rest[0].startswith("-"):
        first.append(f"--target={rest.pop(0)}")
    if fixes:
        first.append(f"--fix={rest.pop(0)}" if rest and not rest[0].startswith("-") else "--fix")
    return [
        "-m",
        "pytest",
        "-c",
        str(HOME / "pyproject.toml"),
        "--rootdir",
        str(HOME),
        str(HOME / "tests"),
        *first,
        *rest,
    ]


def reports_folder(words: list[str]) -> str:
    """Return the folder of the reports of an installed audit: that of the target, or that of the demo."""
    pairs = zip(words, [*words[1:], ""], strict=False)
    named = [word.partition("=")[2] or after for word, after in pairs if word.partition("=")[0] == "--target"]
    target = [os.environ.get("PHASE0_TARGET", "demo"), *named][-1]
    if target == "demo" or target.startswith("replay:"):
        return "phase0-reports"
    folder = Path(target)
    return str(Path("phase0-reports", folder.name if folder.name.strip(".") else folder.resolve().name))


def _asks_for_help(name: str, words: list[str]) -> bool:
    asked = words[:1] if name == COMMANDS[name].program else words  # whose own commands have a help of their own
    return bool(set(asked) & set(HELP))


def _started(name: str, words: list[str]) -> int:
    program = COMMANDS[name].program
    if program == "pytest":
        given = pytest_words(name, words)
        if INSTALLED:
            os.environ.setdefault("PHASE0_REPORTS", reports_folder(given))
        return _python(given)
    if program in PROGRAMS:
        return _python(["-m", program, *(words if name == program else [name, *words])])
    if program:
        os.environ["PHASE0_PYTHON"] = sys.executable
        return _become(["/bin/sh", str(HOME / program), *words])
    return _printed(name, words)


def _python(words: list[str]) -> int:
    os.environ["PYTHONPATH"] = str(HOME)
    return _become([sys.executable, "-P", *words])


def _become(words: list[str]) -> int:
    sys.stdout.flush()
    os.execv(words[0], words)  # noqa: S606 — our own interpreter, or a script of ours


def _helped(name: str) -> int:
    from phase0_gate.helping import command_help, overview  # it imports every program, which takes half a second

    return _written(command_help(name) if name else overview())


def _printed(name: str, words: list[str]) -> int:
    from phase0_gate.completion import SHELLS
    from phase0_gate.manual import manual

    texts = SHELLS if name == "completion" else {"": manual}
    made = texts.get(" ".join(words))
    if made is None and name == "completion" and len(words) == 1:
        return complain(
            f"phase0-gate completion: {words[0][:40]}: there is one for {' and for '.join(SHELLS)}", UNUSABLE
        )
    if made is None:
        return complain(f"phase0-gate {name}: wrong usage; see: phase0-gate {name} --help", UNUSABLE)
    return _written(made())


def _written(text: str) -> int:
    sys.stdout.write(text)
    return 0


def _unknown(words: list[str]) -> str:
    if not words:
        return "phase0-gate: which command? See: phase0-gate --help"
    near = get_close_matches(words[0], COMMANDS)
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    return f"phase0-gate: {words[0][:80]}: no such command; {hint}see: phase0-gate --help"
