"""Evaluate a run of mutations, and write its results."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
import json
from pathlib import Path
import shlex
import tomllib

from .mutations import Mutation
from .runner import Verdict
from .tree import CACHE, CODE, describe_commit

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
    """The verdicts of a run; equivalent mutations count neither way."""

    seed: int
    tried: list[Verdict]
    known: list[Equivalent]

    @property
    def counted(self) -> list[Verdict]:
        """The verdicts without those of equivalent mutations."""
        return [
            verdict
            for verdict in self.tried
            if verdict.killer or not any(item.covers(verdict) for item in self.known)
        ]

    @property
    def survivors(self) -> list[Verdict]:
        """The mutations that no test detected."""
        return [verdict for verdict in self.counted if not verdict.killer]

    @property
    def percent(self) -> float:
        """The share of killed mutations."""
        total = len(self.counted)
        return 100 * (total - len(self.survivors)) / total if total else 100.0

    def lines(self) -> Iterator[str]:
        """Return the survivors and the summary."""
        for verdict in self.survivors:
            mutation = verdict.mutation
            yield f"survived {verdict.tests} tests: {mutation.path}:{mutation.line}"
            yield from verdict.diff
            yield ""
        total = len(self.counted)
        yield (
            f"{total - len(self.survivors)} of {total} mutations killed "
            f"({self.percent:.1f} %), {len(self.tried) - total} equivalent, "
            f"seed {self.seed}"
        )


def write_report(summary: Summary, file: Path = REPORT) -> None:
    """Write all verdicts as JSON."""
    content = {"seed": summary.seed, "verdicts": [asdict(v) for v in summary.tried]}
    file.write_text(json.dumps(content, indent=1), "utf-8")


def write_markdown(summary: Summary, arguments: list[str], file: Path) -> None:
    """Write the verdicts as a page, with the command and the commit."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join([*_page(summary, arguments), ""]), "utf-8")


def _page(summary: Summary, arguments: list[str]) -> Iterator[str]:
    """Return the lines of the page."""
    *_, result = summary.lines()
    yield from ("# Mutations", "", f"- result: {result}")
    yield f"- command: {shlex.join(['script/mutate', *arguments])}"
    yield from (f"- commit: {describe_commit()}", "")
    yield from ("| line | change | detected by |", "| - | - | - |")
    for verdict in sorted(summary.tried, key=_place):
        path, line = _place(verdict)
        change = " ".join(
            f"`{text[0]} {text[1:].strip()}`" for text in verdict.diff
        ).replace("|", "\\|")
        place = f"{path.removeprefix(f'{CODE}/')}:{line}"
        reason = next((x.reason for x in summary.known if x.covers(verdict)), None)
        other = f"equivalent: {reason}" if reason else "**no test**"
        yield f"| {place} | {change} | {verdict.killer or other} |"


def _place(verdict: Verdict) -> tuple[str, int]:
    """Return the file and the line of a mutation."""
    return verdict.mutation.path, verdict.mutation.line


def read_report(file: Path = REPORT) -> tuple[int, list[Verdict]]:
    """Return the seed and the verdicts of the last run."""
    content = json.loads(file.read_text("utf-8"))
    verdicts = []
    for item in content["verdicts"]:
        mutation = item["mutation"]
        statement = tuple(mutation["statement"])
        change = Mutation(**mutation | {"statement": statement})
        verdicts.append(Verdict(**item | {"mutation": change}))
    return content["seed"], verdicts
