"""A poll is told from another one that falls together with it."""

import dataclasses

import pytest

from tests.demo.inventory import Entity
from tests.demo.traffic import entity_of, is_one_poll

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
def test_one_poll_asks_nothing_twice_and_is_not_mixed(
    requests: list[str], others: list[str], *, expected: bool
) -> None:
    """Two polls that share a resource are not mixed for that."""
    assert is_one_poll(requests, others) is expected


def test_polls_are_asked_for_by_entities_of_their_cadence() -> None:
    """A board without sensors still has its light."""
    entities = [BUTTON, LIGHT, SELECT, HEALTH, SENSOR]
    assert entity_of("dynamic", entities) is SENSOR
    assert entity_of("dynamic", [BUTTON, LIGHT]) is LIGHT
    assert entity_of("static", entities) is SELECT
    assert entity_of("static", [HEALTH, SENSOR]) is None


def test_disabled_entities_cannot_be_asked() -> None:
    """Home Assistant has not loaded them."""
    assert entity_of("static", [dataclasses.replace(BUTTON, disabled=True)]) is None
