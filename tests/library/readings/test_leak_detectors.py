"""Leak detectors of liquid-cooled machines."""

from typing import Any

import pytest

from aiosupermicro import SupermicroRedfishClient
from aiosupermicro.models import LeakDetector
from tests.library import CHASSIS, requested_paths
from tests.simulator import Bmc
from tests.simulator.mutations import add_leak_detectors, set_leak_detector

DETECTION = f"{CHASSIS}/ThermalSubsystem/LeakDetection"
DETECTORS = f"{DETECTION}/LeakDetectors"
NAMES = ("Manifold", "ColdPlate", "Base")


async def leaks(
    client: SupermicroRedfishClient, polls: int = len(NAMES)
) -> dict[str | None, bool | None]:
    """Return whether each detector reports a leak after some polls."""
    for _ in range(polls):
        data = await client.async_get_dynamic_data()
        assert data.errors == {}
    return {detector.id: detector.is_leaking for detector in data.leak_detectors}


async def test_leak_is_reported_within_a_round_of_polls(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Read one detector per poll, in addition to Thermal."""
    add_leak_detectors(bmc, *NAMES)
    data = await client.async_get_all_data()
    assert {detector.id for detector in data.leak_detectors} == {*NAMES}
    assert await leaks(client) == dict.fromkeys(NAMES, False)
    for state in ("Warning", "Critical"):
        set_leak_detector(bmc, "ColdPlate", state)
        bmc.requests.clear()
        assert (await leaks(client))["ColdPlate"] is True
        assert len(bmc.requests) <= 10 * len(NAMES)
        sent = requested_paths(bmc)
        assert len([path for path in sent if path.startswith(DETECTORS)]) == len(NAMES)
        set_leak_detector(bmc, "ColdPlate", "OK")
        assert await leaks(client) == dict.fromkeys(NAMES, False)


async def test_first_poll_after_static_data_shows_all_detectors(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Read all detectors when they are found, so that the first poll shows all."""
    add_leak_detectors(bmc, *NAMES)
    await client.async_get_dynamic_data()
    await client.async_get_static_data()
    assert await leaks(client, polls=1) == dict.fromkeys(NAMES, False)


async def test_board_without_leak_detectors_takes_no_request(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Search detectors with the static data, not in each poll."""
    await client.async_get_all_data()
    bmc.requests.clear()
    data = await client.async_get_dynamic_data()
    assert data.leak_detectors == ()
    assert len(bmc.requests) == 3


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"DetectorState": "OK"}, False),
        ({"DetectorState": "Warning"}, True),
        ({"DetectorState": "Critical"}, True),
        ({"DetectorState": "Critical\x00"}, True),
        ({}, None),
        ({"DetectorState": None}, None),
        ({"DetectorState": "Unavailable"}, None),
        ({"DetectorState": "Critical", "Status": {"State": "Absent"}}, None),
    ],
)
def test_unknown_state_is_neither_dry_nor_wet(
    body: dict[str, Any],
    expected: bool | None,  # noqa: FBT001 - a parameter of the table
) -> None:
    """Report a leak only where the board reports its state."""
    assert LeakDetector.from_dict(body).is_leaking is expected


@pytest.mark.parametrize("status", [404, 500])
async def test_failed_detector_affects_only_itself(
    client: SupermicroRedfishClient, bmc: Bmc, status: int
) -> None:
    """Return the other detectors and their leaks."""
    add_leak_detectors(bmc, *NAMES)
    await client.async_get_all_data()
    bmc.fail(f"{DETECTORS}/Base", status=status)
    set_leak_detector(bmc, "Manifold", "Critical")
    for _ in NAMES:
        data = await client.async_get_dynamic_data()
    assert {detector.id for detector in data.leak_detectors} == {*NAMES} - {"Base"}
    assert any(detector.is_leaking for detector in data.leak_detectors)
    assert set(data.errors) == ({f"{DETECTORS}/Base"} if status == 500 else set())
    bmc.heal()
    for _ in NAMES:
        data = await client.async_get_dynamic_data()
    assert {detector.id for detector in data.leak_detectors} == {*NAMES}


async def test_unreadable_collection_of_detectors_is_an_error(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Record the failure, and find the detectors with the next full read."""
    add_leak_detectors(bmc, *NAMES)
    bmc.fail(DETECTORS, status=500)
    data = await client.async_get_all_data()
    assert "leak_detectors" in data.errors
    assert data.thermal
    bmc.heal()
    data = await client.async_get_all_data()
    assert len(data.leak_detectors) == len(NAMES)
