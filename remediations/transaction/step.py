"""What a remedy yields: frozen steps that say what they do, why, how risky it is and how they are taken back."""

import msgspec

from fixtures.host.system.files import HostFile
from remediations.transaction.calls import Call
from remediations.transaction.messages import NOTHING, Sentence
from remediations.transaction.objects import DeleteObjects, PatchObject
from remediations.transaction.risk import RemedyError, Risk

UNTOUCHABLE = (
    "/etc/sudoers",
    "/etc/ssh",
    "/etc/pam.d",
    "/etc/security",
    "/etc/iptables",
    "/etc/nftables",
    "/etc/ufw",
    "/etc/firewalld",
    "/root/.ssh",
)


class InstallFile(msgspec.Struct, frozen=True, kw_only=True):
    """Put a file in place, whole or not at all. `before` is what stands there now; `activate` makes it count.

    `activate` also runs after the file was taken back, so it must be right for either content. `mode` and `owner` are
    those of a new file; one that is there keeps its own unless they are laxer. `foreign`: what stands there is the
    site's own, and not known to this project.
    """

    path: str
    content: str
    before: HostFile | None
    said: Sentence
    mode: str = "0644"
    owner: str = "root:root"
    activate: str = ""
    risk: Risk = Risk.SAFE
    seconds: float = 60
    foreign: bool = False

    def __post_init__(self) -> None:
        """Refuse what would lock people out."""
        _refuse(self.path)


class RemoveFile(msgspec.Struct, frozen=True, kw_only=True):
    """Take a file away; its content stays in the run's folder."""

    path: str
    before: HostFile
    said: Sentence
    activate: str = ""
    risk: Risk = Risk.SAFE
    seconds: float = 60

    def __post_init__(self) -> None:
        """Refuse what would lock people out."""
        _refuse(self.path)


class RunCommand(msgspec.Struct, frozen=True, kw_only=True):
    """Run POSIX sh as root; what it prints is shown while it runs.

    `undo` must be right whether the command ran, half ran or never ran. Without one its sentence has to say (`lasting`)
    what it leaves and why nobody is worse off. `shown` and `undo_shown` stand for what is longer than a plan should be.
    A command may write what it leaves into the file `lasting` beside it, a line each. `calls` are all that it asks of the
    cluster's API, with `kube`.
    """

    command: str
    said: Sentence
    shown: str = ""
    undo: str = ""
    undo_shown: str = ""
    calls: tuple[Call, ...] = ()
    risk: Risk = Risk.SAFE
    seconds: float = 60

    def __post_init__(self) -> None:
        """A step nobody can take back has to say so."""
        if not self.undo and self.said.lasting == NOTHING:
            raise RemedyError(f"{self.said.what.en}: say either how it is undone or why that is not needed")


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """Must succeed before the first step when a file below `about` is touched. Changes nothing.

    $CANDIDATE holds the touched folders as they will be, each at its path.
    """

    command: str
    about: str
    said: Sentence
    seconds: float = 60


class Note(msgspec.Struct, frozen=True):
    """What the remedy leaves alone, and why."""

    said: Sentence


Step = InstallFile | RemoveFile | RunCommand | PatchObject | DeleteObjects
Yielded = Step | Check | Note


def _refuse(path: str) -> None:
    if path.startswith(UNTOUCHABLE) or not path.startswith("/") or ".." in path.split("/"):
        raise RemedyError(f"{path}: no remedy may touch this (sudo, sshd, PAM and the firewall are left alone)")
