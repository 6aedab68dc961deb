"""The calls of the published Home Assistant integration, on an X12 and an X13 board.

It reads dynamic data first and static data after it, puts them together and evaluates
its entities. Each entity has to have the value that it has with the published client.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from operator import attrgetter
from types import SimpleNamespace
from typing import Any

from aiohttp import ClientSession
import pytest

from aiosupermicro import (
    BootSource,
    BootSourceEnabled,
    ConnectionError,  # noqa: A004
    FanModeType,
    Health,
    IndicatorLED,
    IntrusionSensor,
    PowerState,
    ResetType,
    SupermicroRedfishClient,
)
from tests.conftest import RECORDED, RECORDINGS
from tests.library import FAN_MODE, LICENSES, SYSTEM, THERMAL
from tests.simulator import Bmc, Board, serve

from .pypi import published_client

X12, X13 = "x12spi-tf", "x13-sys-821ge-tnhr"
BOARDS = [name for name in (X12, X13) if name in {*Board.names(), *RECORDINGS}]
WITHOUT_OEM = "x12-fw0104"
"""The recording of an X12 without the resources of Supermicro."""

pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated")


def _health(resource: Any) -> bool | None:
    """Return whether a resource has a problem, None if unknown."""
    health = resource.status.health
    return health != Health.OK if health else None


ENTITIES: dict[str, Callable[[Any], Any]] = {
    "system_power": lambda data: data.system.power_state == PowerState.ON,
    "system_health": lambda data: _health(data.system),
    "chassis_health": lambda data: _health(data.chassis),
    "bmc_health": lambda data: _health(data.manager),
    "intrusion": lambda data: data.chassis.physical_security.intrusion_sensor,
    "license_active": lambda data: (data.license.is_valid, data.license.is_licensed),
    "cmos_battery": lambda data: data.power.battery and data.power.battery.is_healthy,
    "ntp_enabled": lambda data: (data.ntp.is_valid, data.ntp.enabled),
    "lldp_enabled": lambda data: (data.lldp.is_valid, data.lldp.enabled),
    "power_consumption": lambda data: data.power.total_power_consumed_watts,
    "bios_version": lambda data: data.system.bios_version,
    "bmc_firmware": lambda data: data.manager.firmware_version,
    "post_code": lambda data: (data.snooping.is_valid, data.snooping.post_code),
    "temperatures": lambda data: {
        item.member_id: (item.name, item.reading_celsius)
        for item in data.thermal.available_temperatures
        if data.thermal.get_temperature(item.member_id).is_available
    },
    "fans": lambda data: {
        item.member_id: (item.name, item.reading_rpm)
        for item in data.thermal.available_fans
        if data.thermal.get_fan(item.member_id).is_available
    },
    "voltages": lambda data: {
        item.member_id: (item.name, item.reading_volts)
        for item in data.power.available_voltages
        if data.power.get_voltage(item.member_id).is_available
    },
    "indicator_led": lambda data: (
        data.system.indicator_led in (IndicatorLED.LIT, IndicatorLED.BLINKING)
    ),
    "protocols": lambda data: (
        data.network_protocol.is_valid,
        *(
            getattr(data.network_protocol, name).protocol_enabled
            for name in ("http", "ssh", "ipmi", "snmp")
        ),
    ),
    "fan_mode": lambda data: (
        data.fan_mode.is_valid,
        str(data.fan_mode.mode),
        [str(mode) for mode in data.fan_mode.available_modes],
    ),
    "boot_source": lambda data: (
        [str(option) for option in data.system.boot.boot_source_options],
        str(data.system.boot.boot_source_override_target),
        str(data.system.boot.boot_source_override_enabled),
    ),
    "device": lambda data: (
        data.system.uuid,
        data.chassis.serial_number or data.chassis.oem.board_serial_number,
        data.chassis.manufacturer,
        data.chassis.model,
    ),
    "title": lambda data: (data.system.manufacturer, data.system.model),
}
"""The entities of the published integration, by key."""

DIAGNOSTICS = {
    "system": "id name manufacturer model bios_version processor_count "
    "total_memory_gib status.state",
    "chassis": "id name chassis_type manufacturer model",
    "manager": "id name manager_type firmware_version model",
    "thermal": "temperatures fans",
    "power": "voltages power_supplies",
    "ntp": "enabled primary_server secondary_server",
    "network_protocol": "hostname http.port https.port ssh.port ipmi.port snmp.port",
}
"""Further attributes that its diagnostics read."""


def _reset(reset_type: ResetType) -> Callable[[Any], Awaitable[None]]:
    """Return a button for a reset of the host."""

    async def press(client: Any) -> None:
        await client.async_system_reset(reset_type)

    return press


CONTROLS: dict[str, Callable[[Any], Awaitable[None]]] = {
    "power_off": _reset(ResetType.FORCE_OFF),
    "graceful_shutdown": _reset(ResetType.GRACEFUL_SHUTDOWN),
    "graceful_restart": _reset(ResetType.GRACEFUL_RESTART),
    "force_restart": _reset(ResetType.FORCE_RESTART),
    "send_nmi": _reset(ResetType.NMI),
    "led": lambda client: client.async_set_indicator_led(IndicatorLED.LIT),
    "intrusion": lambda client: client.async_reset_intrusion_sensor(),
    "snmp": lambda client: client.async_set_protocol_enabled("SNMP", True),  # noqa: FBT003
    "ssh": lambda client: client.async_set_protocol_enabled("SSH", False),  # noqa: FBT003
    "fan_mode": lambda client: client.async_set_fan_mode(FanModeType.FULL_SPEED),
    "boot_source": lambda client: client.async_set_boot_source(
        target=BootSource.PXE, enabled=BootSourceEnabled.ONCE
    ),
}
"""The buttons, switches and selects of the published integration."""


def _bmc(name: str) -> Bmc:
    """Return a BMC with a board, whose licenses the published client can decode."""
    is_shipped = name in Board.names()
    bmc = Bmc(Board.load(name if is_shipped else RECORDED / name), task_seconds=0)
    if bmc.has(LICENSES):
        bmc.change(LICENSES, {"Licenses": []})
    return bmc


@asynccontextmanager
async def _set_up(
    client_class: Any, session: ClientSession, bmc: Bmc
) -> AsyncIterator[Any]:
    """Connect a client with the arguments of the published integration."""
    async with serve(bmc) as server:
        client = client_class(
            session=session,
            host=server.host,
            username="ADMIN",
            password="ADMIN",
            verify_ssl=False,
        )
        client.set_max_concurrent_requests(5)
        await client.async_connect()
        yield client
        await client.async_disconnect()
    assert bmc.open_sessions == 0


async def _update(client: Any) -> SimpleNamespace:
    """Return the data of an update: dynamic data, then static data."""
    dynamic = await client.async_get_dynamic_data()
    static = await client.async_get_static_data()
    names = ("system", "chassis", "manager", "ntp", "lldp", "license")
    return SimpleNamespace(
        **{name: getattr(static, name) for name in names},
        network_protocol=static.network_protocol,
        thermal=dynamic.thermal,
        power=dynamic.power,
        fan_mode=dynamic.fan_mode,
        snooping=dynamic.snooping,
    )


def _values(data: SimpleNamespace) -> dict[str, Any]:
    """Return the values of all entities."""
    return {key: value(data) for key, value in ENTITIES.items()}


@pytest.mark.parametrize("name", BOARDS)
async def test_entities_have_their_published_values(
    session: ClientSession, name: str
) -> None:
    """Give each entity of the first update the value of the published client."""
    async with _set_up(SupermicroRedfishClient, session, _bmc(name)) as client:
        own = await _update(client)
        stats = client.stats
    async with _set_up(
        published_client().SupermicroRedfishClient, session, _bmc(name)
    ) as client:
        theirs = await _update(client)
    values, published_values = _values(own), _values(theirs)
    if values["intrusion"] is None:  # a board without the sensor
        assert published_values.pop("intrusion") == IntrusionSensor.NORMAL
        del values["intrusion"]
    assert values == published_values
    assert values["temperatures"]
    assert values["fan_mode"][0] is True
    assert float(round(stats.avg_response_time_ms, 1)) > 0


def _diagnostics(data: SimpleNamespace) -> dict[str, Any]:
    """Return the values in the diagnostics of the integration, and lengths of lists."""
    values = {
        f"{resource}.{path}": attrgetter(path)(getattr(data, resource))
        for resource, attributes in DIAGNOSTICS.items()
        for path in attributes.split()
    }
    return {
        path: len(value) if isinstance(value, (list, tuple)) else value
        for path, value in values.items()
    }


@pytest.mark.parametrize("name", BOARDS)
async def test_diagnostics_have_their_published_values(
    session: ClientSession, name: str
) -> None:
    """Return all attributes that the diagnostics of the integration contain."""
    async with _set_up(SupermicroRedfishClient, session, _bmc(name)) as client:
        own = _diagnostics(await _update(client))
        stats = client.stats
    async with _set_up(
        published_client().SupermicroRedfishClient, session, _bmc(name)
    ) as client:
        theirs = _diagnostics(await _update(client))
    assert own == theirs
    assert stats.total_requests > stats.cache_hits
    assert stats.errors == 0
    assert round(stats.cache_hit_rate, 2) <= 100


async def test_licenses_of_recorded_format_are_read(session: ClientSession) -> None:
    """Read the licenses that make the set-up of the published client fail."""
    bmc = Bmc(Board.load(X12))
    async with _set_up(SupermicroRedfishClient, session, bmc) as client:
        data = await _update(client)
    assert (data.license.is_valid, data.license.is_licensed) == (True, True)


def _contains(body: Any, part: Any) -> bool:
    """Return whether a request contains another one, and maybe more."""
    if isinstance(part, dict):
        return all(_contains(body.get(key), value) for key, value in part.items())
    return bool(body == part)


@pytest.mark.parametrize("control", CONTROLS)
async def test_control_sends_the_published_request(
    session: ClientSession, control: str
) -> None:
    """Send the write of the published client, and return its effect afterwards."""
    writes = []
    for client_class in (
        SupermicroRedfishClient,
        published_client().SupermicroRedfishClient,
    ):
        bmc = _bmc(X12)
        async with _set_up(client_class, session, bmc) as client:
            before = await _update(client)
            bmc.requests.clear()
            await CONTROLS[control](client)
            writes.append(
                [
                    (item.method, item.path, item.body)
                    for item in bmc.requests
                    if item.method != "GET"
                ]
            )
            after = await _update(client)
    own, theirs = writes
    if control != "intrusion":  # nothing is sent to a sensor that is re-armed
        assert [item[:2] for item in own] == [item[:2] for item in theirs]
        assert _contains(own[0][2], theirs[0][2])
    assert after.fan_mode.is_valid
    assert (before.fan_mode.mode != after.fan_mode.mode) is (control == "fan_mode")


async def test_failed_poll_raises_what_the_integration_handles(
    session: ClientSession,
) -> None:
    """Raise ConnectionError with the host name in its message."""
    bmc = _bmc(X12)
    async with _set_up(SupermicroRedfishClient, session, bmc) as client:
        await _update(client)
        bmc.drop("*")
        with pytest.raises(ConnectionError):
            await client.async_get_dynamic_data()
        assert client._host.startswith("127.0.0.1:")
        bmc.heal()
        assert (await _update(client)).system.is_on


async def test_failed_resource_leaves_the_others(session: ClientSession) -> None:
    """Return the other resources if one fails, as the published client does."""
    bmc = _bmc(X12)
    async with _set_up(SupermicroRedfishClient, session, bmc) as client:
        bmc.fail(THERMAL, status=503)
        bmc.fail(FAN_MODE, status=503)
        data = await _update(client)
        assert (data.thermal, data.fan_mode) == (None, None)
        assert data.power.is_valid
        assert data.system.uuid == bmc.resource(SYSTEM)["UUID"]


@pytest.mark.skipif(WITHOUT_OEM not in RECORDINGS, reason="No recorded boards in reach")
async def test_missing_resources_are_none_with_a_reason(session: ClientSession) -> None:
    """Return None for a missing resource, with the reason in `missing`."""
    async with _set_up(SupermicroRedfishClient, session, _bmc(WITHOUT_OEM)) as client:
        data = await client.async_get_all_data()
        update = await _update(client)
    missing = {"fan_mode", "ntp", "lldp", "snooping", "license"}
    assert set(data.missing) >= missing
    assert {name for name in missing if getattr(update, name) is None} == missing
    assert update.network_protocol.is_valid
