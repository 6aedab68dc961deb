"""Test the assignment of requests to polls."""

import dataclasses

import pytest

from tests.demo.inventory import Entity
from tests.demo.traffic import find_polled_entity, is_single_poll

THERMAL = "GET /redfish/v1/Chassis/1/Thermal"
POWER = "GET /redfish/v1/Chassis/1/Power"
NTP = "GET /redfish/v1/Managers/1/Oem/Supermicro/NTP"

SENSOR = Entity(
    entity_id="sensor.server_cpu_temperature",
    unique_id="1",
    name="CPU temperature",
    state="44",
    unit="°C",
    device_class="temperature",
    platform="sensor",
    category=None,
    disabled=False,
)
HEALTH = dataclasses.replace(SENSOR, device_class="enum")
LIGHT = dataclasses.replace(SENSOR, platform="light", device_class=None)
BUTTON = dataclasses.replace(LIGHT, platform="button")
SELECT = dataclasses.replace(LIGHT, platform="select")


@pytest.mark.parametrize(
    ("requests", "others", "expected"),
    [
        ([THERMAL, POWER], [], True),
        ([NTP], [THERMAL, POWER], True),
        ([NTP, POWER], [THERMAL, POWER], True),
        ([], [], False),
        ([THERMAL, POWER, THERMAL], [], False),
        ([NTP, THERMAL, POWER], [THERMAL, POWER], False),
    ],
)
def test_single_poll_has_no_duplicates_and_no_requests_of_another_poll(
    requests: list[str], others: list[str], *, expected: bool
) -> None:
    """Accept a poll that shares only some resources with another one."""
    assert is_single_poll(requests, others) is expected


def test_polled_entity_belongs_to_the_cadence() -> None:
    """Fall back to the light on a board without sensors."""
    entities = [BUTTON, LIGHT, SELECT, HEALTH, SENSOR]
    assert find_polled_entity("dynamic", entities) is SENSOR
    assert find_polled_entity("dynamic", [BUTTON, LIGHT]) is LIGHT
    assert find_polled_entity("static", entities) is SELECT
    assert find_polled_entity("static", [HEALTH, SENSOR]) is None


def test_disabled_entity_is_not_polled() -> None:
    """Skip an entity that Home Assistant has not loaded."""
    assert (
        find_polled_entity("static", [dataclasses.replace(BUTTON, disabled=True)])
        is None
    )
