"""Formats what was seen of a server, what an audit of it cannot say, and why nothing can be installed on it."""

from collections.abc import Iterable, Iterator

from fixtures.rights.observer import HOME
from init.guess.setting import Section, listed
from init.guess.watching import megabytes
from init.look import Found, sizes
from init.target_toml import Way

TOLD = ("mcp", "postgres", "redis", "backups", "logs", "monitoring")  # tables of target.toml that hold what was found
TOOLS = ("sudo", "visudo", "useradd", "ssh-keygen", "base64", "flock", "setpriv", "timeout")  # of account and observer


def seen(found: Found, tables: Iterable[Section]) -> Iterator[str]:
    """Yield what was seen of the server, and what was not found."""
    kernel = (found.system[2] or "unknown", found.system[3], "systemd" if found.systemd else "no systemd")
    disks = [f"{mount} {about}" for mount, about in found.disks.items()]
    logs = [f"{path} {megabytes(size)}" for path, size in sizes(found.logs)]
    rows = {
        "system": ", ".join(kernel),
        "cluster": _cluster(found),
        "disks": listed(disks, 4),
        "largest logs": listed(logs),
    }
    rows |= {table.name: _table(table) for table in tables if table.name in TOLD}
    for name, told in rows.items():
        yield f"  {name:<14}{told or 'none'}"


def _cluster(found: Found) -> str:
    names = [f"{name} ({version})" for name, version in found.nodes]
    silent = "which does not answer" if found.root else "which answers root alone"
    return f"{found.cluster.kind}, {listed(names) or silent}" if found.cluster else ""


def _table(table: Section) -> str:
    values = [f"{one.key} = {_short(one.value)}" for one in table.settings if one.seen]
    absent = ", ".join(one.key for one in table.settings if not one.seen)
    return "; ".join(filter(None, (*values, f"not found: {absent}" if absent else "")))


def _short(value: str | int | tuple[str, ...]) -> str:
    return listed(list(value), 2) if isinstance(value, tuple) else str(value)


def unknown(found: Found, way: Way, command: str) -> Iterator[str]:
    """Yield what an audit will not be able to say about this server, and why. `command` is a ProxyCommand of ssh."""
    if not found.debian:
        named = found.system[2] or "this system"
        yield f"{named} is not made from Debian: what is named otherwise there (logs, packages, cron) stays unknown"
    if not found.systemd:
        yield "there is no systemd: units, timers, journal, boots, and every drill stay unknown"
    yield from _unknown_of_the_cluster(found)
    if command and not way.jump:
        yield f"your ssh goes by a ProxyCommand ({command[:80]}), which a target cannot name: the audit goes to {way.address}"


def _unknown_of_the_cluster(found: Found) -> Iterator[str]:
    if found.cluster is None:
        beside = f" ({found.containers} is there)" if found.containers else ""
        yield f"there is no cluster{beside}: what its API answers stays unknown: pods, services, images, their backups"
    elif found.cluster.kind != "k3s":
        yield f"the cluster is {found.cluster.kind}, not K3s: what is asked of K3s’ own files and units stays unknown"
    if found.silent and found.root:
        yield "the cluster does not answer now: start it, then run this again for its role and its kubeconfig"


def refusals(found: Found, user: str) -> Iterator[str]:
    """Yield why nothing can be installed on this server, each with its cure."""
    if lacks := [tool for tool in TOOLS if tool not in found.tools]:
        packages = "Debian: sudo, passwd, openssh-client, coreutils, util-linux"
        yield f"it lacks {', '.join(lacks)}, without which the account cannot answer; install that ({packages})"
    if found.account and found.account != HOME:
        yield f"there is an account {user} that could do more (its home is {found.account}); remove it: sudo userdel {user}"
    yield from _refused_by_sshd(found.sshd, user)


def _refused_by_sshd(sshd: dict[str, str], user: str) -> Iterator[str]:
    """Yield the settings of sshd that keep the account out. init never changes sshd."""
    for rule in ("allowusers", "allowgroups"):
        if rule in sshd and user not in sshd[rule].split():
            yield f"its sshd lets in chosen accounts alone ({rule} {sshd[rule]}); add {user} there"
    if sshd.get("pubkeyauthentication", "yes") == "no":
        yield f"its sshd takes no keys (PubkeyAuthentication no); allow them (Match User {user})"
    keys = sshd.get("authorizedkeysfile", "").replace("%h/", "").split()
    if keys and ".ssh/authorized_keys" not in keys:
        yield f"its sshd looks for keys in {' '.join(keys)}; allow .ssh/authorized_keys (Match User {user})"
