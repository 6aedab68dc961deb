"""Faults while an image is inserted into a slot of virtual media.

The user gets an error. Afterwards Home Assistant shows what the BMC reports, also if
the image was inserted in spite of the error.
"""

from dataclasses import KW_ONLY, dataclass
from typing import Any

from homeassistant.exceptions import HomeAssistantError

from custom_components.supermicro_redfish.const import DOMAIN
from tests.integration import device_id
from tests.integration.paths import MEDIA
from tests.scenario.fault_scenario import FaultScenario
from tests.scenario.fault_table import Action
from tests.simulator.resources import TASKS, link
from tests.simulator.responses import license_error

from .feature_scenario import FeatureScenario

SLOT = f"{MEDIA}/VirtualMedia1"
ENTITY = "sensor.virtual_media_VirtualMedia1"
INSERT = f"{SLOT}/Actions/VirtualMedia.InsertMedia"
IMAGE = "https://files.example/iso/debian-13.iso"
EMPTY, INSERTED = "empty", "debian-13.iso"
_TASK = f"{TASKS}/99"
_INTERVALS = {"dynamic_interval": 300, "static_interval": 5}
SHOWN_SECONDS = 600
"""Intervals in seconds at which the slots are read after a failure."""


def prepare(scenario: FeatureScenario) -> None:
    """Set long polling intervals, as nothing else changes."""
    instance = scenario.instance
    instance.hass.config_entries.async_update_entry(instance.entry, options=_INTERVALS)


async def insert(scenario: FeatureScenario) -> str | None:
    """Insert an image; return the key of the error, if any."""
    return await _call(scenario, "insert_media", image=IMAGE, slot="VirtualMedia1")


async def eject(scenario: FeatureScenario) -> str | None:
    """Eject the image; return the key of the error, if any."""
    return await _call(scenario, "eject_media", slot="VirtualMedia1")


async def _call(scenario: FeatureScenario, action: str, **data: Any) -> str | None:
    """Call an action for the server."""
    hass, entry = scenario.instance.hass, scenario.instance.entry
    data |= {"device_id": device_id(hass, entry)}
    try:
        await hass.services.async_call(DOMAIN, action, data, blocking=True)
    except HomeAssistantError as error:
        return error.translation_key
    finally:
        await scenario.instance.settle()
    return None


def is_inserted(scenario: FeatureScenario) -> bool:
    """Return whether the BMC has connected the image."""
    return bool(scenario.bmc.resource(SLOT)["Inserted"])


def fail_task(scenario: FaultScenario) -> None:
    """Accept the request, and make its task fail."""
    message = {"MessageId": "Base.1.10.3.GeneralError", "Message": "No such share"}
    body = {"TaskState": "Exception", "TaskStatus": "Critical", "Messages": [message]}
    scenario.bmc.put(_TASK, link(_TASK) | body)
    headers = {"Location": _TASK}
    scenario.bmc.fail(INSERT, status=202, body={}, headers=headers)


def connect_nothing(scenario: FaultScenario) -> None:
    """Accept the request without connecting the image."""
    scenario.bmc.fail(INSERT, status=200, body={})


def remove_slot(scenario: FaultScenario) -> None:
    """Remove the slot when the image is about to be inserted."""
    scenario.bmc.on_request(INSERT, lambda: scenario.bmc.fail(SLOT, status=404))


def require_license(scenario: FaultScenario) -> None:
    """Reject the request because of a missing license."""
    scenario.bmc.fail(INSERT, status=403, body=license_error())


def lose_connection(scenario: FaultScenario) -> None:
    """Close the connection after the image was inserted."""
    scenario.bmc.drop(INSERT, times=1, is_executed=True)


def restart(scenario: FaultScenario) -> None:
    """Restart the BMC when the image is to be inserted."""
    scenario.bmc.on_request(INSERT, lambda: scenario.bmc.restart(120))


@dataclass(frozen=True)
class MediaFault:
    """A fault while an image is inserted, and its effects."""

    name: str
    inject: Action
    error: str
    """The translation key of the error."""
    _: KW_ONLY
    is_inserted: bool = False
    """Whether the BMC has connected the image in spite of the error."""
    seconds: float = 0.0
    """The maximum duration until the user gets the error."""


MEDIA_FAULTS: tuple[MediaFault, ...] = (
    MediaFault("license missing", require_license, "license_missing"),
    MediaFault("task fails", fail_task, "refused"),
    MediaFault("image is not connected", connect_nothing, "refused", seconds=20),
    MediaFault("slot vanishes", remove_slot, "refused", seconds=20),
    MediaFault(
        "no response in time",
        lambda scenario: scenario.bmc.hang(INSERT, 45),
        "timeout",
        is_inserted=True,
        seconds=31,
    ),
    MediaFault(
        "connection lost after the insertion",
        lose_connection,
        "cannot_connect",
        is_inserted=True,
    ),
    MediaFault(
        "BMC busy", lambda scenario: scenario.bmc.fail(INSERT, status=503), "busy"
    ),
    MediaFault("BMC restarts", restart, "cannot_connect"),
)
