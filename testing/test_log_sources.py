"""LOG-05, LOG-10, LOG-12: what writes the logs, what the kubelet rotates, which message the kernel repeats most."""

import pytest

from fixtures.ask.answer import Unknown
from fixtures.drills.syslog_marker import SyslogMarker, syslog_marker
from fixtures.host.logs.container_logs import container_logs, quantity
from fixtures.host.logs.kernel_messages import kernel_messages
from testing.host_answers import CONTAINER_LOGS, KERNEL_MESSAGES, SYSLOG_MARKER

AT, DAY = 1_795_450_734, 86_400


def drill(old: str, new: str) -> SyslogMarker:
    assert old in SYSLOG_MARKER
    return syslog_marker(SYSLOG_MARKER.replace(old, new))


def test_ubuntus_rsyslog_writes_to_its_own_live_logs() -> None:
    """rsyslog runs as syslog:adm, without root's rights."""
    seen = syslog_marker(SYSLOG_MARKER)
    assert (seen.wrong, seen.foreign, seen.lost, seen.where) == ((), (), False, "/var/log/syslog")


@pytest.mark.parametrize(
    "held",
    [
        "open same /var/log/kern.log.1",
        "open other /var/log/kern.log (deleted)",
        "open other /var/log/kern.log.1 (deleted)",
        "open same /var/log/kern.log-20261123",
    ],
)
def test_a_rotated_or_deleted_file_is_no_live_log(held: str) -> None:
    assert drill("open same /var/log/kern.log", held).astray == (held.split(" ", 2)[2],)


@pytest.mark.parametrize(
    ("log", "locked", "foreign"),
    [
        ("log 0 4 640 root", True, False),  # created by logrotate as root:adm: syslog may only read it
        ("log 0 4 660 root", False, True),  # owned by another account, but writable
        ("log 104 4 440 syslog", True, False),
    ],
)
def test_a_log_it_may_not_write_to(log: str, locked: bool, foreign: bool) -> None:
    seen = drill("log 104 4 640 syslog /var/log/kern.log", f"{log} /var/log/kern.log")
    assert (bool(seen.locked), bool(seen.foreign)) == (locked, foreign)


def test_one_that_kept_roots_rights_writes_to_any() -> None:
    answer = SYSLOG_MARKER.replace("may 0000000000000000", "may 000001ffffffffff").replace(
        "log 104 4 640", "log 0 4 640"
    )
    assert syslog_marker(answer).locked == ()


def test_a_line_that_does_not_arrive_is_lost() -> None:
    assert drill("arrived 0.2 /var/log/syslog\n", "").lost


@pytest.mark.parametrize("daemon", ["absent", "disabled", "stopped"])
def test_no_rsyslog_loses_no_line(daemon: str) -> None:
    seen = syslog_marker(f"daemon {daemon}\n")
    assert (seen.daemon, seen.wrong, seen.lost) == (daemon, (), False)


def test_a_flag_of_the_kubelet_wins_over_its_file() -> None:
    seen = container_logs(CONTAINER_LOGS.replace("flag files 3", "flag files 3\nflag size 10Mi"))
    assert (seen.size, seen.files, seen.worst, seen.default) == (10 << 20, 3, 2 * 3 * (10 << 20), False)


def test_a_container_beyond_its_bound_counts_with_what_it_takes() -> None:
    seen = container_logs(CONTAINER_LOGS.replace("container 8192", "container 3000000000"))
    assert seen.worst_gb > 3


def test_nothing_written_is_the_kubelets_default() -> None:
    seen = container_logs("seen\ncontainer 1 /var/log/pods/a/b\n")
    assert (seen.size, seen.files, seen.default) == (10 << 20, 5, True)


def test_containers_without_a_kubelet_are_unknown_and_no_containers_are_none() -> None:
    with pytest.raises(Unknown):
        container_logs("container 1 /var/log/pods/a/b\n")
    assert container_logs("").worst == 0


@pytest.mark.parametrize(
    ("kept", "worst"),
    [
        ('{"Type":"json-file","Config":{}', None),
        ('{"Type":"json-file","Config":{"max-file":"3","max-size":"10m"}', 30 << 20),
        ('{"Type":"json-file","Config":{"max-size":"1g"}', 1 << 30),
        ('{"Type":"local","Config":{}', 100 << 20),
        ('{"Type":"journald","Config":{}', 4096),
    ],
)
def test_a_container_of_docker_has_the_bound_docker_gave_it(kept: str, worst: int | None) -> None:
    seen = container_logs(f'now 1\ndocker 0a1b2c3d4e5f 4096 "LogConfig":{kept}\n')
    assert seen.unbounded == (() if worst else ("0a1b2c3d4e5f",))
    assert worst is None or seen.worst == worst


@pytest.mark.parametrize(
    ("written", "bytes_"), [("10Mi", 10 << 20), ("50M", 50 * 10**6), ("1Gi", 1 << 30), ("4096", 4096)]
)
def test_quantities_as_kubernetes_writes_them(written: str, bytes_: int) -> None:
    assert quantity(written) == bytes_


def test_the_most_frequent_message_is_named() -> None:
    seen = kernel_messages(KERNEL_MESSAGES)
    assert (seen.message, seen.times, seen.journal) == ("cni#: port #(veth#) entered blocking state", 3600, False)


def test_a_silent_kernel_says_nothing() -> None:
    assert kernel_messages(f"{AT}\n").message == ""


@pytest.mark.parametrize(
    ("count", "first", "a_day"), [(20_000, AT - 3600, 24e6), (500, AT - 60, 1e6)]
)  # the sample covers an hour; the whole journal a day
def test_without_a_kern_log_the_journal_tells_how_much_a_day(count: int, first: int, a_day: float) -> None:
    answer = f"{AT}\njournal 1000000 {count} {first}\nreach {AT - DAY}\nline 3 usb #-#: reset\n"
    assert kernel_messages(answer).a_day == pytest.approx(a_day)
