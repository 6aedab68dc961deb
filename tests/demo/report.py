"""Collect the document and the problems of a check."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
import re
from typing import Any

from tests.simulator import Server

from .configuration import DOMAIN, LOG, ROOT
from .inventory import Inventory

_RECORD = re.compile(r"^\d{4}-\d\d-\d\d \S+ (?P<level>[A-Z]+) \(", re.MULTILINE)
_LEVELS = ("WARNING", "ERROR", "CRITICAL")
_UNTESTED = "has not been tested by Home Assistant"
"""Part of a warning that Home Assistant logs for every custom integration."""


@dataclass
class Report:
    """Facts about a run and problems found in it."""

    document: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def add(self, **facts: Any) -> None:
        """Enter facts into the document."""
        self.document |= facts

    def add_inventory(self, inventory: Inventory) -> None:
        """Enter the config entry, the device and the entities of the server."""
        self.add(
            entry_state=inventory.state,
            title=inventory.title,
            device=inventory.device_fields,
            entities=[asdict(entity) for entity in inventory.entities],
        )

    def add_connections(self, server: Server | None) -> None:
        """Enter the logins, sessions and handshakes of the simulated BMC.

        A session that is still open is a problem.
        """
        sessions = server.bmc.open_sessions if server else None
        self.add(
            logins=server.bmc.logins if server else None,
            sessions_open_at_end=sessions,
            handshakes=server.handshakes if server else None,
        )
        if sessions:
            self.problems.append(f"{sessions} session(s) left open on the BMC")

    def add_log(self, config: Path) -> None:
        """Enter the warnings and errors about the integration as problems."""
        log = config / LOG
        records = find_problems(log.read_text("utf-8")) if log.exists() else []
        self.add(log=records)
        self.problems += [f"in Home Assistant's log: {record}" for record in records]


def find_problems(log: str) -> list[str]:
    """Return the warnings and errors that name the integration, with tracebacks."""
    return [record for record in _split_records(log) if _is_problem(record)]


def _split_records(log: str) -> Iterator[str]:
    """Split a log into its records, each of one or more lines."""
    starts = [match.start() for match in _RECORD.finditer(log)]
    for start, end in zip(starts, [*starts[1:], len(log)], strict=True):
        yield log[start:end].rstrip()


def _is_problem(record: str) -> bool:
    """Return whether a record is a warning or an error about the integration.

    The path of the project is removed first: its folder may have the integration's
    name, and every traceback contains it.
    """
    start = _RECORD.match(record)
    is_severe = start is not None and start["level"] in _LEVELS
    is_about_integration = DOMAIN in record.replace(str(ROOT), "")
    return is_severe and is_about_integration and _UNTESTED not in record
