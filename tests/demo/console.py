"""Print progress, errors and the document of a check.

This module imports no other module of the demo: all of them may use it.
"""

import json
import sys
import time
from typing import Any

_STARTED = time.monotonic()


class DemoError(Exception):
    """Error that ends the demo; its message is one line for the user."""


def print_progress(text: str) -> None:
    """Print the current step with the seconds since the start."""
    sys.stderr.write(f"{time.monotonic() - _STARTED:5.1f} s  {text}\n")


def print_error(text: str) -> None:
    """Print a problem."""
    sys.stderr.write(f"script/demo: {text}\n")


def print_document(document: dict[str, Any]) -> None:
    """Print the document of a check as JSON."""
    sys.stdout.write(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
