"""Protects images that no registry has from a full disk: it exports them to K3s' import folder and pins them.

Under disk pressure the kubelet deletes images that no pod uses, and an image that was imported by hand is then lost. A
lost image is imported again from its archive. A new archive replaces the old one, because K3s would otherwise import
the old code under the same name at its next start.
"""

from collections.abc import Iterator
from pathlib import Path
from shlex import quote

from fixtures.host.images.image_archives import ImageArchives
from fixtures.host.images.images import Image, Images, full_name
from fixtures.host.system.mcp_workloads import McpWorkloads
from remediations.transaction.messages import sentences
from remediations.transaction.remedy import remedy
from remediations.transaction.step import Note, RunCommand, Yielded

message = sentences(__name__)
IMPORT = (Path(__file__).parent / "files" / "image_pin" / "import.sh").read_text(encoding="utf-8")
FOLDER = "/var/lib/rancher/k3s/agent/images"
EXPORT = 900  # seconds; an image has some GB
PUT = """\
mkdir -p {folder}
[ ! -L {file} ] || {{ echo {file} is a link: left as it is; exit 1; }}
[ ! -e {file} ] || cp -a {file} kept
: >exporting
k3s ctr -n k8s.io images export {partial} {names}
tar -xOf {partial} manifest.json >/dev/null
sha256sum <{partial} | cut -c1-64 >made
sync {partial}
mv {partial} {file}
"""
BACK = """\
rm -f {partial}
if [ -f {file} ] && [ -e made ] && [ "$(sha256sum <{file} | cut -c1-64)" != "$(cat made)" ] && ! cmp -s {file} kept; then
  echo {file} was changed by somebody else since: it stays as it is
elif [ -e kept ]; then cp -a kept {partial} && mv {partial} {file}; elif [ -e exporting ]; then rm -f {file}; fi
"""
PIN = """\
k3s ctr -n k8s.io images label {name} io.cri-containerd.pinned=pinned >/dev/null
if pinned=$(k3s crictl inspecti -o json {name} 2>/dev/null); then
  printf '%s' "$pinned" | tr -d ' \\n' | grep -q '"pinned":true' || echo 'the kubelet does not see the label; the archive counts'
fi
"""


@remedy("MCP")
def image_pin(mcp_workloads: McpWorkloads, images: Images, image_archives: ImageArchives) -> Iterator[Yielded]:
    """Yield the export of all images that the Deployments name to one archive, and a label for each of them."""
    named = dict.fromkeys(
        full_name(container.image) for one in mcp_workloads.workloads.values() for container in one.containers
    )
    there = {name: image for name in named if (image := images.named(name)) is not None}
    for name in (name for name in named if name not in there):
        yield _brought_back(name, image_archives)
    local = {name: image for name, image in there.items() if not _pulled(name, image)}
    file = f"{mcp_workloads.asked['deployment']}.tar"
    yield from _archive(local, image_archives, file)
    for name, image in local.items():
        if not (image.pinned or image.labelled):
            yield RunCommand(
                command=PIN.format(name=quote(name)),
                sentence=message("pin", name=name),
                seconds=60,
                undo=f"k3s ctr -n k8s.io images label {quote(name)} io.cri-containerd.pinned= >/dev/null || :",
            )


def imported(archive: str) -> str:
    """The command that imports an archive; an import takes the pin off the images it brings anew, so they get it back."""
    return f"set -- {quote(archive)}\n{IMPORT}"


def _brought_back(name: str, archives: ImageArchives) -> Yielded:
    """Return the import of an image from its archive, or a note if no archive or several different ones hold it."""
    found = {one.id: one.file for one in archives.archived if name in one.names}
    if len(found) != 1:
        return Note(message("gone", name=name))
    (file,) = found.values()
    return RunCommand(
        command=imported(f"{FOLDER}/{file}"),
        shown=f"k3s ctr -n k8s.io images import {quote(f'{FOLDER}/{file}')}    # and pinned again, what was",
        seconds=EXPORT,
        undo=f"k3s ctr -n k8s.io images rm {quote(name)} >/dev/null || :",
        sentence=message("import", name=name, file=file),
    )


def _archive(local: dict[str, Image], archives: ImageArchives, file: str) -> Iterator[Yielded]:
    """Yield the archive anew if an image is missing in it or holds other code. Archives of others are left alone."""
    for other in archives.archived:
        if other.file != file and any(name in local and other.id not in local[name].ids for name in other.names):
            yield Note(message("other-archive", file=other.file, names=other.names))
    held = {(name, one.id) for one in archives.archived for name in one.names}
    if all(any((name, id) in held for id in image.ids) for name, image in local.items()) and not _stale(
        local, archives, file
    ):
        return
    place, names = f"{FOLDER}/{file}", " ".join(map(quote, local))
    given = {"folder": FOLDER, "file": quote(place), "partial": quote(f"{FOLDER}/.{file}.partial"), "names": names}
    yield RunCommand(
        command=PUT.format(**given),
        undo=BACK.format(**given),
        seconds=EXPORT,
        shown=f"k3s ctr -n k8s.io images export {place} {names}",
        undo_shown=f"rm {quote(place)}    # or the archive that was there, from the run's folder",
        sentence=message("export", file=place, names=list(local)),
    )


def _stale(local: dict[str, Image], archives: ImageArchives, file: str) -> bool:
    return any(
        one.file == file and name in local and one.id not in local[name].ids
        for one in archives.archived
        for name in one.names
    )


def _pulled(name: str, image: Image) -> bool:
    """Return whether the image was once pulled from a registry."""
    return name.rpartition(":")[0] in image.pulled
