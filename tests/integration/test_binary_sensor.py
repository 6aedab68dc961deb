"""Whether the host is on, the case was opened, and the certificate expires."""

from datetime import timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest

from tests.conftest import RECORDED, Clock
from tests.simulator import REMOVED, Bmc, Board

from . import (
    BAY_1,
    BAY_2,
    CERTIFICATES,
    CHASSIS,
    CRITICAL,
    DYNAMIC,
    LOG,
    POWER,
    STATIC,
    SYSTEM,
    entity,
    entity_id,
    requests_since,
    set_up,
    states,
)
from .conftest import Elapse, load_board

HOST = "binary_sensor.host_power"
INTRUSION = "binary_sensor.intrusion"
CERTIFICATE = f"{CERTIFICATES}/1"


# Host power


async def test_the_host_is_on_or_off(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """As the BMC says, with the next poll."""
    assert entity(hass, loaded, HOST).state == STATE_ON
    bmc.power("ForceOff")
    await elapse(DYNAMIC)
    assert entity(hass, loaded, HOST).state == STATE_OFF
    bmc.power("On")
    await elapse(DYNAMIC)
    assert entity(hass, loaded, HOST).state == STATE_ON


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        ("PoweringOn", STATE_ON),
        ("PoweringOff", STATE_ON),
        ("Off", STATE_OFF),
        ("Hibernating", STATE_UNKNOWN),
        (None, STATE_UNKNOWN),
    ],
)
async def test_a_host_on_its_way_has_power_and_what_says_nothing_is_not_off(
    hass: HomeAssistant,
    loaded: ConfigEntry,
    bmc: Bmc,
    elapse: Elapse,
    state: str | None,
    shown: str,
) -> None:
    """An automation that cuts the mains has to wait until it is really off (R3)."""
    bmc.host.state = state  # type: ignore[assignment]  # a board may say anything
    await elapse(DYNAMIC)
    assert entity(hass, loaded, HOST).state == shown


async def test_a_bmc_that_is_gone_has_a_host_that_is_not_off(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """The reference shows one that is off while it runs (B1)."""
    bmc.fail("*", status=503)
    await elapse(DYNAMIC)
    assert set(states(hass, "binary_sensor").values()) == {STATE_UNAVAILABLE}
    assert entity(hass, loaded, HOST).state == STATE_UNAVAILABLE


# Intrusion


async def test_an_opened_case_is_shown(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Until the sensor is armed again."""
    assert entity(hass, loaded, INTRUSION).state == STATE_OFF
    bmc.change(CHASSIS, {"PhysicalSecurity": {"IntrusionSensor": "HardwareIntrusion"}})
    await elapse(STATIC)
    assert entity(hass, loaded, INTRUSION).state == STATE_ON


async def test_an_opened_case_that_changes_the_health_is_shown_at_once(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Chassis and log are then read before their turn."""
    since = len(bmc.requests)
    bmc.change(CHASSIS, {"PhysicalSecurity": {"IntrusionSensor": "HardwareIntrusion"}})
    bmc.change(SYSTEM, CRITICAL)
    await elapse(DYNAMIC)
    assert entity(hass, loaded, INTRUSION).state == STATE_ON
    early = [
        request for request in requests_since(bmc, since) if request not in _DYNAMIC
    ]
    assert early == [f"GET {CHASSIS}", f"GET {LOG}"]


_DYNAMIC = (f"GET {SYSTEM}", f"GET {CHASSIS}/Thermal", f"GET {POWER}")


@pytest.mark.parametrize(
    "security",
    [
        None,
        REMOVED,
        {
            "IntrusionSensor": None,
            "IntrusionSensorNumber": None,
            "IntrusionSensorReArm": None,
        },
    ],
)
async def test_a_case_without_a_sensor_has_no_entity(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, security: Any
) -> None:
    """The reference calls it normal (R4)."""
    bmc.change(CHASSIS, {"PhysicalSecurity": security})
    await set_up(hass, entry)
    assert entity_id(hass, entry, INTRUSION) is None


# Certificate


@pytest.mark.parametrize(
    ("days", "shown"),
    [(400, STATE_OFF), (31, STATE_OFF), (29, STATE_ON), (-1, STATE_ON)],
)
async def test_a_certificate_is_called_expiring_a_month_before(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, days: int, shown: str
) -> None:
    """And when it is over."""
    ends = (dt_util.utcnow() + timedelta(days=days)).isoformat()
    bmc.change(CERTIFICATE, {"ValidNotAfter": ends})
    await set_up(hass, entry)
    assert entity(hass, entry, "binary_sensor.certificate_expiring").state == shown


@pytest.mark.parametrize("ends", [None, REMOVED, "never", "0000-00-00T00:00:00Z"])
async def test_a_certificate_without_an_end_has_no_entity(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, ends: Any
) -> None:
    """It tells nothing."""
    bmc.change(CERTIFICATE, {"ValidNotAfter": ends})
    await set_up(hass, entry)
    assert entity_id(hass, entry, "binary_sensor.certificate_expiring") is None


async def test_a_certificate_is_read_once_a_day(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """It costs two requests and hardly ever changes."""
    await elapse(24 * 3600 - STATIC, step=STATIC)
    assert requests_since(bmc).count(f"GET {CERTIFICATE}") == 1
    ends = (dt_util.utcnow() + timedelta(days=3)).isoformat()
    bmc.change(CERTIFICATE, {"ValidNotAfter": ends})
    await elapse(STATIC)
    assert requests_since(bmc).count(f"GET {CERTIFICATE}") == 2
    of = "binary_sensor.certificate_expiring"
    assert entity(hass, loaded, of).state == STATE_ON


# Recorded boards


class TestRecordedBoards:
    """What boards with troubles of their own say."""

    @pytest.fixture
    def board(self, request: pytest.FixtureRequest) -> Board:
        """Return a recorded board."""
        if not RECORDED.is_dir():
            pytest.skip(f"no recorded boards in {RECORDED}")
        return load_board(RECORDED / request.param)

    @pytest.mark.parametrize(
        ("board", "expected"),
        [
            (
                "x11dpu",
                {
                    "system_problem": STATE_ON,
                    "chassis_problem": STATE_ON,
                    "intrusion": STATE_ON,
                    f"power_supply_problem_{BAY_1}": STATE_ON,
                    f"power_supply_problem_{BAY_2}": STATE_OFF,
                    "redundancy_problem": STATE_ON,
                    "battery_problem": STATE_OFF,
                    "certificate_expiring": None,
                    "drive_problem_Disk.Bay.0": None,
                },
            ),
            (
                "x12-fw0104",
                {
                    "system_problem": STATE_ON,
                    "processor_problem": STATE_OFF,
                    f"power_supply_problem_{BAY_1}": STATE_OFF,
                    f"power_supply_problem_{BAY_2}": STATE_ON,
                    "redundancy_problem": STATE_ON,
                },
            ),
            (
                "x13-sys-821ge-tnhr",
                {
                    "system_problem": STATE_OFF,
                    "intrusion": None,
                    "drive_problem_Disk.Bay.5": STATE_OFF,
                },
            ),
            (
                "x10sdv",
                {
                    "host_power": STATE_ON,
                    "system_problem": STATE_OFF,
                    "intrusion": STATE_OFF,
                    "redundancy_problem": None,
                    "certificate_expiring": None,
                },
            ),
            (
                "gb300-openbmc",
                {
                    "host_power": STATE_ON,
                    "processor_problem": None,
                    "redundancy_problem": None,
                    "drive_problem_NVMe_SSD_200": None,
                },
            ),
        ],
        indirect=["board"],
    )
    async def test_they_show_what_was_recorded(
        self, hass: HomeAssistant, loaded: ConfigEntry, expected: dict[str, str | None]
    ) -> None:
        """None is: there is no such entity."""
        shown = {
            key: entity(hass, loaded, of).state
            if entity_id(hass, loaded, of := f"binary_sensor.{key}")
            else None
            for key in expected
        }
        assert shown == expected

    @pytest.mark.parametrize("board", ["x10sdv", "x11dpu"], indirect=True)
    async def test_the_host_that_is_off_is_off(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        bmc: Bmc,
        clock: Clock,
    ) -> None:
        """Also where the chassis has no power state (R3)."""
        bmc.power("ForceOff")
        clock.tick(DYNAMIC)
        await set_up(hass, entry)
        assert entity(hass, entry, HOST).state == STATE_OFF
