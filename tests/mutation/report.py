"""Evaluate a run of mutations, and write its results."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
import json
from pathlib import Path
import tomllib

from .mutations import Mutation
from .runner import Verdict
from .tree import CACHE

EQUIVALENT = Path(__file__).with_name("equivalent.toml")
REPORT = CACHE / "report.json"


@dataclass(frozen=True)
class Equivalent:
    """A mutation that changes no behavior."""

    path: str
    before: str
    after: str
    reason: str

    def covers(self, verdict: Verdict) -> bool:
        """Return whether a verdict is about this mutation."""
        return (self.path, self.before, self.after) == (
            verdict.mutation.path,
            _changed(verdict, "-"),
            _changed(verdict, "+"),
        )


def _changed(verdict: Verdict, sign: str) -> str:
    """Return the lines of one side of a difference, joined by spaces."""
    lines = [line[1:].strip() for line in verdict.diff if line[0] == sign]
    return " ".join(lines)


def read_equivalent(file: Path = EQUIVALENT) -> list[Equivalent]:
    """Read the list of equivalent mutations."""
    items = tomllib.loads(file.read_text("utf-8")).get("mutation", [])
    return [Equivalent(**item) for item in items]


@dataclass(frozen=True)
class Summary:
    """The verdicts of a run, without the equivalent mutations."""

    seed: int
    verdicts: list[Verdict]
    equivalent: int
    """The number of equivalent mutations, which count neither way."""

    @classmethod
    def of(
        cls, seed: int, verdicts: Iterable[Verdict], known: list[Equivalent]
    ) -> Summary:
        """Summarize the verdicts of a run."""
        verdicts = list(verdicts)
        counted = [
            verdict
            for verdict in verdicts
            if verdict.killer or not any(item.covers(verdict) for item in known)
        ]
        return cls(seed, counted, len(verdicts) - len(counted))

    @property
    def survivors(self) -> list[Verdict]:
        """The mutations that no test detected."""
        return [verdict for verdict in self.verdicts if not verdict.killer]

    @property
    def percent(self) -> float:
        """The share of killed mutations."""
        killed = len(self.verdicts) - len(self.survivors)
        return 100 * killed / len(self.verdicts) if self.verdicts else 100.0

    def lines(self) -> Iterator[str]:
        """Return the survivors and the summary."""
        for verdict in self.survivors:
            mutation = verdict.mutation
            yield f"survived {verdict.tests} tests: {mutation.path}:{mutation.line}"
            yield from verdict.diff
            yield ""
        killed = len(self.verdicts) - len(self.survivors)
        yield (
            f"{killed} of {len(self.verdicts)} mutations killed "
            f"({self.percent:.1f} %), {self.equivalent} equivalent, seed {self.seed}"
        )


def write_report(summary: Summary, file: Path = REPORT) -> None:
    """Write all verdicts as JSON."""
    content = {"seed": summary.seed, "verdicts": [asdict(v) for v in summary.verdicts]}
    file.write_text(json.dumps(content, indent=1), "utf-8")


def read_survivors(file: Path = REPORT) -> list[Mutation]:
    """Return the mutations that survived the last run."""
    verdicts = json.loads(file.read_text("utf-8"))["verdicts"]
    survivors = [item["mutation"] for item in verdicts if not item["killer"]]
    return [
        Mutation(**item | {"statement": tuple(item["statement"])}) for item in survivors
    ]
