"""The plans of mcp_deploy and image_pin for clusters in different states, without any host."""

import msgspec
import pytest

from fixtures.host.images.image_archives import Archived, ImageArchives
from fixtures.host.images.images import Image, Images
from fixtures.host.system.mcp_workloads import McpWorkloads, Workload, WorkloadContainer, mcp_workloads
from remediations.image_pin import image_pin
from remediations.mcp_deploy import mcp_deploy
from remediations.transaction.objects import PatchObject, fields
from remediations.transaction.plan import Plan, draw_plan
from remediations.transaction.risk import Risk
from remediations.transaction.step import RunCommand

SPACES = ("default", "twisterlab", "twisterlab-dev")
NAME = "docker.io/twisterlab/mcp-unified:v1"
ONE = Image((NAME,), frozenset({"sha256:" + "a" * 64}), (), "abc", pinned=False)
OTHER = Image(("docker.io/twisterlab/mcp-unified:v2",), frozenset({"sha256:" + "b" * 64}), (), "def", pinned=False)
NONE = ImageArchives((), ())
ASKED = {
    "deployment": "mcp-unified",
    "service": "mcp-unified",
    "port": "8080",
    "path": "/health",
    "image": "twisterlab/mcp-unified",
    "revision": "",
    "registry": "",
    "archive": "",
}


def workload(
    namespace: str,
    wanted: int = 0,
    image: str = "twisterlab/mcp-unified:v1",
    policy: str = "IfNotPresent",
    ready: int = 0,
    manager: str = "",
) -> Workload:
    return Workload(
        namespace,
        "mcp-unified",
        f"uid-{namespace}",
        3,
        wanted,
        ready,
        (WorkloadContainer("mcp-unified", image, policy),),
        manager,
    )


def seen(*workloads: Workload, **asked: str) -> McpWorkloads:
    return McpWorkloads(ASKED | asked, SPACES, {one.namespace: one for one in workloads})


FOURTH = seen(
    workload("default"),
    workload("twisterlab", 1, "twisterlab/mcp-unified:latest", "Always"),
    workload("twisterlab-dev"),
)
SOUND = seen(*(workload(space, 1, ready=1) for space in SPACES))


def planned(cluster: McpWorkloads, *images: Image) -> Plan:
    return draw_plan("mcp_deploy", ("MCP-01",), mcp_deploy(cluster, Images(images)))


def notes(plan: Plan) -> str:
    return " ".join(note.sentence.what.en for note in plan.notes)


def test_on_the_fourth_of_february_all_three_get_the_image_there_is() -> None:
    plan = planned(FOURTH, ONE)
    patches = [step for step in plan.steps if isinstance(step, PatchObject)]
    assert [step.object.namespace for step in patches] == list(SPACES)
    assert plan.risk is Risk.SAFE, "nothing runs that could be disturbed"
    assert dict(fields(patches[1].after)) == {
        "spec.replicas": "1",
        "spec.template.spec.containers[mcp-unified].image": '"twisterlab/mcp-unified:v1"',
        "spec.template.spec.containers[mcp-unified].imagePullPolicy": '"IfNotPresent"',
    }
    assert all(step.rollout for step in patches)
    assert next(step.shown for step in plan.steps if isinstance(step, RunCommand)).endswith(
        "/namespaces/default/services/mcp-unified:8080/proxy/health"
    )


def test_where_it_runs_there_is_nothing_to_do() -> None:
    assert planned(SOUND, ONE).steps == ()


def test_three_replicas_stay_three() -> None:
    assert planned(seen(*(workload(space, 3, ready=3) for space in SPACES)), ONE).steps == ()


def test_what_runs_and_is_changed_is_disruptive() -> None:
    running = workload("default", 1, "twisterlab/mcp-unified:latest", ready=1)
    assert planned(seen(running), ONE).risk is Risk.DISRUPTIVE


def test_a_missing_deployment_is_not_invented_and_a_managed_one_not_touched() -> None:
    plan = planned(seen(workload("default", manager="meta.helm.sh/release-name")), ONE)
    assert plan.steps == ()
    assert "kept in shape by others (meta.helm.sh/release-name)" in notes(plan)
    assert "no Deployment mcp-unified in twisterlab," in notes(plan)


def test_of_two_images_the_expected_revision_counts_and_nothing_is_guessed() -> None:
    nobody = seen(workload("default", 1, "elsewhere/x:1"))
    assert "several and nothing says which" in notes(planned(nobody, ONE, OTHER))
    plan = planned(seen(workload("default", 1), revision="def"), ONE, OTHER)
    assert "twisterlab/mcp-unified:v2" in plan.diff


def test_an_image_known_as_latest_only_gets_a_tag_of_its_own() -> None:
    latest = Image(("docker.io/twisterlab/mcp-unified:latest",), ONE.ids, (), "", pinned=False)
    plan = planned(seen(workload("default", 0)), latest)
    assert plan.summaries[0].en == f"give the image a tag of its own: twisterlab/mcp-unified:{'a' * 12}"
    assert f'"twisterlab/mcp-unified:{"a" * 12}"' in plan.diff


def test_an_archive_is_imported_where_the_runtime_has_nothing() -> None:
    step = planned(seen(workload("default"), archive="/srv/mcp 1.tar")).steps[0]
    assert isinstance(step, RunCommand)
    assert step.command.startswith("set -- '/srv/mcp 1.tar'\n")
    assert step.shown.startswith("k3s ctr -n k8s.io images import '/srv/mcp 1.tar'")


def pinned(cluster: McpWorkloads, image: Image, archives: ImageArchives = NONE) -> Plan:
    return draw_plan("image_pin", ("MCP-05",), image_pin(cluster, Images((image,)), archives))


def test_an_image_nothing_brings_back_is_archived_and_pinned() -> None:
    plan = pinned(SOUND, ONE)
    assert [step.shown or step.command.split()[5] for step in plan.steps if isinstance(step, RunCommand)] == [
        f"k3s ctr -n k8s.io images export /var/lib/rancher/k3s/agent/images/mcp-unified.tar {NAME}",
        "label",
    ]
    assert plan.risk is Risk.SAFE


KEPT = ImageArchives((Archived("mcp-unified.tar", (NAME,), next(iter(ONE.ids))),), ())
OLD = ImageArchives((Archived("mcp-unified.tar", (NAME,), "sha256:" + "c" * 64),), ())


def test_an_image_the_kubelet_deleted_comes_back_from_its_archive() -> None:
    (step,) = pinned(SOUND, OTHER, KEPT).steps
    assert isinstance(step, RunCommand)
    assert step.shown.startswith("k3s ctr -n k8s.io images import /var/lib/rancher/k3s/agent/images/mcp-unified.tar")
    assert step.undo == f"k3s ctr -n k8s.io images rm {NAME} >/dev/null || :"


TWO = ImageArchives((*KEPT.archived, Archived("other.tar", (NAME,), "sha256:" + "c" * 64)), ())


@pytest.mark.parametrize("archives", [NONE, TWO])
def test_an_image_that_is_nowhere_or_in_two_forms_is_left_to_people(archives: ImageArchives) -> None:
    plan = pinned(SOUND, OTHER, archives)
    assert not [step for step in plan.steps if isinstance(step, RunCommand) and "import" in step.command]


@pytest.mark.parametrize(
    ("archives", "image", "steps"),
    [
        (KEPT, msgspec.structs.replace(ONE, labelled=True), 0),
        (KEPT, ONE, 1),
        (OLD, msgspec.structs.replace(ONE, pinned=True), 1),
        (NONE, msgspec.structs.replace(ONE, pulled=("docker.io/twisterlab/mcp-unified",)), 0),
    ],
)
def test_only_what_is_missing_is_done(archives: ImageArchives, image: Image, steps: int) -> None:
    assert len(pinned(SOUND, image, archives).steps) == steps


def test_an_archive_of_others_is_left_alone_and_named() -> None:
    other = ImageArchives((Archived("theirs.tar", (NAME,), "sha256:" + "c" * 64),), ())
    assert "theirs.tar brings other code back" in notes(pinned(SOUND, ONE, other))


def test_the_fact_is_understood() -> None:
    answer = (
        "".join(f"asked\t{name}\t{value}\n" for name, value in ASKED.items()) + "namespace\tdefault\n"
        "deployment\tdefault\tmcp-unified\tu-1\t4\t1\t0\ncontainer\tmcp-unified\tx:v1\tAlways\nmark\tapp=mcp\n"
        "mark\tmeta.helm.sh/release-name=\n\ndeployment\tdefault\tother\tu-2\t1\t1\t1\n"
    )
    found = mcp_workloads(answer)
    assert found.namespaces == ("default",)
    assert found.workloads == {
        "default": Workload(
            "default",
            "mcp-unified",
            "u-1",
            4,
            1,
            0,
            (WorkloadContainer("mcp-unified", "x:v1", "Always"),),
            "meta.helm.sh/release-name",
        )
    }
    with pytest.raises(KeyError, match="deployment"):
        mcp_workloads("deployment\tdefault\tother\tu-2\t1\t1\t1\n")
