"""What may meet a remedy besides its end: the server is as before all the same, or the plan says why nothing is done."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from shlex import quote

from remediations.transaction.plan import Plan
from remediations.transaction.remedy import Remedy
from remediations.transaction.session import TransactionError
from remediations.transaction.step import InstallFile, RemoveFile
from testing.kills.killing import Killed, transaction
from testing.kills.server import BEGUN, MARK, Server

RUNS = "/var/lib/phase0-gate"
DEAD = """\
mkdir -p /etc/phase0-gate
sed 's,server: .*,server: https://127.0.0.1:1,' /etc/rancher/k3s/k3s.yaml >/etc/phase0-gate/kubeconfig
"""


@dataclass(frozen=True)
class Circumstance:
    """`inject` makes it, `revert` ends it; both get the path of one file of the plan, or the number of a step.

    `of` says which plans it can meet. `eased`: it ends before the next run takes things back. `noted`: a plan that is
    drawn under it has no step and says why. `within`: it begins only while a step runs.
    """

    name: str
    inject: str
    revert: str
    of: Callable[[Plan], bool]
    eased: bool = False
    noted: bool = False
    within: bool = False


def has_file(plan: Plan) -> bool:
    """It puts or removes a file that is there."""
    return bool(_paths(plan))


def _paths(plan: Plan) -> list[str]:
    steps = [step for step in plan.steps if isinstance(step, InstallFile | RemoveFile)]
    return [step.path for step in steps if step.before is not None]


def _folders(plan: Plan) -> bool:
    return any(isinstance(step, InstallFile) for step in plan.steps)


FULL = "mkdir -p {runs}; mount -t tmpfs -o size={size}k,mode=0700 phase0-kills {runs}"
FREED = "mount -o remount,size=1g {runs}"
CIRCUMSTANCES = (
    *(
        Circumstance(
            f"disk full ({size} kB)",
            FULL.format(runs=RUNS, size=size),
            FREED.format(runs=RUNS),
            lambda _plan: True,
            eased=True,
        )
        for size in (8, 60, 200)
    ),
    Circumstance("API down", DEAD, "rm -r /etc/phase0-gate", lambda plan: bool(plan.calls), eased=True),
    Circumstance(
        "API down in a step",
        DEAD,
        "rm -rf /etc/phase0-gate",
        lambda plan: bool(plan.calls),
        eased=True,
        within=True,
    ),
    Circumstance(
        "folder read-only",
        'mount --bind "$folder" "$folder" && mount -o remount,ro,bind "$folder"',
        'umount "$folder"',
        _folders,
        noted=True,
    ),
    Circumstance(
        "file a mount",
        'cp -p "$path" /run/phase0-mounted && mount --bind /run/phase0-mounted "$path"',
        'umount "$path"; rm /run/phase0-mounted',
        has_file,
        noted=True,
    ),
    Circumstance(
        "file a link",
        'mv "$path" "$path.real" && ln -s "$path.real" "$path"',
        'mv "$path.real" "$path"',
        has_file,
        noted=True,
    ),
    Circumstance("attribute", 'chattr +i "$path"', 'chattr -i "$path"', has_file, noted=True),
    Circumstance("another owner", 'chown nobody "$path"', 'chown root "$path"', has_file),
)


def met(server: Server, remedy: Remedy, one: Circumstance, chance: random.Random) -> Killed:
    """The remedy under that circumstance: applied, taken back where it stood, and compared."""
    plan = server.plan(remedy)
    given = _given(plan, one, chance)
    before, kept = server.state(), server.kept()
    step = next((number for number, step in enumerate(plan.steps, 1) if getattr(step, "calls", ())), 1)
    watch = server.start(MARK + BEGUN.format(step=step) + one.inject) if one.within else server.root(given + one.inject)
    try:
        unnoted = one.noted and server.plan(remedy).steps
        meant = server.state() if not one.eased else before
        why = _applied(server, plan, (lambda: _end(server, watch, given + one.revert)) if one.within else None)
        if one.eased and not one.within:
            server.root(given + one.revert)
        with transaction(server) as after:
            left = after.recover()
        changed = sorted({*server.state()} ^ {*meant})
    finally:
        if not one.eased:
            server.root(given + one.revert)
        elif RUNS in one.revert:
            server.root(f"umount {RUNS}")
    changed += sorted({*server.state()} ^ {*before}) + server.lost(kept)
    wrong = "the plan does not say it" if unnoted else " | ".join(changed[:4])
    return Killed(f"{one.name}: {why[:60]}", sum(len(run.standing) for run in left), wrong)


def _given(plan: Plan, one: Circumstance, chance: random.Random) -> str:
    """The values of the circumstance's scripts."""
    paths = _paths(plan) if one.of is has_file else [step.path for step in plan.steps if isinstance(step, InstallFile)]
    path = chance.choice(paths) if paths and one.of in (has_file, _folders) else "/none/none"
    folder = path.rpartition("/")[0]
    made = f'folder={quote(folder)}\nwhile [ ! -d "$folder" ]; do folder=$(dirname "$folder"); done\n'
    return f"path={quote(path)}\n{made}set -e\n"


def _applied(server: Server, plan: Plan, meanwhile: Callable[[], None] | None) -> str:
    """Why it did not stay; it is taken back if it did."""
    try:
        with transaction(server) as first:
            applied = first.apply(plan)
            if meanwhile:
                meanwhile()
            if not applied.why:
                first.take_back("a test")
            first.finish()
            return applied.why or "applied, taken back"
    except TransactionError as error:
        return str(error)


def _end(server: Server, watch: object, revert: str) -> None:
    if hasattr(watch, "kill"):
        watch.kill()
    server.root(revert)


def under_a_newer(server: Server, first: Remedy, second: Remedy) -> Killed:
    """An older run is not undone under a newer one, by hand or by this program; both come back in their order."""
    before, runs = server.state(), []
    for remedy in (first, second):
        with transaction(server) as one:
            plan = server.plan(remedy)
            if why := one.apply(plan).why:
                return Killed(f"{remedy.name} over {first.name}", 0, why)
            one.accept()
            one.finish()
            runs.append(one.run)
    between = server.state()
    output = server.root(f"sh {RUNS}/runs/{runs[0]}/undo || :")
    refused = runs[1] in output and server.state() == between
    for run in reversed(runs):
        server.root(f"sh {RUNS}/runs/{run}/undo")
    changed = sorted({*server.state()} ^ {*before})
    wrong = " | ".join(changed[:4]) if refused else f"undone under a newer run: {output[-200:]}"
    return Killed(f"{first.name} under {second.name}", 2, wrong)
