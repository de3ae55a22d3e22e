"""DSK-02, DSK-07 to DSK-09: the host's answers about its disks, and which file systems count."""

import pytest

from fixtures.ask.answer import Unknown
from fixtures.host.disk.datastore import datastore
from fixtures.host.disk.kubelet import kubelet
from fixtures.host.disk.kubelet_disk import kubelet_disk
from fixtures.host.disk.smart import smart
from fixtures.host.disk.storage import storage
from fixtures.host.disk.waste import bytes_of, waste
from fixtures.host.monitoring.check_settings import check_settings
from testing.disk_answers import CHECK_SETTINGS, DATASTORE, KUBELET, KUBELET_DISK, SMART, STORAGE, WASTE

FULL = "row ext4 71 29 10 90 /dev/sda2 /\n"


def test_folders_are_judged_by_the_disk_they_lie_on() -> None:
    seen = storage(STORAGE)
    assert [(volume.mount, volume.folders) for volume in seen.needed] == [
        ("/", ("/",)),
        ("/var", ("/var", "/var/log")),
        ("/var/lib/docker", ("/var/lib/docker",)),
    ]
    assert (seen.mount, seen.bytes_percent, seen.inodes_percent) == ("/var", 30, 60), "inodes count as bytes do"


def test_what_is_no_disk_is_left_out_and_a_strange_one_is_told() -> None:
    seen = storage(STORAGE)
    assert seen.elsewhere == ("/var/backups/twisterlab (nfs4)",)
    assert [volume.mount for volume in seen.others] == ["/srv/my data"]


def test_a_disk_of_this_host_that_hangs_leaves_the_question_open() -> None:
    with pytest.raises(Unknown) as raised:
        storage(STORAGE.replace("silent nfs4", "silent ext4"))
    assert raised.value.code == "disk-silent"


def test_without_an_inode_table_there_is_none_to_run_out_of() -> None:
    assert storage("folder /\nrow btrfs 10 90 0 0 /dev/sda /\n").inodes_percent == 0


def test_a_root_of_overlay_is_judged_all_the_same() -> None:
    assert storage("folder /\n" + FULL.replace("ext4", "overlay")).bytes_percent == 71


def test_read_only_is_seen() -> None:
    assert storage("folder /\n" + FULL + "readonly /\n").needed[0].readonly


@pytest.mark.parametrize(
    ("free", "disagree"), [(8119472128, False), (8500000000, False), (9000000000, True), (0, True)]
)
def test_the_kubelet_counts_the_same_disk(free: int, disagree: bool) -> None:
    seen = kubelet_disk(KUBELET_DISK.replace("df 8119472128", f"df {free}"))
    assert (seen.disagree, seen.age, seen.counted) == (disagree, 10, 8119000000)


def test_a_kubelet_that_tells_nothing_is_told_and_is_no_fault_of_the_disk() -> None:
    head = "\n".join(KUBELET_DISK.splitlines()[:2])
    seen = kubelet_disk(f"{head}\nunseen Error from server (Forbidden): nodes is forbidden\n")
    assert (seen.disagree, seen.unseen) == (False, "Error from server (Forbidden): nodes is forbidden")


@pytest.mark.parametrize(
    ("answer", "images", "eviction", "source"),
    [
        (KUBELET, 80, 95, "running"),
        ("started\nk3s\n", 85, 95, "default"),
        (
            "k3s\nwritten   - image-gc-high-threshold=65\nwritten eviction-hard=nodefs.available<15%,imagefs.available<10%\n",
            65,
            85,
            "written",
        ),
        ("started\nfile imageGCHighThresholdPercent: 80\nflag image-gc-high-threshold=70 --x\n", 70, 85, "running"),
        (
            "started\nwritten image-gc-high-threshold=60\nk3s\n",
            85,
            95,
            "default",
        ),  # valid from the next start on, not for this one
    ],
)
def test_when_the_kubelet_acts(answer: str, images: float, eviction: float, source: str) -> None:
    seen = kubelet(answer)
    assert (seen.images, seen.eviction, seen.source) == (images, eviction, source)


def test_no_kubelet_is_unknown() -> None:
    with pytest.raises(Unknown):
        kubelet("written image-gc-high-threshold=60\n")


def test_a_datastore_is_its_file_and_its_log() -> None:
    assert (datastore(DATASTORE).files, datastore(DATASTORE).log) == (54032768, 4000000)
    assert datastore("etcd 10 snap/db\netcd 64 wal/0.wal\n").log == 64
    assert datastore("external postgres\n" + DATASTORE).external
    with pytest.raises(Unknown):
        datastore("")


def test_what_could_go_is_what_nothing_uses() -> None:
    seen = waste(WASTE)
    assert seen.total == 1_500_000_000 + 12_300_000_000 + 104_857_600 + 1_000_000
    assert [image.used for image in seen.images] == [True, False]


NEW, OLD, ITS, THEIRS = (f"sha256:{two * 32}" for two in ("aa", "bb", "cc", "dd"))
# An archive of `docker save` that K3s 1.21 imported at its second start: the name has another manifest than the identity.
IMPORTED_ANEW = f"""\
image docker.io/lab/database:1 {NEW} 363.4MiB io.cri-containerd.image=managed
image {ITS} {OLD} 363.4MiB io.cri-containerd.image=managed
image docker.io/lab/left:1 {THEIRS} 10MiB io.cri-containerd.image=managed
"""


@pytest.mark.parametrize(
    "label",
    [
        f"config {NEW} {ITS}\nused {ITS}\n",  # as containerd tells it
        f"config {NEW} {ITS}\nused docker.io/lab/database:1\n",
        f'cri {{"images":[{{"id":"{ITS}","repoTags":["docker.io/lab/database:1"],"repoDigests":[]}}]}}\nused {ITS}\n',
        f'cri {{"images":[{{"id":"{ITS}","repoTags":["docker.io/lab/database:1","<none>:<none>"]}}]}}\nused lab/database:1\n',
        f"used docker.io/lab/database:1\nused {ITS}\n",  # one container names each of them
        f"config {NEW} {ITS}\nused docker.io/lab/database@{OLD}\n",
    ],
)
def test_an_image_is_in_use_by_any_of_its_identities(label: str) -> None:
    seen = waste(f"{IMPORTED_ANEW}{label}")
    assert [image.names for image in seen.images if not image.used] == [("docker.io/lab/left:1",)]
    assert seen.unused == 10 * 1024**2


def test_an_image_without_a_name_that_nothing_uses_is_counted_once() -> None:
    seen = waste(f"{IMPORTED_ANEW}config {NEW} {ITS}\nused docker.io/lab/left:1\n")
    assert seen.unused == bytes_of("363.4MiB")
    (unused,) = (image for image in seen.images if not image.used)
    assert unused.ids == {"docker.io/lab/database:1", NEW, OLD, ITS}


@pytest.mark.parametrize("answer", ["named a\n", "image a\n", f"{WASTE}silent docker\n"])
def test_an_answer_that_makes_no_sense_is_no_tidy_disk(answer: str) -> None:
    with pytest.raises((Unknown, ValueError)):
        waste(answer)


@pytest.mark.parametrize(
    ("written", "size"), [("0B", 0), ("1.9MiB", 1992294), ("12.3GB (40%)", 12_300_000_000), ("5kB", 5000)]
)
def test_sizes_as_runtimes_write_them(written: str, size: int) -> None:
    assert bytes_of(written) == size


@pytest.mark.parametrize(
    ("text", "threshold"),
    [
        (CHECK_SETTINGS, 65),  # the settings file that the script reads overrides its default
        ("file /x\n| THRESHOLD=75\n", 75),
        ("file /x\n| [ $USAGE -gt 90 ]\n", 90),
        ("file /x\n| limit=${DISK_WARN_PERCENT:-70}\n", 70),
        ("file /x\n| exit 0\n", None),
        ("binary\n", None),
    ],
)
def test_the_limit_a_check_names(text: str, threshold: float | None) -> None:
    seen = check_settings(text)
    assert (seen.present, seen.threshold) == (True, threshold)


def test_no_check_names_none() -> None:
    assert not check_settings("missing\n").present


def test_disks_by_their_own_word() -> None:
    seen = smart(SMART)
    assert (seen.sound, seen.silent, seen.failing) == (("/dev/sda",), ("/dev/sdb",), ("/dev/nvme0",))
    assert not smart("absent\n").installed


@pytest.mark.parametrize(
    ("answer", "virtual"),
    [
        ("virtual kvm\nabsent\n", True),
        ("virtual none\nabsent\n", False),
        ("virtual \n", False),  # nothing says what the machine is
        ("absent\n", True),  # an answer to the earlier question
    ],
)
def test_nobody_is_heard(answer: str, virtual: bool) -> None:
    seen = smart(answer)
    assert (seen.heard, seen.virtual) == (False, virtual)


@pytest.mark.parametrize(
    ("metadata", "data", "fullest"), [("12/1024", "1568/1600", 98.0), ("1000/1024", "16/1600", 97.65625)]
)
def test_a_thin_pool_fills_up_below_its_filesystems(metadata: str, data: str, fullest: float) -> None:
    (pool,) = storage(f"{STORAGE}pool vg-pool-tpool {metadata} {data}\n").pools
    assert pool.percent == fullest


def test_an_array_that_lacks_a_disk_is_degraded_whether_or_not_smartctl_is_there() -> None:
    assert smart("virtual none\ndegraded md0\nabsent\n").degraded == ("md0",)
    assert smart(f"degraded tank\n{SMART}").degraded == ("tank",)
