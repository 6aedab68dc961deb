"""Summarize samples and calculate lower bounds of request times."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from heapq import heapify, heapreplace
from statistics import median, quantiles
from typing import Any, Self

type Samples = list[dict[str, Any]]
"""Figures of repeated runs."""


@dataclass(frozen=True)
class Summary:
    """Median and quartiles of some samples."""

    median: float
    low: float
    """Lower quartile."""
    high: float
    """Upper quartile."""
    count: int

    @classmethod
    def of(cls, values: Iterable[float]) -> Self:
        """Summarize at least one value."""
        values = list(values)
        if len(values) == 1:
            return cls(values[0], values[0], values[0], 1)
        low, _, high = quantiles(values, n=4, method="inclusive")
        return cls(median(values), low, high, len(values))

    def divided_by(self, unit: float) -> Self:
        """Return the ratio to a unit."""
        create = type(self)
        return create(self.median / unit, self.low / unit, self.high / unit, self.count)

    def as_dict(self) -> dict[str, float]:
        """Return the summary for the JSON file."""
        return asdict(self)

    def __str__(self) -> str:
        """Format the median, and the quartiles if they differ visibly."""
        middle, low, high = map(format_number, (self.median, self.low, self.high))
        return middle if low == high else f"{middle} ({low}-{high})"


def summarize(
    samples: Samples, key: str | Callable[[dict[str, Any]], float]
) -> Summary:
    """Summarize one figure of all samples, given by its key or a function."""
    if callable(key):
        return Summary.of(key(sample) for sample in samples)
    return Summary.of(sample[key] for sample in samples)


def format_number(value: float) -> str:
    """Format a number with three significant digits, and whole numbers in full."""
    if value == round(value) or abs(value) >= 1000:
        return f"{value:.0f}"
    return f"{value:.3g}"


def lower_bound(service_times: Sequence[float], workers: int) -> float:
    """Return the least time in which a BMC can answer some requests.

    This is the sum of the service times divided by the number of workers, but at least
    the longest service time. It is reached only if all workers are equally busy.
    """
    return max(sum(service_times) / workers, *service_times)


def makespan(service_times: Sequence[float], concurrency: int) -> float:
    """Return the time for some requests with limited concurrency.

    Each request occupies one slot until its end. The longest requests come first, which
    is the best order for requests of similar length.
    """
    slots = [0.0] * concurrency
    heapify(slots)
    for seconds in sorted(service_times, reverse=True):
        heapreplace(slots, slots[0] + seconds)
    return max(slots)
