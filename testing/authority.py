"""Certificates for tests, made once by openssl: two authorities (one without keyUsage), servers and a client."""

import atexit
import base64
import shutil
import subprocess
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest

KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
USES = ("-addext", "keyUsage=critical,keyCertSign,cRLSign")


@cache
def keys() -> Path:
    """Return a folder with certificates and keys.

    ca, bare (without keyUsage), server, client, elsewhere, expired and of-bare, each as .pem and .key; closed.key has a
    passphrase.
    """
    if shutil.which("openssl") is None:
        pytest.skip("certificates are made by openssl")  # it is no part of a bare machine; CI installs it
    folder = Path(mkdtemp(prefix="phase0-keys-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "here").write_text("subjectAltName=IP:127.0.0.1\n")
    (folder / "there").write_text("subjectAltName=DNS:cluster.internal\n")
    for name, uses in (("ca", USES), ("bare", ())):
        _openssl(folder, "req", "-x509", *KEY, "-subj", f"/CN={name}", "-days", "30", *_files(name), *uses)
    for name, authority, days, names in (
        ("server", "ca", "30", "here"),
        ("client", "ca", "30", "here"),
        ("expired", "ca", "0", "here"),
        ("elsewhere", "ca", "30", "there"),
        ("of-bare", "bare", "30", "here"),
    ):
        _signed(folder, name, authority, days, names)
    _openssl(folder, "ec", "-in", "client.key", "-aes256", "-passout", "pass:hunter2", "-out", "closed.key")
    return folder


def data(name: str) -> str:
    """Return a file of that folder in base64, as kubeconfigs contain it."""
    return base64.b64encode((keys() / name).read_bytes()).decode()


def _files(name: str) -> tuple[str, ...]:
    return "-keyout", f"{name}.key", "-out", f"{name}.pem"


def _signed(folder: Path, name: str, authority: str, days: str, names: str) -> None:
    _openssl(folder, "req", *KEY, "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
    by = ("-CA", f"{authority}.pem", "-CAkey", f"{authority}.key", "-CAcreateserial")
    _openssl(folder, "x509", "-req", "-in", f"{name}.csr", *by, "-days", days, "-extfile", names, "-out", f"{name}.pem")


def _openssl(folder: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)
