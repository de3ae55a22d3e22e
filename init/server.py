"""What is put on the server, and what takes it away: files with their content, and the scripts that root runs."""

from collections.abc import Mapping
from pathlib import Path
from shlex import quote

import msgspec

from fixtures.host.trust import ALONE
from fixtures.rights.files import audit_files
from fixtures.rights.observer import HOME, PLACE
from fixtures.target import Target
from init.look import Cluster, Found, OurFile

SCRIPTS = Path(__file__).parent
KUBECONFIG = Path(__file__).parents[1] / "deploy" / "kubeconfig"
SUDOERS, KEYS = "/etc/sudoers.d/phase0-gate", f"{HOME}/.ssh/authorized_keys"
OBJECTS = (  # kind/name and namespace of what is made in the cluster
    ("clusterrole/phase0-audit", ""),
    ("clusterrolebinding/phase0-audit", ""),
    ("serviceaccount/phase0-audit", "kube-system"),
    ("secret/phase0-audit-token", "kube-system"),
)


class Wanted(msgspec.Struct, frozen=True):
    """The files for the server by path, with mode and content, and the files that the installation needs by name."""

    files: Mapping[str, OurFile]
    parts: Mapping[str, str]
    user: str


def wanted(target: Target, public_key: str) -> Wanted:
    """Return what the server is to have for this target and this key."""
    parts = {**audit_files(target), "key.pub": public_key}
    files = {
        f"{HOME}/ask": OurFile("755 root", parts["ask"]),
        PLACE: OurFile("755 root", parts["observer"]),
        KEYS: OurFile("644 root", f'restrict,command="{HOME}/ask" {public_key}\n'),
        SUDOERS: OurFile("440 root", parts["sudoers"]),
    }
    return Wanted(files, parts, target.host.user)


def is_whole(want: Wanted, found: Found) -> bool:
    """Return whether the server has all of it already: account, files and the objects of its cluster."""
    objects = {name for name, _ in OBJECTS}
    have = {name.replace(".rbac.authorization.k8s.io", "") for name in found.objects}
    return found.account == HOME and found.ours == want.files and (found.cluster is None or objects <= have)


def install_script(want: Wanted, cluster: Cluster | None) -> str:
    """Return the script that installs all of it. It can be run again. `cluster` is None where none is there, or answers."""
    return _work(want.user, cluster, "".join(_file(*part) for part in want.parts.items()) + _body("install.sh"))


def kubeconfig_script(user: str, cluster: Cluster, address: str) -> str:
    """Return the script that prints a kubeconfig for the account in the cluster, as the audit reaches it."""
    host = f"[{address}]" if ":" in address else address
    return _work(
        user, cluster, _file("kubeconfig", KUBECONFIG.read_text(encoding="utf-8")) + _body("kubeconfig.sh"), host
    )


def remove_script(user: str, cluster: Cluster | None) -> str:
    """Return the script that takes all of it away, and brings back what stood there before. It can be run again."""
    return _work(user, cluster, _body("remove.sh"))


def _work(user: str, cluster: Cluster | None, body: str, address: str = "") -> str:
    """Return a script whose body is a function: a shell that gets only half of it runs nothing."""
    values = {
        "user": user,
        "home": HOME,
        "kubectl": cluster.kubectl if cluster else "",
        "port": str(cluster.port) if cluster else "",
        "address": address,
        "objects": " ".join(f"{name},{place}" for name, place in OBJECTS),
    }
    given = "".join(f"{name}={quote(value)}\n" for name, value in values.items())
    return f"work() {{\n{given}{ALONE}\n{_body('work.sh')}{body}}}\nwork\n"


def _file(name: str, text: str) -> str:
    """Return the lines that write one file into the folder of the work."""
    end = "END OF FILE"
    while f"\n{end}\n" in f"\n{text}\n":
        end += " OF IT"
    return f"cat >\"$folder/{name}\" <<'{end}'\n{text.removesuffix(chr(10))}\n{end}\n"


def _body(name: str) -> str:
    """Return the lines of a script without its first lines, which say what it is."""
    lines = (SCRIPTS / name).read_text(encoding="utf-8").splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith("#"))
