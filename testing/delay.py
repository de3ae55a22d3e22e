"""Delay packets to a lab server: two tun devices, and this process between them.

The link works on layer 3 and not as a proxy, so that TCP itself sees the delay: a proxy would hide the cost of Nagle's
algorithm.

Run as `python -m testing.delay ADDRESS MILLISECONDS`; the devices and the route vanish when the process ends.
"""

import contextlib
import ctypes
import fcntl
import os
import re
import selectors
import struct
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE, THERE = "10.77.255.1", "10.77.255.2"  # labs use 10.77.1 to 10.77.254
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 1, 0x1000
DEVICE = "phase0-delay"


@contextmanager
def delayed(address: str, milliseconds: float) -> Iterator[None]:
    """Delay packets to and from a lab server within the block: half of `milliseconds` each way. 0 means no delay."""
    if not milliseconds:
        yield
        return
    command = [sys.executable, "-m", "testing.delay", address, str(milliseconds)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        if process.stdout.readline().strip() != "ready":
            raise RuntimeError(f"no slow road to {address}; it said why above")
        yield
    finally:
        process.terminate()
        process.wait()


def inside(address: str) -> int:
    """Return the id of a process of the server: one whose network namespace has this address.

    Raises LookupError if there is none.
    """
    own = re.compile(rf"-- {re.escape(address)}\n\s+/32 host LOCAL")
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # the process has ended
            if own.search((process / "net" / "fib_trie").read_text()):
                return int(process.name)
    raise LookupError(f"no server on this machine has the address {address}")


def tun(process: int | str) -> int:
    """Return a tun device in the network namespace of a process; it exists until its descriptor is closed."""
    home = os.open("/proc/self/ns/net", os.O_RDONLY)
    try:
        _enter(os.open(f"/proc/{process}/ns/net", os.O_RDONLY))
        device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH", DEVICE.encode(), IFF_TUN | IFF_NO_PI))
        return device
    finally:
        _enter(home)


def _enter(namespace: int) -> None:
    if ctypes.CDLL("libc.so.6", use_errno=True).setns(namespace, 0):
        raise OSError(ctypes.get_errno(), "setns")
    os.close(namespace)


def lay(process: int, address: str) -> None:
    """Set the addresses of both ends, and route packets for `address` through them."""
    there = ["nsenter", f"--net=/proc/{process}/ns/net", "ip"]
    for words in (
        ["ip", "addr", "add", HERE, "peer", THERE, "dev", DEVICE],
        ["ip", "link", "set", DEVICE, "up"],
        [*there, "addr", "add", THERE, "peer", HERE, "dev", DEVICE],
        [*there, "link", "set", DEVICE, "up"],
        ["ip", "route", "add", f"{address}/32", "dev", DEVICE, "src", HERE],
    ):
        subprocess.run(words, check=True)


def carry(ends: tuple[int, int], seconds: float) -> None:
    """Pass every packet of one end to the other, `seconds` after it came. Never returns."""
    waiting: deque[tuple[float, int, bytes]] = deque()
    with selectors.DefaultSelector() as selector:
        for end, other in (ends, ends[::-1]):
            selector.register(end, selectors.EVENT_READ, other)
        while True:
            patience = max(0.0, waiting[0][0] - time.monotonic()) if waiting else None
            for key, _ in selector.select(patience):
                waiting.extend((time.monotonic() + seconds, key.data, packet) for packet in _packets(key.fd))
            while waiting and waiting[0][0] <= time.monotonic():
                _, end, packet = waiting.popleft()
                os.write(end, packet)


def _packets(device: int) -> Iterator[bytes]:
    while True:
        try:
            yield os.read(device, 65536)
        except BlockingIOError:
            return


def main(address: str, milliseconds: str) -> None:
    """Set up the devices and the route, print "ready", and pass packets on."""
    server = inside(address)
    ends = tun("self"), tun(server)
    lay(server, address)
    print("ready", flush=True)  # the other process waits for it
    carry(ends, float(milliseconds) / 2000)


if __name__ == "__main__":
    main(*sys.argv[1:])
