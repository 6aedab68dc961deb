"""Of Home Assistant's log only what is against the integration counts."""

import pytest

from tests.demo.configuration import ROOT
from tests.demo.log import complaints

TIME = "2026-11-22 12:52:45.814"
STANDING = (
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


@pytest.mark.parametrize("harmless", [STANDING, OTHER, DEBUG])
def test_harmless_records_are_left_out(harmless: str) -> None:
    """What Home Assistant says of all custom integrations, or others say, is not."""
    assert complaints(f"{harmless}\n{WARNING}\n{harmless}\n") == [WARNING]


def test_tracebacks_count_by_the_files_that_they_name() -> None:
    """A record keeps all of its lines."""
    assert complaints(f"{DEBUG}\n{TRACEBACK}\n{DEBUG}\n") == [TRACEBACK]


def test_the_name_of_the_project_folder_does_not_count() -> None:
    """A clone may be named as the integration, and is in others' tracebacks."""
    record = f'{OTHER}\n  File "{ROOT}/.venv/lib/haffmpeg/core.py", line 2'
    assert complaints(record) == []
