"""What Home Assistant's log has against the integration."""

from collections.abc import Iterator
import re

from .configuration import DOMAIN, ROOT

_START = re.compile(r"^\d{4}-\d\d-\d\d \S+ (?P<level>[A-Z]+) \(", re.MULTILINE)
_LEVELS = ("WARNING", "ERROR", "CRITICAL")
_STANDING = "has not been tested by Home Assistant"
"""What Home Assistant says of every custom integration."""


def complaints(log: str) -> list[str]:
    """Return the warnings and errors that name the integration, with tracebacks."""
    return [record for record in _records(log) if _is_complaint(record)]


def _records(log: str) -> Iterator[str]:
    """Split a log into its records, of which some have several lines."""
    starts = [match.start() for match in _START.finditer(log)]
    for start, end in zip(starts, [*starts[1:], len(log)], strict=True):
        yield log[start:end].rstrip()


def _is_complaint(record: str) -> bool:
    """Tell whether a record is a warning or worse, and about the integration.

    The project's own folder may have its name, and is in every traceback.
    """
    start = _START.match(record)
    is_bad = start is not None and start["level"] in _LEVELS
    names_it = DOMAIN in record.replace(str(ROOT), "")
    return is_bad and names_it and _STANDING not in record
