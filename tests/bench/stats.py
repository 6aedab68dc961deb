"""Medians of what was measured several times, and how far it is spread."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from statistics import median, quantiles
from typing import Self


@dataclass(frozen=True)
class Spread:
    """The median of some samples, and the middle half of them."""

    median: float
    low: float
    """A quarter of the samples is below."""
    high: float
    """A quarter of them is above."""
    count: int

    @classmethod
    def of(cls, samples: Iterable[float]) -> Self:
        """Sum samples up; there is one at least."""
        values = list(samples)
        if len(values) == 1:
            return cls(values[0], values[0], values[0], 1)
        low, _, high = quantiles(values, n=4, method="inclusive")
        return cls(median(values), low, high, len(values))

    def over(self, unit: float) -> Self:
        """Return this as a ratio to something."""
        kind = type(self)
        return kind(self.median / unit, self.low / unit, self.high / unit, self.count)

    def as_dict(self) -> dict[str, float]:
        """Return what goes into the JSON file."""
        return asdict(self)

    def __str__(self) -> str:
        """Write the median, and the spread where there is any to be seen."""
        shown, low, high = (number(x) for x in (self.median, self.low, self.high))
        return shown if low == high else f"{shown} ({low}-{high})"


def number(value: float) -> str:
    """Write a number with three digits that count, and whole ones in full."""
    if value == round(value) or abs(value) >= 1000:
        return f"{value:.0f}"
    return f"{value:.3g}"
