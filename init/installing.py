"""Carries a plan out: the folder first, then the server, each step noted before it begins, so that a later run goes on."""

import subprocess
from pathlib import Path

import msgspec

from fixtures.target import Target
from gate.acting import make_folders
from gate.whole import PRIVATE, write_whole
from init.admin import Admin, key_name, last_line
from init.errors import InitError
from init.folder import HOSTS, KEY, KUBECONFIG, TARGET, Journal, alone, templates, write_journal, written
from init.host_key import HostKey
from init.look import Found
from init.options import Options
from init.server import Wanted, install_script, is_whole, kubeconfig_script, remove_script, wanted
from init.target_toml import Way
from init.terminal import Terminal

TO_COME = "ssh-ed25519 (the key is made once you agree) phase0-audit"


class Work(msgspec.Struct, frozen=True):
    """What one run has to do, and what it knows: the folder, the journal, the server and its key, and the target."""

    given: Options
    folder: Path
    journal: Journal
    way: Way
    key: HostKey
    found: Found
    text: str  # of target.toml, if it is to be written
    target: Target

    @property
    def public_key(self) -> str:
        """The public key in the folder, or words that stand for it."""
        file = self.folder / f"{KEY}.pub"
        return file.read_text(encoding="utf-8").strip() if file.exists() else TO_COME

    @property
    def want(self) -> Wanted:
        """The files and the account that the server has when the installation is complete."""
        return wanted(self.target, self.public_key)

    @property
    def texts(self) -> dict[str, str]:
        """The files that are not in the folder yet."""
        texts = ({TARGET: self.text} if self.text else {}) | templates() | {HOSTS: self.key.line(key_name(self.way))}
        return {name: text for name, text in texts.items() if not (self.folder / name).exists()}

    @property
    def needs_kubeconfig(self) -> bool:
        """Whether a kubeconfig is to be fetched."""
        return self.found.cluster is not None and not self.found.silent and not (self.folder / KUBECONFIG).exists()

    @property
    def needs_installation(self) -> bool:
        """Whether anything is to be changed on the server."""
        return not is_whole(self.want, self.found)


def install(work: Work, admin: Admin, terminal: Terminal) -> None:
    """Do the work. Raises InitError if a step fails; what it had begun on the server is then taken back if it was the first."""
    make_folders(work.folder.parent)
    work.folder.mkdir(mode=0o700, exist_ok=True)
    with alone(work.folder):
        write_journal(work.folder, work.journal)
        journal = written(work.folder, work.journal, work.texts)
        _make_key(work.folder)
        terminal.say(f"\n{work.folder}: written")
        if work.needs_installation:
            write_journal(work.folder, msgspec.structs.replace(journal, installed=True))
            _install(work, journal, admin)
            terminal.say(f"{admin.name}: {work.want.user} can ask, and nothing else")
        if work.needs_kubeconfig and work.found.cluster:
            done = admin.as_root(kubeconfig_script(work.want.user, work.found.cluster, work.way.address))
            if done.status:
                raise InitError(f"no kubeconfig: {last_line(done.err)}; run this again, or with --remove")
            write_whole(work.folder / KUBECONFIG, done.out.encode(), PRIVATE)
            terminal.say(f"{work.folder / KUBECONFIG}: fetched")


def _make_key(folder: Path) -> None:
    """Make the key. One that was not finished is made anew: its public part is written last."""
    if (folder / f"{KEY}.pub").exists():
        return
    (folder / KEY).unlink(missing_ok=True)
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "phase0-audit", "-f", str(folder / KEY)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        raise InitError(f"ssh-keygen made no key: {last_line(done.stderr or done.stdout)}")


def _install(work: Work, before: Journal, admin: Admin) -> None:
    cluster = None if work.found.silent else work.found.cluster
    done = admin.as_root(install_script(work.want, cluster))
    if not done.status:
        return
    if before.installed:
        raise InitError(
            f"{admin.name}: the installation failed: {last_line(done.err)}; run this again, or with --remove"
        )
    back = admin.as_root(remove_script(work.want.user, cluster))
    if back.status:
        raise InitError(
            f"{admin.name}: the installation failed: {last_line(done.err)}; take back what it began: run with --remove"
        )
    write_journal(work.folder, before)
    raise InitError(
        f"{admin.name}: the installation failed and was taken back: {last_line(done.err)}; mend it, then run this again"
    )
