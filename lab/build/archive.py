"""Container images without a registry: one layer wrapped as an archive that containerd imports."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path

_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_APPLETS = ("sh", "sleep", "cat", "ls", "ps", "rm", "mv", "cp", "wget", "httpd", "kill", "dd", "touch", "sha256sum")


def wrap(name: str, layer: Path, out: Path, command: Sequence[str], labels: Mapping[str, str]) -> str:
    """Write the image `name`, whose one layer is the tar file `layer`, to `out`; return its id."""
    config = _config(name, _sha256(layer), command, labels)
    identity = hashlib.sha256(config).hexdigest()
    manifest = json.dumps([{"Config": f"{identity}.json", "RepoTags": [name], "Layers": ["layer.tar"]}])
    partial = out.with_suffix(".partial")
    with tarfile.open(partial, "w") as archive:
        _add(archive, f"{identity}.json", config)
        _add(archive, "manifest.json", manifest.encode())
        archive.add(layer, "layer.tar")
    partial.rename(out)
    return identity


def busybox_layer(busybox: bytes, files: Mapping[str, str], out: Path) -> None:
    """Write a layer with busybox, its usual names, and the given files."""
    with tarfile.open(out, "w") as layer:
        _add(layer, "bin/busybox", busybox, mode=0o755)
        for applet in _APPLETS:
            link = tarfile.TarInfo(f"bin/{applet}")
            link.type, link.linkname = tarfile.SYMTYPE, "busybox"
            layer.addfile(link)
        for path, text in files.items():
            _add(layer, path, text.encode())


def _config(name: str, layer: str, command: Sequence[str], labels: Mapping[str, str]) -> bytes:
    return json.dumps(
        {
            "architecture": "amd64",
            "os": "linux",
            "config": {"Cmd": list(command), "Env": [_PATH], "Labels": dict(labels)},
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{layer}"]},
            "history": [{"created_by": name}],
        },
        sort_keys=True,
    ).encode()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _add(archive: tarfile.TarFile, name: str, content: bytes, mode: int = 0o644) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), mode
    archive.addfile(entry, io.BytesIO(content))
