"""A slow road to a lab server: two tun devices and this process between them, which keeps every packet for a while.

A link of layer 3 rather than a proxy, so that TCP itself sees the delay (a proxy would hide what Nagle's algorithm
costs).
Run as `python -m testing.delay NAMESPACE ADDRESS MILLISECONDS`; the devices and the route go when the process ends.
"""

import ctypes
import fcntl
import os
import selectors
import struct
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE, THERE = "10.77.255.1", "10.77.255.2"  # labs take 10.77.1 to 10.77.254
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 1, 0x1000
DEVICE = "phase0-delay"


@contextmanager
def delayed(namespace: str, address: str, milliseconds: float) -> Iterator[None]:
    """Packets to and from `address` take half the round trip of `milliseconds` each way; none at all for 0."""
    if not milliseconds:
        yield
        return
    command = [sys.executable, "-m", "testing.delay", namespace, address, str(milliseconds)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        if process.stdout.readline().strip() != "ready":
            raise RuntimeError(f"no slow road to {address}; it said why above")
        yield
    finally:
        process.terminate()
        process.wait()


def tun(namespace: str = "") -> int:
    """A tun device in a network namespace (ours unless named); it lives as long as its descriptor."""
    libc = ctypes.CDLL("libc.so.6", use_errno=True)
    home = os.open("/proc/self/ns/net", os.O_RDONLY)
    try:
        if namespace:
            _enter(libc, os.open(Path("/run/netns", namespace), os.O_RDONLY))
        device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH", DEVICE.encode(), IFF_TUN | IFF_NO_PI))
        return device
    finally:
        _enter(libc, home)


def _enter(libc: ctypes.CDLL, namespace: int) -> None:
    if libc.setns(namespace, 0):
        raise OSError(ctypes.get_errno(), "setns")
    os.close(namespace)


def lay(namespace: str, address: str) -> None:
    """Addresses on both ends, and our way to `address` through them."""
    for words in (
        ["addr", "add", HERE, "peer", THERE, "dev", DEVICE], ["link", "set", DEVICE, "up"],
        ["-n", namespace, "addr", "add", THERE, "peer", HERE, "dev", DEVICE],
        ["-n", namespace, "link", "set", DEVICE, "up"],
        ["route", "add", f"{address}/32", "dev", DEVICE, "src", HERE],
    ):
        subprocess.run(["ip", *words], check=True)


def carry(ends: tuple[int, int], seconds: float) -> None:
    """Hand every packet of one end to the other, `seconds` after it came. Runs until killed."""
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


def main(namespace: str, address: str, milliseconds: str) -> None:
    """Lay the road, say so, and carry."""
    ends = tun(), tun(namespace)
    lay(namespace, address)
    print("ready", flush=True)  # the other process waits for it
    carry(ends, float(milliseconds) / 2000)


if __name__ == "__main__":
    main(*sys.argv[1:])
