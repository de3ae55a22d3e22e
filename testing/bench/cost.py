"""What a way to look at a lab server costs: time, processor here and there, memory, bytes, logins and processes there."""

import os
import re
import resource
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import msgspec

from testing.delay import DEVICE, inside

LINKS = ("host0", DEVICE)  # the server's ends of its two links
QUIET = 2.0  # seconds for which the idle server is watched
UNITS = {
    "seconds": "s",
    "here": "s",
    "there": "s",
    "memory": "MB",
    "kilobytes": "kB",
    "logins": "",
    "processes": "",
}  # of the fields of Cost


class Cost(msgspec.Struct, frozen=True):
    """Wall time, processor time here and on the server in seconds, most memory of a process here in MB (0: not known),
    kB over the network, logins, and processes that were started on the server.

    What the server does anyway is subtracted: its services use the processor, and start processes, all the time.
    """

    seconds: float
    here: float
    there: float
    memory: float
    kilobytes: float
    logins: float
    processes: float


def middle(costs: Sequence[Cost]) -> Cost:
    """Return the median of each figure."""
    return Cost(*(round(median(getattr(cost, name) for cost in costs), 3) for name in UNITS))


class Counters(msgspec.Struct, frozen=True):
    """What the server has used and done since it was started."""

    processor: float
    processes: int
    bytes: int


class Meter:
    """Measures on one lab server. It watches the idle server first."""

    def __init__(self, address: str) -> None:
        """Find the server's processes. Raises LookupError if no server of this machine has the address."""
        self._member = inside(address)
        before, began = self._counters(), time.monotonic()
        time.sleep(QUIET)
        after, seconds = self._counters(), time.monotonic() - began
        self._idle = (after.processor - before.processor) / seconds, (after.processes - before.processes) / seconds

    def cost(self, go: Callable[[], float]) -> Cost:
        """Return what a call costs; it returns the memory that it took in MB."""
        before, used, clock, began = self._counters(), _used(), time.time(), time.monotonic()
        memory = go()
        seconds, here, after = time.monotonic() - began, _used() - used, self._counters()
        return Cost(
            seconds,
            here,
            max(0.0, after.processor - before.processor - self._idle[0] * seconds),
            memory,
            (after.bytes - before.bytes) / 1000,
            self._logins(clock),
            max(0.0, after.processes - before.processes - self._idle[1] * seconds),
        )

    def _counters(self) -> Counters:
        links = re.findall(r"^ *([\w-]+): *(\d+)(?: +\d+){7} +(\d+)", self._read("net/dev"), re.MULTILINE)
        told = self._inside("cat", "/proc/sys/kernel/ns_last_pid")
        sent = sum(int(got) + int(sent) for link, got, sent in links if link in LINKS)
        return Counters(_processor(self._read("cgroup")), int(told) - 1, sent)

    def _logins(self, since: float) -> int:
        said = self._inside(
            "journalctl", "-q", "-o", "cat", "_COMM=sshd", "_COMM=sshd-session", f"--since=@{since:.3f}"
        )
        return len(re.findall(r"^Accepted ", said, re.MULTILINE))

    def _read(self, name: str) -> str:
        return Path(f"/proc/{self._member}/{name}").read_text()

    def _inside(self, *words: str) -> str:
        entering = ["nsenter", "-t", str(self._member), "-m", "-p"]
        return subprocess.run([*entering, *words], check=True, capture_output=True, text=True).stdout


def _processor(cgroups: str) -> float:
    """Return the seconds that the whole server has used; `cgroups` is /proc/PID/cgroup of one of its processes."""
    for number, controllers, path in (line.split(":", 2) for line in cgroups.splitlines()):
        server = path.split("/")[1]  # its own group, in which systemd may have made others
        if "cpuacct" in controllers.split(","):
            return int(Path(f"/sys/fs/cgroup/cpuacct/{server}/cpuacct.usage").read_text()) / 1e9
        if number == "0" and (stat := Path(f"/sys/fs/cgroup/{server}/cpu.stat")).exists():
            return int(stat.read_text().split()[1]) / 1e6
    raise LookupError("the processor time of the server is not counted here")


def _used() -> float:
    """Return the processor time of this process and of those it has waited for."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(used.ru_utime + used.ru_stime for used in map(resource.getrusage, kinds))


def ran(command: Sequence[str], folder: Path, statuses: Sequence[int] = (0,)) -> float:
    """Run a command, and return the most memory that it took, in MB. Raises RuntimeError if its status is another."""
    with Path(os.devnull).open("wb") as nowhere:
        process = subprocess.Popen(command, cwd=folder, stdout=nowhere, stderr=nowhere, stdin=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in statuses:
        raise RuntimeError(f"{' '.join(command)}: ended with {process.returncode}")
    return used.ru_maxrss / 1000
