"""Backup files, sound and broken, for the tests of the facts that read backups."""

import gzip
import hashlib
import os
import sqlite3
import struct
from pathlib import Path

HEAD, BODY = b"--\n-- PostgreSQL database cluster dump\n--\n", b"CREATE TABLE t ();\n"
PART, TRAILER = b"-- PostgreSQL database dump complete\n", b"--\n-- PostgreSQL database cluster dump complete\n--\n\n"
DUMP = HEAD + BODY + PART + TRAILER
NOW = 1_795_450_000
KINDS = (
    "Namespace",
    "ServiceAccount",
    "Role",
    "RoleBinding",
    "ClusterRole",
    "ClusterRoleBinding",
    "ConfigMap",
    "Secret",
    "Service",
    "Deployment",
    "PersistentVolumeClaim",
    "PersistentVolume",
)


def write(folder: Path, name: str, data: bytes, at: int = NOW) -> Path:
    """Write a file below the folder, with `at` as its time of change."""
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    os.utime(file, (at, at))
    return file


def dump() -> bytes:
    """Return a complete dump of pg_dumpall, packed."""
    return gzip.compress(DUMP)


def crc64(data: bytes) -> int:
    """Return the checksum of Redis, computed bit by bit."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x95AC9329AC4BC9B5 if crc & 1 else 0)
    return crc


def rdb(made: int, keys: bytes = b"\xfe\x00\x00\x01k\x01v") -> bytes:
    """Return a snapshot of Redis with its date of creation and its checksum."""
    body = b"REDIS0010\xfa\x05ctime\xc2" + struct.pack("<I", made) + keys + b"\xff"
    return body + struct.pack("<Q", crc64(body))


def manifests(*without: str) -> bytes:
    """Return a list of objects as `kubectl get -o yaml` prints it; `without` names kinds to leave out."""
    rows = "".join(
        f"- apiVersion: v1\n  kind: {kind}\n  metadata:\n    name: x\n" for kind in KINDS if kind not in without
    )
    return f'apiVersion: v1\nitems:\n{rows}kind: List\nmetadata:\n  resourceVersion: ""\n  selfLink: ""\n'.encode()


def sqlite(file: Path) -> None:
    """Make a datastore like that of a K3s server."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with sqlite3.connect(file) as database:
        database.execute("CREATE TABLE kine (id INTEGER PRIMARY KEY, value BLOB)")
        database.executemany("INSERT INTO kine (value) VALUES (?)", [(b"x" * 500,)] * 50)
    database.close()


def etcd(pages: int = 8) -> bytes:
    """Return a snapshot of etcd: the database, then its SHA-256."""
    body = b"\0" * 16 + bytes.fromhex("edda0ced") + b"\0" * (pages * 4096 - 20)
    return body + hashlib.sha256(body).digest()
