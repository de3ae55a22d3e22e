"""How the processor time of a piece of work grows with its input: the same on a fast, a slow and a busy machine."""

import gc
import time
from collections.abc import Callable
from math import inf

LINEAR = 8  # for four times the input: linear work takes about 4 times as long, quadratic work 16 times
TRIES = 9
SHORTEST = 0.003  # seconds that are added to the shorter time: caches alone can change a time of a millisecond fourfold


def growth(work: Callable[[int], object], size: int) -> float:
    """Return how many times as much processor time `work(size)` takes as `work(size // 4)`; compare it with LINEAR.

    Other load only ever adds time. So both are repeated, and the least time of each counts, until the quotient is
    below LINEAR, at most TRIES times.
    """
    small = large = inf
    for _ in range(TRIES):
        small, large = min(small, cost(work, size // 4)), min(large, cost(work, size))
        if large < LINEAR * (small + SHORTEST):
            break
    return large / (small + SHORTEST)


def cost(work: Callable[[int], object], size: int) -> float:
    """Return the processor seconds of this process that `work(size)` takes, without those of the garbage collector.

    The collector looks through all objects of the process, every so many new ones.
    """
    gc.disable()
    began = time.process_time()
    try:
        work(size)
        return time.process_time() - began
    finally:
        gc.enable()
