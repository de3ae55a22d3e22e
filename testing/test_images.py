"""MCP-04 and MCP-05: which code runs, and what keeps its image from being lost."""

import json
import subprocess
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest

from fixtures.ask.answer import Answer, Unknown
from fixtures.ask.facts import ENDING, FACTS
from fixtures.cluster.mcp_pods import Services, services
from fixtures.evidence.image_keeping import keeping, unseen
from fixtures.evidence.running_code import RunningCode, running_code
from fixtures.host.images.image_archives import Archived, ImageArchives
from fixtures.host.images.images import Images, full_name, joined
from fixtures.host.images.registry import Registry
from testing.mcp_answers import CONFIG, CRI_IMAGES, IMAGE_ARCHIVES, IMAGES, MANIFEST
from testing.test_cluster_facts import NOW, TARGET, read
from testing.test_mcp_pods import deployment, pod
from testing.threats import attack

NAME, NOWHERE = "twisterlab/mcp-unified:v1", Registry(None)
NOTHING = ImageArchives((), ())


def understood(name: str, out: str) -> Any:
    return FACTS[name].read(Answer(out + ENDING, "", 0, "", NOW))


def running(image: str = NAME, image_id: str = CONFIG, policy: str = "IfNotPresent") -> Services:
    """Return services of which the one in `default` runs this image; the other two run the expected one."""

    def one(namespace: str, image: str, image_id: str, policy: str) -> dict[str, Any]:
        row = pod(namespace, imageID=image_id)
        row["spec"]["containers"][0] |= {"image": image, "imagePullPolicy": policy}
        return row

    others = [one(namespace, NAME, CONFIG, "IfNotPresent") for namespace in TARGET.mcp.namespaces[1:]]
    rows = map(deployment, TARGET.mcp.namespaces)
    return services(read("deployments", *rows), read("pods", one("default", image, image_id, policy), *others), TARGET)


@pytest.fixture(params=[CRI_IMAGES, IMAGES], ids=["crictl", "ctr"])
def images(request: pytest.FixtureRequest) -> Images:
    """The same images, in both forms of the answer."""
    seen = understood("images", request.param)
    assert isinstance(seen, Images)
    return seen


def see(images: Images, expected: str = "", *, registry: Registry = NOWHERE, **of: str) -> RunningCode:
    return running_code(running(**of), images, registry, expected)


@pytest.mark.parametrize(
    "image_id", [CONFIG, MANIFEST, f"docker.io/twisterlab/mcp-unified@{MANIFEST}", f"docker-pullable://x@{MANIFEST}"]
)
def test_an_id_in_any_of_its_spellings_is_the_image(images: Images, image_id: str) -> None:
    seen = see(images, image_id=image_id)
    assert (seen.wrong, seen.stale, seen.revisions, seen.unlabelled) == (0, (), ("4f2a9c1d0b",), ())


@pytest.mark.parametrize(
    ("of", "complaint", "wrong"),
    [
        ({"image_id": "sha256:" + "11" * 32}, "stale", 1),  # the tag means another image now
        ({"image": "twisterlab/mcp-unified:v9"}, "gone", 1),  # deleted by the kubelet's garbage collection
        ({"image": "twisterlab/mcp-unified"}, "latest", 1),  # no tag is latest, and there is none here
        ({"policy": "Always"}, "always", 0),
        ({"image_id": ""}, "without", 0),
    ],
)
def test_what_is_wrong_with_the_code_is_told(images: Images, of: dict[str, str], complaint: str, wrong: int) -> None:
    seen = running_code(running(**of), images, NOWHERE, "")
    assert getattr(seen, complaint)
    assert seen.wrong == wrong


@pytest.mark.parametrize(
    ("expected", "foreign"),
    [("", False), ("4f2a9c1d0b", False), ("4f2a9c1", False), ("4f2a9c1d0b77aa", False), ("4f2a", True), ("v2", True)],
)
def test_a_commit_may_be_written_short(images: Images, expected: str, foreign: bool) -> None:
    assert bool(see(images, expected).foreign) is foreign


def test_an_image_without_the_label_is_told_where_a_revision_is_expected(images: Images) -> None:
    assert len(see(images, "v1", image="docker.io/rancher/coredns:1", image_id="sha256:" + "aa" * 32).unlabelled) == 1


def test_always_is_sound_where_a_registry_has_the_tag_or_the_image_came_from_one(images: Images) -> None:
    assert not see(images, registry=Registry(("v1",)), policy="Always").always
    assert not see(images, policy="Always", image="docker.io/rancher/coredns:1", image_id="sha256:" + "aa" * 32).always


def test_nothing_that_runs_has_no_figure(images: Images) -> None:
    empty = services(read("deployments", *map(deployment, TARGET.mcp.namespaces)), (), TARGET)
    assert running_code(empty, images, NOWHERE, "").wrong is None


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("mcp", "docker.io/library/mcp:latest"),
        ("a/b", "docker.io/a/b:latest"),
        ("a/b:1", "docker.io/a/b:1"),
        ("host:5000/a", "host:5000/a:latest"),
        ("localhost/a:1", "localhost/a:1"),
        ("ghcr.io/a/b:1", "ghcr.io/a/b:1"),
        (f"a/b@{CONFIG}", f"docker.io/a/b@{CONFIG}"),
    ],
)
def test_a_name_is_written_out_as_the_runtime_keeps_it(short: str, full: str) -> None:
    assert full_name(short) == full


def test_an_image_named_by_its_digest_is_found(images: Images) -> None:
    assert see(images, image=f"twisterlab/mcp-unified@{MANIFEST}").wrong == 0


def archive(id: str = CONFIG, name: str = f"docker.io/{NAME}") -> ImageArchives:
    return ImageArchives((Archived("mcp.tar", (name,), id),), ())


@pytest.mark.parametrize(
    ("archives", "registry", "unkept", "old"),
    [
        (NOTHING, NOWHERE, 1, ()),
        (archive(), NOWHERE, 0, ()),
        (NOTHING, Registry(("v0", "v1")), 0, ()),
        (archive("sha256:" + "22" * 32), NOWHERE, 1, ("mcp.tar",)),
        (archive(name="docker.io/other:v1"), NOWHERE, 1, ()),
        (NOTHING, Registry(("v0",)), 1, ()),
        (NOTHING, Registry((), "connection refused"), 1, ()),
    ],
)
def test_what_keeps_an_image(archives: ImageArchives, registry: Registry, unkept: int, old: tuple[str, ...]) -> None:
    seen = keeping(running(), understood("images", IMAGES), archives, registry)
    assert (seen.unkept, seen.old) == (unkept, old)


def test_a_pin_counts_where_the_kubelet_s_own_interface_tells_it() -> None:
    pinned = CRI_IMAGES.replace('"pinned": false', '"pinned": true')
    assert keeping(running(), understood("images", pinned), NOTHING, NOWHERE).how == (f"{NAME} (pinned)",)
    labelled = IMAGES.replace("image=managed", "image=managed,io.cri-containerd.pinned=pinned")
    seen = keeping(running(), understood("images", labelled), NOTHING, NOWHERE)
    assert (seen.lost, seen.labelled) == ((NAME,), (NAME,))


@pytest.mark.parametrize(
    ("version", "kept", "pinless"),
    [
        ("v1.4.4-k3s2", False, "v1.4.4-k3s2"),
        ("1.6.24", False, "1.6.24"),
        ("v1.7.0", True, ""),
        ("2.1.9", True, ""),
        ("", True, ""),
    ],
)
def test_an_old_runtime_knows_no_pins(version: str, kept: bool, pinless: str) -> None:
    pinned = CRI_IMAGES.replace('"pinned": false', '"pinned": true')
    seen = keeping(running(), understood("images", f"{pinned}runtime {version}\n"), NOTHING, NOWHERE)
    assert (not seen.lost, seen.pinless) == (kept, pinless)


def test_cri_does_not_tell_the_label_and_containerd_does() -> None:
    seen = understood("images", f"{CRI_IMAGES}labelled docker.io/{NAME}\nruntime v1.4.4\n")
    assert (seen.named(NAME).labelled, seen.named(NAME).pinned) == (True, False)
    kept = keeping(running(), seen, archive(), NOWHERE)
    assert (kept.archived, kept.pinless) == ((NAME,), "v1.4.4")


@pytest.mark.parametrize(
    ("archives", "registry", "image", "code"),
    [
        (NOTHING, Registry((), "curl: (22) The requested URL returned error: 401", 401), NAME, "registry-login"),
        (ImageArchives((), ("mcp.tar.lz4",)), NOWHERE, NAME, "archive-unread"),
        (NOTHING, NOWHERE, "docker.io/rancher/coredns:1", "registry-unnamed"),
        (NOTHING, NOWHERE, NAME, ""),
        (NOTHING, Registry((), "port 4010 refused the connection"), NAME, ""),
    ],
)
def test_what_cannot_be_seen_is_not_lost(archives: ImageArchives, registry: Registry, image: str, code: str) -> None:
    found = services(read("deployments", deployment(container={"name": "mcp-unified", "image": image})), (), TARGET)
    reason = unseen(keeping(found, understood("images", IMAGES), archives, registry), registry)
    assert (reason.code if reason else "") == code


def test_archives_of_both_kinds_are_read_and_others_named() -> None:
    seen = understood("image_archives", IMAGE_ARCHIVES)
    assert [(one.file, one.id[:9]) for one in seen.archived] == [("mcp.tar", "sha256:f5"), ("save.tar.gz", "sha256:aa")]
    assert (seen.unread, understood("image_archives", "/folder\n")) == (("odd.tar.lz4",), NOTHING)


@pytest.mark.parametrize(
    ("out", "tags", "why"),
    [
        ("none\n", None, ""),
        ('{"name": "a/b", "tags": ["v1"]}', ("v1",), ""),
        ('{"tags": null}', (), ""),
        ("curl: (7) Failed to connect", (), "curl: (7) Failed to connect"),
        ("", (), "no answer"),
    ],
)
def test_what_a_registry_says(out: str, tags: tuple[str, ...] | None, why: str) -> None:
    assert understood("registry", out if out == "none\n" else f"asked\n{out}") == Registry(tags, why)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("curl: (22) The requested URL returned error: 401", 401),
        ("wget: server returned error: HTTP/1.1 403 Forbidden", 403),
        ("curl: (7) Failed to connect to 10.0.4.1 port 4010: Connection refused", None),
        ("wget: bad address 'registry401'", None),
    ],
)
def test_the_status_of_a_registry_that_refuses(body: str, status: int | None) -> None:
    assert understood("registry", f"asked\n{body}") == Registry((), body, status)


@pytest.mark.parametrize("out", ["", "crictl\n", 'crictl\n{"images": []}\n', "ctr\nREF TYPE DIGEST\n===\n", "docker\n"])
def test_no_image_at_all_is_no_answer(out: str) -> None:
    with pytest.raises(Unknown):
        understood("images", out)


K3S = """#!/bin/sh
# Answers like K3s' crictl; inspecti puts what it was told of the image before or behind its status, as versions differ.
case "$1 $2" in
"crictl images") [ "$3" = -q ] && echo {id} || cat "$LISTED" ;;
"ctr version") printf 'Client:\\n  Version:  v1.7.0\\n\\nServer:\\n  Version:  v1.4.4-k3s2\\n  UUID: x\\n' ;;
"ctr -n") echo 'docker.io/twisterlab/mcp-unified:v1 t sha256:x 1 MiB linux/amd64 io.cri-containerd.pinned=pinned' ;;
"crictl inspecti") printf '{{\\n "info": {{"imageSpec": {{"config": {{"Env": ["PASSWORD=hunter2"],\\n' &&
    printf '"Labels": {{"org.opencontainers.image.revision": "abc1234"}}}}}}}}, "status": {{"id": "%s"}}}}\\n' "$5" ;;
*) exit 1 ;;
esac
"""


def test_the_question_itself_tells_revisions_and_no_environment(tmp_path: Path) -> None:
    (tmp_path / "k3s").write_text(K3S.format(id=CONFIG))
    (tmp_path / "k3s").chmod(0o755)
    (tmp_path / "listed").write_text(
        json.dumps({"images": [{"id": CONFIG, "repoTags": [f"docker.io/{NAME}"]}]}, indent=2)
    )
    done = subprocess.run(
        ["sh", "-c", FACTS["images"].ask],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": f"{tmp_path}:/usr/bin:/bin", "LISTED": str(tmp_path / "listed")},
    )
    seen = understood("images", done.stdout)
    image = seen.named(NAME)
    assert (image.revision, image.ids, image.labelled) == ("abc1234", {CONFIG}, True)
    assert seen.runtime == "v1.4.4-k3s2"
    assert "hunter2" not in done.stdout


@attack("T7", "a question starts no more processes at once than it says, however much there is to ask about")
def test_a_hundred_images_are_looked_at_by_a_few_at_once(tmp_path: Path) -> None:
    """Whoever may deploy has the server pull as many images as they like; each is asked about by a process of root's."""
    (tmp_path / "k3s").write_text(
        '#!/bin/sh\ncase "$1 $2" in "crictl images") seq 40 ;; "crictl inspecti") echo + >>log; sleep 0.1; echo - >>log ;; esac\n'
    )
    (tmp_path / "k3s").chmod(0o755)
    env = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    done = subprocess.run(["sh", "-c", FACTS["images"].ask], capture_output=True, cwd=tmp_path, env=env, check=True)
    changes = (tmp_path / "log").read_text().split()
    at_once = list(accumulate(1 if change == "+" else -1 for change in changes))
    assert done.stdout.count(b"revision ") == 40
    assert max(at_once) <= 8


def test_an_archive_imported_anew_is_still_the_image_that_runs() -> None:
    again = "sha256:" + "ee" * 32
    out = IMAGES.replace(
        f"docker.io/{NAME} application/vnd.docker.distribution.manifest.v2+json {MANIFEST}",
        f"docker.io/{NAME} x {again}",
    )
    assert out.count(again) == 1
    seen = understood("images", out)
    assert see(seen).stale, "nothing says that both manifests have one configuration"
    assert not see(understood("images", out + f"config {again} {CONFIG}\n")).wrong


def test_references_that_share_an_identity_are_one_image() -> None:
    a, b, c = (f"sha256:{two * 32}" for two in ("aa", "bb", "cc"))
    images = joined([["lab/x:1", a], [f"docker.io/lab/y@{b}", b], [c, b], ["docker.io/lab/x:1", c], ["z:1", "z:2"]])
    assert set(images) == {
        frozenset({"docker.io/lab/x:1", a, b, c}),
        frozenset({"docker.io/library/z:1", "docker.io/library/z:2"}),
    }
