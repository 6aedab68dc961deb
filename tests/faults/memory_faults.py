"""Faults of the discovery that an earlier run has stored.

Nothing that is remembered is believed against the BMC: the board is discovered anew
where it differs. A file that cannot be used counts as none.
"""

from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass
import json
from pathlib import Path
from typing import Any

from homeassistant.helpers.storage import STORAGE_DIR

from custom_components.supermicro_redfish.const import DOMAIN
from tests.integration.paths import CHASSIS, FAN_MODE, MANAGER, THERMAL
from tests.scenario.fault_table import SETUP_REQUESTS, Action
from tests.simulator import Board
from tests.simulator.expand import Expand
from tests.simulator.gen14 import add_sensors, gen14_board

from .feature_scenario import FeatureScenario
from .interruptions import REMEMBERED_SETUP_REQUESTS
from .resting_states import use_other_identity

_SINGLE_REQUESTS = 75
"""Maximum number of requests of a start without a working `$expand`."""
_MOVED_REQUESTS = SETUP_REQUESTS + 3
"""Requests of a start with a 404 at a stored path.

The first one shows the 404, the others that the BMC still has the system and what leads
to the path, so that it is not just starting.
"""
_PAGE: dict[str, Any] = {"body": "<html></html>", "content_type": "text/html"}


def file(scenario: Any) -> Path:
    """Return the path of the stored discovery."""
    config = scenario.instance.hass.config
    key = f"{DOMAIN}.{scenario.instance.entry.entry_id}.discovery"
    return Path(config.path(STORAGE_DIR, key))


def remembered(scenario: FeatureScenario) -> dict[str, Any]:
    """Return the stored discovery."""
    data: dict[str, Any] = json.loads(file(scenario).read_text("utf-8"))["data"]
    return data


def write(text: str) -> Action:
    """Replace the file by a text."""

    def inject(scenario: Any) -> None:
        file(scenario).write_text(text, "utf-8")

    return inject


def change(changes: Mapping[str, Any]) -> Action:
    """Change the stored discovery."""

    def inject(scenario: Any) -> None:
        stored = json.loads(file(scenario).read_text("utf-8"))
        stored["data"] |= changes
        file(scenario).write_text(json.dumps(stored), "utf-8")

    return inject


def update_firmware(scenario: Any) -> None:
    """Update the firmware, which moves Thermal and the fan mode."""
    bmc, moved = scenario.bmc, f"{MANAGER}/Oem/Supermicro/Fans"
    bmc.put(f"{CHASSIS}/Temperatures", bmc.resource(THERMAL))
    bmc.put(moved, bmc.resource(FAN_MODE))
    bmc.remove(THERMAL)
    bmc.remove(FAN_MODE)
    bmc.change(CHASSIS, {"Thermal": {"@odata.id": f"{CHASSIS}/Temperatures"}})
    links = {"Supermicro": {"FanMode": {"@odata.id": moved}}}
    bmc.change(MANAGER, {"FirmwareVersion": "01.05.02", "Oem": links})


def respond(path: str, status: int, **response: Any) -> Action:
    """Respond with a status to requests for a path."""
    return lambda scenario: scenario.bmc.fail(path, status=status, **response)


def expand(kind: Expand) -> Action:
    """Change the response to `$expand`, and add counts to all collections."""

    def inject(scenario: Any) -> None:
        scenario.bmc.expand = kind
        for path in scenario.bmc.store.paths:
            if (members := scenario.bmc.store[path].get("Members")) is not None:
                scenario.bmc.change(path, {"Members@odata.count": len(members)})

    return inject


@dataclass(frozen=True)
class MemoryFault:
    """A stored discovery that differs from the BMC when the entry starts."""

    name: str
    inject: Action
    _: KW_ONLY
    requests: int = SETUP_REQUESTS
    """The maximum number of requests of the start."""
    reason: str | None = None
    """The translation key of the error with which the start fails, if it does."""
    is_partial: bool = False
    """Whether readings are missing until the fault has ended."""
    recovers_after: float = 60
    """Seconds from the end of the fault until all states are back."""
    board: Callable[[], Board] = lambda: Board.load("x12spi-tf")


def _expanding() -> Board:
    """Return a board whose sensors can be read with one request."""
    return gen14_board(add_sensors)


MEMORY_FAULTS: tuple[MemoryFault, ...] = (
    MemoryFault("nothing wrong", lambda _: None, requests=REMEMBERED_SETUP_REQUESTS),
    MemoryFault("file is cut", write('{"version": 1, "data": {"vers')),
    MemoryFault("file is empty", write("")),
    MemoryFault("file is a list", write("[1, 2]")),
    MemoryFault("file is of a later version", write('{"version": 9, "data": {}}')),
    MemoryFault("memory is of a later version", change({"version": 9})),
    MemoryFault(
        "memory has wrong types",
        change({"paths": [1], "links": 5, "readings": "x", "missing": None}),
    ),
    MemoryFault(
        "paths lead outside of the service",
        change({"paths": {"system": "http://192.0.2.1/x", "thermal": "../../x"}}),
    ),
    MemoryFault(
        "memory is of another firmware",
        change({"firmware": "00.00.01"}),
        requests=SETUP_REQUESTS + 1,
    ),
    MemoryFault(
        "firmware update moves resources", update_firmware, requests=_MOVED_REQUESTS
    ),
    MemoryFault(
        "remembered path responds with 404 once",
        respond(THERMAL, 404, times=1),
        requests=_MOVED_REQUESTS,
    ),
    MemoryFault(
        "remembered path responds with a page",
        respond(THERMAL, 200, **_PAGE),
        is_partial=True,
    ),
    MemoryFault(
        "remembered path responds with 503", respond(THERMAL, 503), is_partial=True
    ),
    MemoryFault(
        "another BMC at the address",
        use_other_identity,
        requests=10,
        reason="wrong_device",
    ),
    *(
        MemoryFault(
            f"$expand responds with {kind}",
            expand(kind),
            requests=_SINGLE_REQUESTS,
            board=_expanding,
        )
        for kind in ("400", "501", "ignored", "fewer members", "HTML")
    ),
)
