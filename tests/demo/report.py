"""What a run of the demo finds, as the document of `--check`."""

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from .configuration import LOG
from .inventory import Survey
from .log import complaints
from .target import Target


@dataclass
class Findings:
    """What is known so far, and what is wrong with it."""

    document: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def note(self, **facts: Any) -> None:
        """Enter something into the document."""
        self.document |= facts

    def note_survey(self, found: Survey) -> None:
        """Enter what Home Assistant has of the server."""
        self.note(
            entry_state=found.state,
            title=found.title,
            device=found.device_fields,
            entities=[asdict(entity) for entity in found.entities],
        )

    def note_traffic(self, target: Target) -> None:
        """Enter what the simulated BMC was troubled with, and how it was left."""
        server = target.server
        sessions = server.bmc.open_sessions if server else None
        self.note(
            logins=server.bmc.logins if server else None,
            sessions_open_at_end=sessions,
            handshakes=server.handshakes if server else None,
        )
        if sessions:
            self.problems.append(f"{sessions} session(s) left open on the BMC")

    def note_log(self, config: Path) -> None:
        """Enter what Home Assistant's log has against the integration."""
        log = config / LOG
        records = complaints(log.read_text("utf-8")) if log.exists() else []
        self.note(log=records)
        self.problems += [f"in Home Assistant's log: {record}" for record in records]
