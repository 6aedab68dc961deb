"""Statistics of the requests to a BMC."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

_MAX_RESPONSE_TIMES = 100


@dataclass
class RequestStats:
    """Statistics of the requests of a client since its creation."""

    total_requests: int = 0
    cache_hits: int = 0
    """Number of responses "304 Not Modified", which have no body."""
    errors: int = 0
    """Number of requests with an error response or no response."""
    _response_times: deque[float] = field(
        default_factory=lambda: deque(maxlen=_MAX_RESPONSE_TIMES), repr=False
    )

    def record_response_time(self, elapsed: float) -> None:
        """Record the time until a response, in seconds."""
        self._response_times.append(elapsed)

    @property
    def avg_response_time_ms(self) -> float:
        """Mean of the last 100 response times in milliseconds; 0.0 without any."""
        times = self._response_times
        return 1000 * sum(times) / len(times) if times else 0.0

    @property
    def recent_response_times_ms(self) -> list[float]:
        """Last 100 response times in milliseconds, newest last."""
        return [1000 * elapsed for elapsed in self._response_times]

    @property
    def cache_hit_rate(self) -> float:
        """Percentage of responses "304 Not Modified"; 0 without a request."""
        total = self.total_requests
        return 100 * self.cache_hits / total if total else 0.0
