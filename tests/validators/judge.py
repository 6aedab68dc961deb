"""Compare the findings of the validators with the accepted deviations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
import tomllib

ACCEPTED = Path(__file__).with_name("accepted.toml")


@dataclass(frozen=True)
class Finding:
    """Failed check of a validator."""

    validator: str
    """Either `protocol` or `service`."""
    check: str
    place: str
    """Method and path, or path and property."""
    message: str = ""


@dataclass(frozen=True)
class Deviation:
    """An accepted deviation. `check` and `place` are patterns with `*`."""

    validator: str
    check: str
    place: str
    source: str
    """The recorded board or the paragraph that shows it on real firmware."""

    def covers(self, finding: Finding) -> bool:
        """Return whether a finding is an instance of the deviation."""
        return (
            self.validator == finding.validator
            and fnmatchcase(finding.check, self.check)
            and fnmatchcase(finding.place, self.place)
        )


def read_accepted(file: Path = ACCEPTED) -> list[Deviation]:
    """Read the accepted deviations."""
    return [Deviation(**item) for item in tomllib.loads(file.read_text())["deviation"]]


def objections(
    findings: Iterable[Finding], accepted: Iterable[Deviation]
) -> Iterator[str]:
    """Return the findings that are not accepted, and the deviations without one."""
    findings, accepted = list(findings), list(accepted)
    for finding in findings:
        if not any(deviation.covers(finding) for deviation in accepted):
            place = f"{finding.validator}: {finding.check}: {finding.place}"
            yield f"{place}: {finding.message}"
    for deviation in accepted:
        if not any(deviation.covers(finding) for finding in findings):
            place = f"{deviation.validator}: {deviation.check}: {deviation.place}"
            yield f"{place}: accepted, but it no longer occurs"
