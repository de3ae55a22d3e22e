"""The commands of `phase0-gate`: which program each one starts, and examples of its use.

A command of a program has the name that the program gives it. What it does and its options are in that program alone.
"""

from dataclasses import dataclass

PROGRAMS = ("fixtures", "reports", "remediations", "notify", "fleet", "init")


@dataclass(frozen=True)
class Command:
    """A command: the program that carries it out, and examples, each the words after `phase0-gate NAME`.

    `program` is a package of PROGRAMS, "pytest", a script of deploy/, or "" for what this package does itself. `usage`
    says what the command does where no program of ours says so.
    """

    program: str
    examples: tuple[str, ...]
    usage: str = ""


GROUPS = {
    "Begin": {
        "init": Command(
            "init",
            (
                "edge --host edge.example.org --admin dana",
                "edge --host edge.example.org --dry-run",
                "edge",
                "edge --remove",
            ),
        ),
    },
    "Audit": {
        "audit": Command(
            "pytest",
            ("demo", "edge", "edge --lang=fr", "edge -m 'not drill'", "replay:RECORDING.json"),
            "judge a server, print the decision and write the pages",
        ),
        "check": Command("fixtures", ("edge", "edge --lang=fr")),
        "ask": Command("fixtures", ("edge filesystems", "demo filesystems")),
        "import": Command("fixtures", ("goss.yaml",)),
    },
    "Repair": {
        "fix": Command(
            "pytest",
            ("edge plan", "edge", "edge DSK-08,log_rotation", "edge log_rotation --fix-disruptive"),
            "repair what can be repaired safely, and judge again; plan changes nothing",
        ),
        "runs": Command("remediations", ("--target=edge",)),
        "rollback": Command("remediations", ("20260211T091500-123456 --target=edge",)),
        "prune": Command("remediations", ("--days=90 --target=edge",)),
        "rights": Command("remediations", ("--target=edge --into=targets/edge/deploy",)),
    },
    "Contract and reports": {
        "list": Command("reports", ("", "--lang=fr")),
        "explain": Command("reports", ("DSK-01", "DSK-01 --lang=fr")),
        "render": Command("reports", ("phase0-reports/edge/run.json", "run.json --reports=pages --lang=fr")),
        "compare": Command("reports", ("yesterday/run.json phase0-reports/edge",)),
        "export": Command("reports", ("phase0-reports/edge/run.json --format=sarif --output=audit.sarif",)),
        "schema": Command("reports", ("",)),
    },
    "People and history": {
        "attest": Command("reports", ('edge DEC-04 --who="Dana Leroy" --role=sponsor --document=budget.pdf',)),
        "waive": Command("reports", ('edge DOC-01 --reason="in review" --approver="Dana Leroy" --until=2026-02-13',)),
        "log": Command("reports", ('edge --activity="backups and their restores" --hours=6',)),
        "history": Command("reports", ("edge", "edge --export=edge.jsonl")),
    },
    "Unattended": {
        "schedule": Command(
            "deploy/schedule",
            ("sample /srv/phase0/edge", "check /srv/phase0/edge"),
            "run one audit as a timer or a CI holds it: lock, audit, message, and whether the history kept it",
        ),
        "hold": Command("deploy/kubernetes/hold", ("sample",), "run one audit in a container of the cluster"),
        "notify": Command("notify", ("test edge", "changed edge --run=phase0-reports/edge/run.json")),
    },
    "Many servers": {
        "fleet": Command("fleet", ("audit --fleet=fleet.toml", "list --fleet=fleet.toml", "render fleet.json")),
    },
    "This command": {
        "completion": Command("", ("bash", "zsh"), "print the completion for a shell"),
        "manual": Command("", ("",), "print the manual page, for: man -l -"),
    },
}
COMMANDS = {name: command for group in GROUPS.values() for name, command in group.items()}
