"""Formats what init will do: every file with its diff, and every command that root runs."""

from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path

from fixtures.rights.observer import HOME, digest
from init.folder import HOSTS, KEY, KUBECONFIG, OURS, TARGET
from init.installing import TO_COME, Work
from init.look import Found
from init.server import KUBECONFIG as PRINTS
from init.server import OBJECTS, SCRIPTS, SUDOERS, Wanted

NOWHERE = "/dev/null"
LONG = 400  # lines of a new file beyond which the plan names its digest instead


def plan(work: Work) -> Iterator[str]:
    """Yield the lines of the whole plan."""
    yield "\nOn this machine:"
    yield from _here(work)
    if work.needs_installation:
        yield f"\nOn {work.way.address}, files:"
        yield from there(work.want, work.found, whole=work.given.whole)
        yield "  the commands of root's work, word for word:"
        yield from commands(work.want, "work.sh", "install.sh")
    else:
        yield f"\nOn {work.way.address}: nothing; all of it is there"
    if work.needs_kubeconfig:
        yield f"  then root prints a kubeconfig of the account, whose token can list and nothing else, for {KUBECONFIG}:"
        yield from _listing(PRINTS.read_text(encoding="utf-8"))
    drills = (
        ""
        if work.given.no_drills
        else ", with drills: for half a minute it restores the newest backups in throw-away servers"
    )
    yield f"\nThen, as the account that can ask: what an audit can reach, and the first audit{drills}"


def _here(work: Work) -> Iterator[str]:
    for name, text in work.texts.items():
        if name == TARGET:
            yield from difference(f"{work.folder}/{name}", None, text)
        else:
            about = f"the key {work.key.fingerprint}" if name == HOSTS else "as the example has it, without entries"
            yield f"  new {work.folder}/{name}: {about}"
    if work.public_key == TO_COME:
        yield f"  new {work.folder}/{KEY}: a key of the audit's own, without passphrase, which only you can read"
    if work.needs_kubeconfig:
        yield f"  new {work.folder}/{KUBECONFIG}: which only you can read"


def there(want: Wanted, found: Found, *, whole: bool) -> Iterator[str]:
    """Yield the files that differ on the server, with mode and owner; `whole` shows long ones too."""
    for path, file in want.files.items():
        was = found.ours.get(path)
        if was == file:
            continue
        yield f"  {path} (mode and owner: {file.mode})"
        if was is None and not whole and (lines := file.text.count("\n")) > LONG:
            yield f"    {lines} lines, SHA-256 {digest(file.text)}: every question there is; --whole shows them"
        else:
            yield from difference(path, was.text if was else None, file.text)
    if found.cluster and not found.silent:
        yield f"  objects of the cluster: {', '.join(name for name, _ in OBJECTS)}"
        yield from difference("rbac.yaml", None, want.parts["rbac.yaml"])
    if found.objects:
        yield f"  of these, there already, and brought back by --remove: {', '.join(found.objects)}"


def commands(want: Wanted | None, *names: str) -> Iterator[str]:
    """Yield the commands that root runs: the scripts, and the installer that install.sh calls."""
    for name in names:
        yield from _listing((SCRIPTS / name).read_text(encoding="utf-8"))
    if want is not None:
        yield "    # install:"
        yield from _listing(want.parts["install"])


def removal(name: str, folder: Path, user: str, found: Found) -> Iterator[str]:
    """Yield what --remove takes away, and the commands that do it."""
    yield f"\nOn {name} goes:"
    if found.account == HOME:
        yield f"  the account {user}"
    yield from (f"  {path}" for path in (*sorted(found.ours), *([HOME] if found.ours else [])) if path != SUDOERS)
    yield from (f"  {path}" for path in found.ours if path == SUDOERS)
    yield from (f"  {one} in the cluster, unless it was there before" for one in found.objects)
    yield "  the commands of root's work, word for word:"
    yield from commands(None, "work.sh", "remove.sh")
    yield f"\nOn this machine goes, in {folder}: {', '.join(OURS)}, and what nobody changed since init wrote it"


def _listing(text: str) -> Iterator[str]:
    return (f"    {line}".rstrip() for line in text.splitlines() if not line.startswith("#!"))


def difference(path: str, before: str | None, after: str | None) -> Iterator[str]:
    """Yield the unified diff of a file, as --fix=plan prints it."""
    first, second = NOWHERE if before is None else path, NOWHERE if after is None else path
    return unified_diff((before or "").splitlines(), (after or "").splitlines(), first, second, lineterm="")
