"""disk_cleanup's last look at an image: it goes by any of its identities, and what anything uses or names stays."""

import json
import subprocess
from base64 import b64encode
from pathlib import Path

import pytest

from remediations.disk_cleanup import IMAGES

CONFIG, OLD, NEW, OTHER = (f"sha256:{letter * 64}" for letter in "abcd")
FREE = {CONFIG: OLD}  # reference and manifest: one image, which nobody names
SHIM = r"""#!/bin/sh
here=${0%/*}
case "$*" in
'crictl --version') [ -e "$here/ps" ] ;;
'crictl ps -a -o json') cat "$here/ps" ;;
'crictl inspecti -o json '*) cat "$here/inspected" ;;
*'images ls') cat "$here/images" ;;
*'containers ls') cat "$here/containers" ;;
*'containers info '*) cat "$here/info" ;;
*'content get '*) cat "$here/content/${6#sha256:}" 2>/dev/null ;;
*'images rm '*) echo "$6" >>"$here/gone" ;;
*) exit 1 ;;
esac
"""


class Runtime:
    """Programs of K3s that answer from files of a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "content").mkdir()
        (folder / "work").mkdir()
        (folder / "k3s").write_text(SHIM)
        (folder / "k3s").chmod(0o755)
        for manifest in (OLD, NEW):
            self.manifest(manifest, CONFIG)
        self.has(FREE)
        self.runs()
        (folder / "inspected").write_text('{"status": {"id": "x", "repoTags": [], "pinned": false}}')

    def manifest(self, digest: str, config: str) -> None:
        body = {"config": {"mediaType": "x", "digest": config, "size": 1}, "layers": [{"digest": OTHER}]}
        (self.folder / "content" / digest.removeprefix("sha256:")).write_text(json.dumps(body))

    def has(self, references: dict[str, str], label: str = "io.cri-containerd.image=managed") -> None:
        rows = [f"{name} type {digest} 1.0 MiB linux/amd64 {label}" for name, digest in references.items()]
        (self.folder / "images").write_text("\n".join(["REF TYPE DIGEST SIZE PLATFORMS LABELS", *rows, ""]))

    def runs(self, *images: str, info: str = "") -> None:
        rows = [f"c{number} {image} runc" for number, image in enumerate(images)]
        (self.folder / "containers").write_text("\n".join(["CONTAINER IMAGE RUNTIME", *rows, ""]))
        (self.folder / "info").write_text(info)

    def removed(self, image: str = CONFIG) -> tuple[bool, str]:
        """Whether the image went, and what was said of it."""
        done = subprocess.run(
            ["sh", "-c", f"set -- {image}\n{IMAGES}"],
            cwd=self.folder / "work",
            env={"PATH": f"{self.folder}:/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=True,
        )
        return (self.folder / "gone").exists(), done.stdout


@pytest.fixture
def runtime(tmp_path: Path) -> Runtime:
    return Runtime(tmp_path)


def cri(image: str = "", ref: str = "", state: str = "CONTAINER_EXITED") -> str:
    return json.dumps({"containers": [{"image": {"image": image}, "imageRef": ref, "state": state}]})


def test_what_nobody_names_and_no_container_is_made_of_goes(runtime: Runtime) -> None:
    assert runtime.removed() == (True, "")
    (runtime.folder / "gone").unlink()
    (runtime.folder / "ps").write_text(cri("docker.io/else:1", OTHER))
    assert runtime.removed() == (True, "")


@pytest.mark.parametrize("name", ["docker.io/postgres:13", f"docker.io/postgres@{NEW}"])
def test_a_name_of_another_manifest_with_the_same_configuration_keeps_it(runtime: Runtime, name: str) -> None:
    """As K3s leaves it when it imports an archive of docker save anew."""
    runtime.has({**FREE, name: NEW})
    assert runtime.removed() == (False, f"{CONFIG}: named or pinned, left as it is\n")


def test_a_pin_on_any_of_its_references_keeps_it(runtime: Runtime) -> None:
    runtime.has({**FREE, NEW: NEW}, "io.cri-containerd.pinned=pinned")
    assert not runtime.removed()[0]


@pytest.mark.parametrize("identity", [CONFIG, OLD, NEW, f"docker.io/postgres@{OLD}"])
@pytest.mark.parametrize("state", ["CONTAINER_RUNNING", "CONTAINER_EXITED", "CONTAINER_CREATED"])
def test_a_container_in_any_state_that_knows_it_by_any_identity_keeps_it(
    runtime: Runtime, identity: str, state: str
) -> None:
    (runtime.folder / "ps").write_text(cri("docker.io/postgres:13", identity, state))
    runtime.has({**FREE, NEW: NEW})
    assert runtime.removed() == (False, f"{CONFIG}: in use, left as it is\n")


def test_without_crictl_it_counts_what_cri_wrote_down_with_the_container(runtime: Runtime) -> None:
    written = b64encode(f'{{"Config": {{"image": {{"image": "{CONFIG}"}}}}}}'.encode()).decode()
    runtime.runs("docker.io/postgres:13", info=f'{{"Extensions": {{"m": {{\n"value": "{written}"\n}}}}}}')
    assert runtime.removed() == (False, f"{CONFIG}: in use, left as it is\n")


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ('{"status": {"repoTags": ["docker.io/postgres:13"]}}', "named, says CRI"),
        ('{"status": {"repoTags": [], "pinned": true}}', "pinned, says CRI"),
        ("", "CRI does not know it"),
    ],
)
def test_what_cri_says_against_it_counts(runtime: Runtime, row: str, why: str) -> None:
    (runtime.folder / "ps").write_text(cri())
    (runtime.folder / "inspected").write_text(row)
    assert runtime.removed() == (False, f"{CONFIG}: {why}, left as it is\n")


@pytest.mark.parametrize("silent", ["containers", "ps"])
def test_while_the_runtime_does_not_answer_nothing_goes(runtime: Runtime, silent: str) -> None:
    (runtime.folder / "ps").write_text(cri())
    (runtime.folder / silent).unlink()
    (runtime.folder / silent).symlink_to(runtime.folder / "none")
    if silent == "ps":
        shim = (runtime.folder / "k3s").read_text().replace('[ -e "$here/ps" ]', "true")
        (runtime.folder / "k3s").write_text(shim)
    assert runtime.removed() == (False, f"{CONFIG}: the runtime does not answer, left as it is\n")


def test_an_image_whose_configuration_cannot_be_read_stays(runtime: Runtime) -> None:
    (runtime.folder / "content" / OLD.removeprefix("sha256:")).unlink()
    assert runtime.removed() == (False, f"{CONFIG}: its configuration is not known, left as it is\n")


def test_a_name_is_never_removed(runtime: Runtime) -> None:
    runtime.has({"docker.io/postgres:13": OLD})
    assert runtime.removed("docker.io/postgres:13") == (False, "")
