"""The login of the administrator: the ssh client with that person's own configuration and agent, and root by sudo."""

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import msgspec

from fixtures.ask.connection import LOGIN_SECONDS, MASTER, REFUSALS, private_folder
from fixtures.ask.exchange import piped
from fixtures.target.values import Jump
from init.errors import InitError
from init.target_toml import Way

FIXED = (  # what the configuration of the administrator has no say in
    "GlobalKnownHostsFile=/dev/null",
    "UpdateHostKeys=no",
    "HashKnownHosts=no",
    f"ConnectTimeout={LOGIN_SECONDS}",
    "ForwardAgent=no",
    "ClearAllForwardings=yes",
    "RemoteCommand=none",
    "RequestTTY=no",
    "PermitLocalCommand=no",
)
ROOTED = "sudo -n sh -s"  # what root's work is started with
ASKED = "sudo -k -S -p '' sh -s"  # likewise, with the password as the first line


class Reach(msgspec.Struct, frozen=True):
    """What the administrator's ssh makes of the words: where it goes, as whom, and what its own files say of the key."""

    way: Way
    user: str
    strict: str = "ask"  # StrictHostKeyChecking
    known_hosts: tuple[str, ...] = ()
    alias: str = ""  # the name under which its own files hold the key
    command: str = ""  # a ProxyCommand, which a target cannot name


class Done(msgspec.Struct, frozen=True):
    """What a script wrote on stdout and stderr, and its exit status."""

    out: str
    err: str
    status: int


def options(config: str, port: int, admin: str) -> tuple[str, ...]:
    """Return the words of ssh for these options of init; 0 and "" leave the choice to the configuration of ssh."""
    words = (("-F", config), ("-p", str(port) if port else ""), ("-l", admin))
    return tuple(word for option, value in words if value for word in (option, value))


def resolve(host: str, words: Sequence[str]) -> Reach:
    """Return where `ssh HOST` leads, without contacting anything. Raises InitError if ssh is missing or refuses the words."""
    if shutil.which("ssh") is None:
        raise InitError("there is no ssh here; install it (Debian: openssh-client), then run this again", 4)
    done = subprocess.run(
        ["ssh", *words, "-G", "--", host], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise InitError(
            f"ssh does not take these words: {last_line(done.stderr)}; correct --host, --admin or --ssh-config", 4
        )
    reach = reach_of(done.stdout)
    if reach.way.jump:
        return msgspec.structs.replace(reach, way=msgspec.structs.replace(reach.way, jump=_jump(reach.way.jump, words)))
    return reach


def reach_of(printed: str) -> Reach:
    """Read what `ssh -G` prints."""
    said: dict[str, str] = {}
    for line in printed.splitlines():
        word, _, rest = line.partition(" ")
        said.setdefault(word, rest.strip())
    jump, command = said.get("proxyjump", ""), said.get("proxycommand", "")
    return Reach(
        way=Way(said.get("hostname", ""), int(said.get("port") or 22), "" if jump == "none" else jump),
        user=said.get("user", ""),
        strict=said.get("stricthostkeychecking", "ask"),
        known_hosts=tuple(
            str(Path(name).expanduser())
            for word in ("userknownhostsfile", "globalknownhostsfile")
            for name in said.get(word, "").split()
        ),
        alias=said.get("hostkeyalias", ""),
        command="" if command == "none" else command,
    )


def _jump(jump: str, words: Sequence[str]) -> str:
    """Return the machines in between by their addresses: the audit does not read the configuration that names them."""
    config = [word for option, word in pairwise(words) if option == "-F"]
    hops = []
    for hop in jump.split(","):
        user, _, rest = hop.rpartition("@")
        there = resolve(rest, options(config[0] if config else "", 0, user)) if ":" not in rest else None
        hops.append(f"{there.user}@{there.way.address}:{there.way.port}" if there else hop)
    try:
        return msgspec.convert(",".join(hops), Jump)
    except msgspec.ValidationError as error:
        raise InitError(
            f"your ssh goes by {jump[:80]}, which a target cannot name: write a ProxyJump USER@HOST:PORT", 4
        ) from error


class Admin:
    """One login for everything. `known_hosts` holds the one key that the server may show."""

    def __init__(self, host: str, reach: Reach, words: Sequence[str], known_hosts: Path, *, asks: bool) -> None:
        """Prepare the login; nothing is contacted before `open`. `asks` lets ssh ask for a passphrase at the terminal."""
        self.reach = reach
        self.password = ""
        self.folder, self._held = private_folder()
        batch = f"BatchMode={'no' if asks else 'yes'}"
        login = (*FIXED, f"UserKnownHostsFile={quoted(known_hosts)}", f"HostKeyAlias={key_name(reach.way)}", batch)
        self._words = [*words, *as_options(*login, "StrictHostKeyChecking=yes"), "--", host]
        self._control = self.folder / "control"
        self._master: subprocess.Popen[bytes] | None = None

    @property
    def name(self) -> str:
        """USER@ADDRESS, for messages."""
        return f"{self.reach.user}@{self.reach.way.address}"

    def open(self) -> None:
        """Log in. Raises InitError with the cause and the cure if that is not possible."""
        log = self.folder / "log"
        with log.open("wb") as output:
            self._master = subprocess.Popen(
                ["sh", "-c", MASTER, "sh", "ssh", *self._shared("yes"), "-N", *self._words],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=output,
            )
        while not self._control.exists():
            if self._master.poll() is not None:
                raise InitError(refusal(self.reach, log.read_text(errors="replace")))
            time.sleep(0.01)

    def run(self, script: str, seconds: float = 120) -> Done:
        """Run a script as the administrator."""
        return self._run("sh -s", script.encode(), seconds)

    def as_root(self, script: str, seconds: float = 120) -> Done:
        """Run a script as root, with the password if there is one."""
        if self.reach.user == "root":
            return self.run(script, seconds)
        if self.password:
            return self._run(ASKED, f"{self.password}\n{script}".encode(), seconds)
        return self._run(ROOTED, script.encode(), seconds)

    def become_root(self, ask: Callable[[str], str] | None) -> str:
        """Find out how to become root: return "", or why that is not possible. `ask` asks a person for the password."""
        if self.reach.user == "root" or not (refused := self._run(ROOTED, b"exit 0\n", 60)).status:
            return ""
        if "password" not in refused.err or ask is None:
            return refused.err
        for _ in range(3):
            self.password = ask(f"Password of {self.name} for sudo: ")
            refused = self._run(ASKED, f"{self.password}\nexit 0\n".encode(), 60)
            if not refused.status:
                return ""
        return refused.err

    def _run(self, command: str, given: bytes, seconds: float) -> Done:
        ssh = ["ssh", *self._shared("no"), *self._words, command]
        process = subprocess.Popen(ssh, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            out, err = process.communicate(given, timeout=seconds)
        except subprocess.TimeoutExpired as error:
            raise InitError(
                f"{self.name} did not answer within {seconds:.0f} s; look at the server, then run this again"
            ) from error
        finally:
            process.kill()
        return Done(
            out.decode(errors="backslashreplace"), err.decode(errors="backslashreplace").strip(), process.returncode
        )

    def _shared(self, master: str) -> list[str]:
        return as_options(f"ControlPath={quoted(self._control)}", f"ControlMaster={master}")

    def close(self) -> None:
        """End the lasting login, if there is one, and remove the folder of its socket."""
        if self._master is not None:
            with suppress(ProcessLookupError):
                self._master.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self._master.wait(5)
            self._master.kill()
            self._master.wait()
            piped(self._master.stdin).close()
        shutil.rmtree(self.folder, ignore_errors=True)
        os.close(self._held)


def key_name(way: Way) -> str:
    """Return the name of a host in known_hosts."""
    return way.address if way.port == 22 else f"[{way.address}]:{way.port}"


def as_options(*settings: str) -> list[str]:
    """Return settings of ssh_config as words of the command line."""
    return [word for setting in settings for word in ("-o", setting)]


def quoted(path: Path) -> str:
    """Return a path as ssh reads it in a setting."""
    return '"' + str(path).replace("%", "%%").replace("\\", "\\\\").replace('"', '\\"') + '"'


CURES = {  # by the codes of REFUSALS
    "host-key-changed": "its host key is not the one that was compared; find out why before anything else",
    "host-key-unknown": "its host key is another one than a moment ago; run this again",
    "key-unusable": "your key cannot be used",
    "login-refused": "it does not let {user} in; name the account with --admin, and try: ssh {port_option}{user}@{address}",
    "host-name": "there is no such name; correct --host",
    "unreachable": "it does not answer on port {port}; correct --host or --port, or look at its firewall",
}


def refusal(reach: Reach, said: str) -> str:
    """Return why there is no login, from the messages of ssh, and what to do, in one line."""
    code = next((code for pattern, code in REFUSALS if re.search(pattern, said)), "unreachable")
    way = reach.way
    option = f"-p {way.port} " if way.port != 22 else ""
    cure = CURES[code].format(user=reach.user, address=way.address, port=way.port, port_option=option)
    return f"{way.address}: {cure} ({last_line(said)})"


def last_line(said: str) -> str:
    """Return the last line of what a program said, or that it said nothing."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "nothing was said"
