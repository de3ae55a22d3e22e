"""Makes the certificates of a cluster, and finds those of a role.

One authority signs three certificates: of the scheduler, of the workers, and of whoever starts rounds (`client`). Its
own key is not kept, so that no further certificate can be made: a new set replaces all of them.
"""

import os
import shutil
import stat
import subprocess
from pathlib import Path
from tempfile import mkdtemp
from typing import Literal, get_args

import msgspec

Role = Literal["scheduler", "worker", "client"]
AUTHORITY = "authority.pem"
ALONE = ("-config", os.devnull)  # the configuration of the machine could add extensions of its own
KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-keyout")
USES = {"scheduler": "serverAuth,clientAuth", "worker": "serverAuth,clientAuth", "client": "clientAuth"}
CURE = "make them: python -m fleet certificates FOLDER"


class CertificateError(ValueError):
    """Certificates cannot be made or used; the message is one line with the place and the cure."""


class Credentials(msgspec.Struct, frozen=True):
    """The files of a role: its certificate, its key, and the authority that signed those of the others."""

    certificate: str
    key: str
    authority: str


def credentials(folder: Path, role: Role) -> Credentials:
    """Return the files of a role. Raises CertificateError if one is missing, or if everybody may read the key."""
    files = [folder / f"{role}.pem", folder / f"{role}.key", folder / AUTHORITY]
    for file in files:
        if not os.access(file, os.R_OK):
            why = "cannot be read" if file.exists() else "is missing"
            raise CertificateError(f"{file}: {why}; copy it there, or {CURE}")
    if files[1].stat().st_mode & stat.S_IROTH:
        raise CertificateError(f"{files[1]}: everybody may read this key; chmod o= {files[1]}")
    certificate, key, authority = map(str, files)
    return Credentials(certificate, key, authority)


def make_certificates(folder: Path, days: int) -> list[Path]:
    """Make the certificates of all roles, valid for so many days, in a new folder. Return the files that were made.

    Raises CertificateError if the folder is there already, or if openssl cannot make them.
    """
    if folder.exists() or folder.is_symlink():
        raise CertificateError(f"{folder}: is there already; name a new folder, or move it away")
    if not folder.parent.is_dir():
        raise CertificateError(f"{folder.parent}: no such folder; create it first")
    made = Path(mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    try:
        _make(made, days)
        made.rename(folder)
    except BaseException:
        shutil.rmtree(made)
        raise
    return sorted(folder.iterdir())


def _make(folder: Path, days: int) -> None:
    authority, key = folder / AUTHORITY, folder / "authority.key"
    signs = ("basicConstraints=critical,CA:TRUE,pathlen:0", "keyUsage=critical,keyCertSign")
    _signed(authority, key, "authority", days, signs, ())
    for role in get_args(Role):
        uses = ("basicConstraints=critical,CA:FALSE", f"extendedKeyUsage={USES[role]}")
        by = ("-CA", str(authority), "-CAkey", str(key))
        _signed(folder / f"{role}.pem", folder / f"{role}.key", role, days, uses, by)
    key.unlink()


def _signed(file: Path, key: Path, name: str, days: int, extensions: tuple[str, ...], by: tuple[str, ...]) -> None:
    added = [word for extension in extensions for word in ("-addext", extension)]
    subject = ("-subj", f"/O=phase0-gate fleet/CN={name}")
    command = [
        "openssl",
        "req",
        "-x509",
        *ALONE,
        *KEY,
        str(key),
        "-out",
        str(file),
        "-days",
        str(days),
        *subject,
        *added,
        *by,
    ]
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True, errors="replace")
    except FileNotFoundError as error:
        raise CertificateError("openssl is missing; install it: sudo apt-get install -y openssl") from error
    if done.returncode:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        raise CertificateError(f"{file.parent}: openssl made no certificate: {(lines or ['it says nothing'])[-1]}")
