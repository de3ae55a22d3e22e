"""Defines what a remedy yields: steps that say what they do, why, how risky they are and how they are undone."""

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
    """Installs a file, completely or not at all. `before` is the present file; `activate` is a command that applies it.

    `activate` also runs after the file was taken back, so it must be right for either content. `mode` and `owner` are
    those of a new file; one that is there keeps its own unless they are laxer. `foreign`: what stands there is the
    site's own, and not known to this project.
    """

    path: str
    content: str
    before: HostFile | None
    sentence: Sentence
    mode: str = "0644"
    owner: str = "root:root"
    activate: str = ""
    risk: Risk = Risk.SAFE
    seconds: float = 60
    foreign: bool = False

    def __post_init__(self) -> None:
        """Raise RemedyError for a path whose change could lock people out."""
        _refuse(self.path)


class RemoveFile(msgspec.Struct, frozen=True, kw_only=True):
    """Removes a file. Its content is saved in the run's folder."""

    path: str
    before: HostFile
    sentence: Sentence
    activate: str = ""
    risk: Risk = Risk.SAFE
    seconds: float = 60

    def __post_init__(self) -> None:
        """Raise RemedyError for a path whose change could lock people out."""
        _refuse(self.path)


class RunCommand(msgspec.Struct, frozen=True, kw_only=True):
    """Runs a POSIX sh command as root. Its output is shown while it runs.

    `undo` must be right whether the command ran, half ran or never ran. Without one its sentence has to say (`lasting`)
    what it leaves and why nobody is worse off. `shown` and `undo_shown` stand for what is longer than a plan should be.
    A command may write what it leaves into the file `lasting` beside it, a line each. `calls` are all that it asks of the
    cluster's API, with `kube`.
    """

    command: str
    sentence: Sentence
    shown: str = ""
    undo: str = ""
    undo_shown: str = ""
    calls: tuple[Call, ...] = ()
    risk: Risk = Risk.SAFE
    seconds: float = 60

    def __post_init__(self) -> None:
        """Raise RemedyError if the step has neither an undo nor a sentence that says why none is needed."""
        if not self.undo and self.sentence.lasting == NOTHING:
            raise RemedyError(f"{self.sentence.what.en}: state either how it is undone or why that is not needed")


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """A command that must succeed before the first step if a file below `about` is touched. It changes nothing.

    $CANDIDATE holds a copy of the touched folders as they will be, each at its own path.
    """

    command: str
    about: str
    sentence: Sentence
    seconds: float = 60


class Note(msgspec.Struct, frozen=True):
    """Something the remedy leaves alone, and why."""

    sentence: Sentence


Step = InstallFile | RemoveFile | RunCommand | PatchObject | DeleteObjects
Yielded = Step | Check | Note


def _refuse(path: str) -> None:
    if path.startswith(UNTOUCHABLE) or not path.startswith("/") or ".." in path.split("/"):
        raise RemedyError(f"{path}: no remedy may change this (sudo, sshd, PAM and the firewall are left alone)")
