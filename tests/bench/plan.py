"""Define the extent of a full and of a quick run."""

from dataclasses import dataclass

from .boards import GEN14, SHIPPED, available_boards, start_boards


@dataclass(frozen=True)
class Repetitions:
    """Numbers of repetitions of an operation by one client."""

    measured: int
    warm_ups: int = 1
    """Maximum number of repetitions before the measured ones, none if they are cold.

    Python optimizes code that has run for some time, and Home Assistant polls for
    weeks.
    """


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Boards, conditions and numbers of repetitions."""

    boards: tuple[str, ...]
    polls: Repetitions
    """Repetitions of a dynamic refresh without a delay in each pass."""
    refreshes: Repetitions
    """Repetitions of other refreshes in each pass."""
    passes: int
    """Number of passes over all clients."""
    delays: tuple[float, ...]
    """Latencies of the BMC, in seconds per request."""
    workers: tuple[int, ...]
    hour: int
    """Simulated seconds of the measured hour."""
    commands: int
    """Number of repetitions of each command."""
    set_ups: int
    decodings: int
    loop_scales: tuple[int, ...]
    """Numbers of BMCs in one event loop."""
    home_scales: tuple[int, ...]
    """Numbers of BMCs in one Home Assistant."""
    rounds: int
    """Polls of all BMCs of a scale, made once for CPU time and once for stalls."""
    start_boards: tuple[str, ...]
    """Boards of the time to the first reading and of the freshness."""
    starts: int
    """Number of repetitions of a start."""

    @property
    def board(self) -> str:
        """The board for measurements with delays."""
        return next((item for item in self.boards if "x13" in item), self.boards[0])


def full_plan() -> Plan:
    """Return the plan of the published results."""
    return Plan(
        boards=available_boards(),
        polls=Repetitions(20, warm_ups=60),
        refreshes=Repetitions(8),
        passes=3,
        delays=(0.0, 0.15, 0.6),
        workers=(1, 2, 4),
        hour=3600,
        commands=20,
        set_ups=20,
        decodings=40,
        loop_scales=(1, 10, 100, 300),
        home_scales=(1, 10, 100, 300),
        rounds=10,
        start_boards=start_boards(),
        starts=3,
    )


def quick_plan() -> Plan:
    """Return a plan for less than two minutes, too short for some targets."""
    return Plan(
        boards=(SHIPPED,),
        polls=Repetitions(20, warm_ups=10),
        refreshes=Repetitions(20),
        passes=1,
        delays=(0.0, 0.15),
        workers=(2,),
        hour=3600,
        commands=5,
        set_ups=1,
        decodings=20,
        loop_scales=(1, 10),
        home_scales=(1, 10),
        rounds=5,
        start_boards=(SHIPPED, GEN14),
        starts=1,
    )
