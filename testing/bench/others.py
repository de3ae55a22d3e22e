"""The same questions as they are asked with other tools: testinfra, and, where a venv has them, ansible-core and pyinfra."""

import json
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from shlex import quote
from tempfile import TemporaryDirectory

import testinfra

from fixtures.ask.connection import Connection
from fixtures.ask.facts import Asked, Fact
from fixtures.target import Target, variables
from testing.bench.cost import ran

UNANSWERED = (
    0,
    2,
    4,
)  # of Ansible: some questions end with a status of their own, which it takes for a failure or a host that is gone


def plain_testinfra(target: Target, facts: Sequence[Fact], control: str) -> float:
    """Ask the facts one command each, as a suite of plain testinfra tests does."""
    with ssh_config(target, control) as config:
        host = testinfra.get_host("ssh://target", ssh_config=config)
        for fact, command in commands(target, facts):
            host.run("sudo -n sh -c %s" if fact.asked is Asked.ROOT else "sh -c %s", command)
        if control:
            subprocess.run(["ssh", "-F", config, "-O", "exit", "target"], check=False, stderr=subprocess.DEVNULL)
    return 0.0


def commands(target: Target, facts: Sequence[Fact]) -> list[tuple[Fact, str]]:
    """Return each fact with its question, in which the values of the target are set."""
    given = "".join(f"{name}={quote(value)}\n" for name, value in variables(target).items())
    return [(fact, given + fact.ask) for fact in facts]


def installed(tools: Path | None) -> dict[str, Callable[[Target, Sequence[Fact]], float]]:
    """Return the ways of the tools that this venv has, by their names."""
    if tools is None:
        return {}
    known = {"ansible-playbook": "ansible-core, pipelining", "pyinfra": "pyinfra"}
    ways = {"ansible-playbook": _ansible, "pyinfra": _pyinfra}
    return {
        known[name]: lambda target, facts, name=name: ways[name](tools / "bin" / name, target, facts)  # type: ignore[misc]  # mypy infers no lambda with a default
        for name in known
        if (tools / "bin" / name).exists()
    }


def _ansible(program: Path, target: Target, facts: Sequence[Fact]) -> float:
    """Ask each fact with a task of its own, over one connection."""
    tasks = [
        {"raw": f"sh -c {quote(command)}", "become": fact.asked is Asked.ROOT, "ignore_errors": True}
        for fact, command in commands(target, facts)
    ]
    with TemporaryDirectory() as folder, ssh_config(target, "") as config:
        Path(folder, "play.json").write_text(
            json.dumps([{"hosts": "all", "gather_facts": False, "ignore_unreachable": True, "tasks": tasks}])
        )
        shared = "-o ControlMaster=auto -o ControlPersist=60"
        Path(folder, "ansible.cfg").write_text(
            f"[defaults]\nhost_key_checking = False\n[ssh_connection]\npipelining = True\nssh_args = -F {config} {shared}\n"
        )
        return ran([str(program), "-i", "target,", "play.json"], Path(folder), UNANSWERED)


def _pyinfra(program: Path, target: Target, facts: Sequence[Fact]) -> float:
    """Ask each fact with an operation of its own, over one connection."""
    rows = "".join(
        f"server.shell(commands=[{command!r}], _sudo={fact.asked is Asked.ROOT}, _ignore_errors=True)\n"
        for fact, command in commands(target, facts)
    )
    with TemporaryDirectory() as folder, ssh_config(target, "") as config:
        Path(folder, "deploy.py").write_text(f"from pyinfra.operations import server\n{rows}")
        words = ["-y", "--data", f"ssh_config_file={config}", "@ssh/target", "deploy.py"]
        return ran([str(program), *words], Path(folder), (0, 1))


@contextmanager
def ssh_config(target: Target, control: str) -> Iterator[str]:
    """Yield the path of our ssh_config, with another ControlPath or none."""
    connection = Connection(target)
    lines = [line for line in connection.config.read_text().splitlines() if "ControlPath" not in line]
    lines += [f"  ControlPath {connection.folder}/{control}"] if control else []
    connection.config.write_text("\n".join(lines) + "\n")
    try:
        yield str(connection.config)
    finally:
        connection.close()
