"""Test the search for problems in Home Assistant's log."""

import pytest

from tests.demo.configuration import ROOT
from tests.demo.report import find_problems

TIME = "2026-11-22 12:52:45.814"
UNTESTED = (
    f"{TIME} WARNING (SyncWorker_0) [homeassistant.loader] We found a custom "
    "integration supermicro_redfish which has not been tested by Home Assistant."
)
OTHER = f"{TIME} ERROR (MainThread) [haffmpeg.core] FFmpeg fails"
DEBUG = f"{TIME} DEBUG (MainThread) [custom_components.supermicro_redfish] 304"
WARNING = f"{TIME} WARNING (MainThread) [custom_components.supermicro_redfish] slow"
TRACEBACK = f"""{TIME} ERROR (MainThread) [homeassistant.core] Error doing job
Traceback (most recent call last):
  File "{ROOT}/x/custom_components/supermicro_redfish/light.py", line 1, in f
ValueError: 1"""


@pytest.mark.parametrize("harmless", [UNTESTED, OTHER, DEBUG])
def test_harmless_records_are_ignored(harmless: str) -> None:
    """Ignore other components and the warning about every custom integration."""
    assert find_problems(f"{harmless}\n{WARNING}\n{harmless}\n") == [WARNING]


def test_traceback_with_a_file_of_the_integration_is_a_problem() -> None:
    """Keep all lines of the record."""
    assert find_problems(f"{DEBUG}\n{TRACEBACK}\n{DEBUG}\n") == [TRACEBACK]


def test_name_of_the_project_folder_is_ignored() -> None:
    """Ignore the project's path in the tracebacks of other components.

    A clone may have the name of the integration.
    """
    record = f'{OTHER}\n  File "{ROOT}/.venv/lib/haffmpeg/core.py", line 2'
    assert find_problems(record) == []
