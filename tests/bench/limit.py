"""How fast a BMC lets its clients be."""

from collections.abc import Sequence
from heapq import heapify, heapreplace


def bound(services: Sequence[float], workers: int) -> float:
    """Return the least time in which a BMC can answer all of these requests.

    That is the sum of its service times over its workers, no less than the longest.
    Nobody reaches it where the requests do not fill all workers alike.
    """
    return max(sum(services) / workers, *services)


def schedule(services: Sequence[float], at_a_time: int) -> float:
    """Return how long these requests take, each of them whole, so many at a time.

    The longest come first, which is the best for requests that take alike.
    """
    busy = [0.0] * at_a_time
    heapify(busy)
    for seconds in sorted(services, reverse=True):
        heapreplace(busy, busy[0] + seconds)
    return max(busy)
