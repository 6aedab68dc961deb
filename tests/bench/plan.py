"""How much is measured: all of it, or what fits into two minutes."""

from dataclasses import dataclass
from pathlib import Path

from .processes import ROOT

SHIPPED = "x12spi-tf"
_RECORDED = ROOT.parent / "shared" / "boards"
_FAMILIES = ("x10sdv", "x13-sys-821ge-tnhr", "gb300-openbmc")


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is measured, and how often."""

    boards: tuple[str, ...]
    polls: int
    delays: tuple[float, ...]
    workers: tuple[int, ...]
    hour: int
    """Seconds, some more than an hour where the first poll is not counted."""
    commands: int
    """How often each command is given."""
    set_ups: int
    decodings: int
    loop_scales: tuple[int, ...]
    home_scales: tuple[int, ...]
    rounds: int
    """How often all BMCs of a scale are polled, once for CPU and once for stalls."""

    @property
    def board(self) -> str:
        """The one on which the delays are tried."""
        return next((item for item in self.boards if "x13" in item), self.boards[0])


def boards() -> tuple[str, ...]:
    """Return a recorded board of each family where there are any, or the shipped."""
    recorded = tuple(str(_RECORDED / name) for name in _FAMILIES)
    return recorded if all(Path(path).is_dir() for path in recorded) else (SHIPPED,)


def full() -> Plan:
    """Return the plan whose figures are quoted."""
    return Plan(
        boards=boards(),
        polls=20,
        delays=(0.0, 0.15, 0.6),
        workers=(1, 2, 4),
        hour=3600,
        commands=20,
        set_ups=20,
        decodings=40,
        loop_scales=(1, 10, 100, 300),
        home_scales=(1, 10, 100, 300),
        rounds=10,
    )


def quick() -> Plan:
    """Return the plan of a run in less than two minutes; some targets need more."""
    return Plan(
        boards=(SHIPPED,),
        polls=20,
        delays=(0.0, 0.15),
        workers=(2,),
        hour=3600,
        commands=5,
        set_ups=1,
        decodings=20,
        loop_scales=(1, 10),
        home_scales=(1, 10),
        rounds=5,
    )
