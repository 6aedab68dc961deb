"""How much a BMC was asked, and how fast it answered."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

_KEPT = 100


@dataclass
class RequestStats:
    """The requests of one client since it was made."""

    total_requests: int = 0
    cache_hits: int = 0
    """Answers "not modified", which the BMC did not have to write out again."""
    errors: int = 0
    """Requests that got an error or no answer."""
    _response_times: deque[float] = field(
        default_factory=lambda: deque(maxlen=_KEPT), repr=False
    )

    def record_response_time(self, elapsed: float) -> None:
        """Take note of how many seconds an answer took."""
        self._response_times.append(elapsed)

    @property
    def avg_response_time_ms(self) -> float | None:
        """The mean time of the last hundred answers in milliseconds, None of none."""
        times = self._response_times
        return 1000 * sum(times) / len(times) if times else None

    @property
    def recent_response_times_ms(self) -> list[float]:
        """The times of the last hundred answers in milliseconds, newest last."""
        return [1000 * elapsed for elapsed in self._response_times]

    @property
    def cache_hit_rate(self) -> float:
        """The share of answers "not modified", in percent."""
        total = self.total_requests
        return 100 * self.cache_hits / total if total else 0.0
