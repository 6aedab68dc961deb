"""Supermicro's own resources, on old and new boards."""

from typing import Any

from aiohttp import ClientSession
import pytest

from aiosupermicro import (
    FanModeType,
    LicenseEntry,
    LicenseError,
    NotFoundError,
    SupermicroRedfishClient,
    SysLockdown,
)
from aiosupermicro.resources import endpoints
from aiosupermicro.resources.endpoints import Cadence, Endpoint
from tests.conftest import RECORDED, RECORDINGS
from tests.library import (
    LICENSES,
    MANAGER,
    OEM,
    connected_client,
    link,
    rewrite_board,
    statuses,
)
from tests.simulator import REMOVED, Bmc, Board
from tests.simulator.testing import as_old


@pytest.mark.parametrize("level", ["Supermicro", None])
async def test_oem_resources_of_old_boards_are_read_and_written(
    session: ClientSession, level: str | None
) -> None:
    """Follow the links of the manager to fan mode, NTP and POST code."""
    board = rewrite_board(as_old(Board.load("x12spi-tf")), f"{OEM}/", f"{MANAGER}/")
    bmc = Bmc(board, task_seconds=0)
    if level is None:  # the oldest, of 2017
        links = bmc.resource(MANAGER)["Oem"]["Supermicro"]
        bmc.change(MANAGER, {"Oem": {"Supermicro": REMOVED, **links}})
    async with connected_client(bmc, session) as client:
        data = await client.async_get_static_data()
        assert data.fan_mode
        assert data.fan_mode.available_modes
        assert data.ntp
        assert data.snooping
        assert data.snooping.post_code
        await client.async_set_fan_mode(FanModeType.FULL_SPEED)
        await client.async_set_ntp_enabled(enabled=False)
    assert (bmc.fan_mode, bmc.ntp_enabled) == ("FullSpeed", False)
    assert not [item for item in bmc.requests if "/Oem/" in item.path]


async def test_node_manager_is_found(client: SupermicroRedfishClient) -> None:
    """Return its statistics, and its path by the documented name."""
    assert (await client.async_get_node_manager()).statistics
    assert client.paths["node_manager"].endswith("/NodeManager")


@pytest.mark.parametrize("name", [None, *(n for n in RECORDINGS if n == "x10sdv")])
async def test_recorded_old_board_is_commanded(
    session: ClientSession, name: str | None
) -> None:
    """Set every fan mode, and switch NTP on and off."""
    bmc = Bmc(Board.load(RECORDED / name) if name else Board.load("x12spi-tf"))
    bmc.task_seconds = 0
    async with connected_client(bmc, session) as client:
        for mode in (await client.async_get_fan_mode()).available_modes:
            await client.async_set_fan_mode(mode)
            assert bmc.fan_mode == mode
        await client.async_set_ntp_enabled(enabled=not bmc.ntp_enabled)
        assert (await client.async_get_ntp()).enabled is bmc.ntp_enabled


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("NTP", "ntp"),
        ("LLDP", "lldp"),
        ("FanMode", "fan_mode"),
        ("Snooping", "snooping"),
    ],
)
async def test_missing_oem_resource_is_none(
    client: SupermicroRedfishClient, bmc: Bmc, name: str, field: str
) -> None:
    """Return None in a bulk read, and raise NotFoundError in a single one."""
    bmc.remove(f"{OEM}/{name}")
    data = await client.async_get_static_data()
    assert getattr(data, field) is None
    assert data.errors == {}
    with pytest.raises(NotFoundError):
        await getattr(client, f"async_get_{field}")()


LICENSE_LISTS: list[tuple[Any, list[str]]] = [
    ([], []),
    (None, []),
    ("none", []),
    (["{", "[]", "null", "7", '{"ProductKey": 7}', "[" * 5000], []),
    ([None, 7, {}, []], []),
    (['{"ProductKey": {"Node": {"LicenseName": "SFT-OOB-LIC"}}}'], ["SFT-OOB-LIC"]),
]


@pytest.mark.parametrize(("sent", "names"), LICENSE_LISTS)
async def test_licenses_are_decoded_from_documents_in_strings(
    client: SupermicroRedfishClient, bmc: Bmc, sent: Any, names: list[str]
) -> None:
    """Ignore everything that is no license, without an error in the setup."""
    bmc.change(LICENSES, {"Licenses": REMOVED})
    bmc.change(LICENSES, {"Licenses": sent})
    found = await client.async_get_license()
    assert [item.name for item in found.licenses] == names
    assert found.is_licensed is bool(names)
    assert (await client.async_get_static_data()).license == found
    assert bmc.logins == 1


async def test_recorded_licenses_have_id_name_and_date(
    client: SupermicroRedfishClient,
) -> None:
    """Leave out the signature of the key."""
    (first, second) = (await client.async_get_license()).licenses
    assert first == LicenseEntry(
        license_id="1", name="SFT-OOB-LIC", create_date="20250304"
    )
    assert second.name == "SFT-DCMS-SINGLE"


async def test_licenses_are_found_at_their_new_link(
    client: SupermicroRedfishClient, bmc: Bmc
) -> None:
    """Read the link again after an update of the firmware has moved the licenses."""
    before = (await client.async_get_static_data()).license
    manager, moved = LICENSES.rpartition("/")[0], f"{LICENSES}s"
    bmc.put(moved, bmc.resource(LICENSES))
    bmc.change(manager, {"QueryLicense": link(moved)})
    bmc.remove(LICENSES)
    assert before
    assert (await client.async_get_static_data()).license == before


@pytest.mark.parametrize("status", [403, 404])
async def test_board_without_licenses_is_read_with_one_login(
    client: SupermicroRedfishClient, bmc: Bmc, status: int
) -> None:
    """Read a board completely even if it has no readable licenses."""
    if status == 403:
        bmc.unlicensed = (LICENSES,)
    else:
        bmc.remove(LICENSES)
    for _ in range(3):
        data = await client.async_get_all_data()
        assert data.license is None
        assert isinstance(data.errors.get("license"), LicenseError | None)
        assert data.chassis
    assert statuses(bmc, "GET", LICENSES) == [status]
    assert bmc.logins == 1


async def test_oem_resource_without_field_is_read_and_changed(
    session: ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read and change a resource for which only a model and a row were added."""
    row = Endpoint(
        name="lockdown",
        model=SysLockdown,
        cadence=Cadence.STATIC,
        links=endpoints.SYS_LOCKDOWN.links,
    )
    monkeypatch.setattr(endpoints, "ENDPOINTS", (*endpoints.ENDPOINTS, row))
    bmc = Bmc(Board.load("x12spi-tf"), task_seconds=0)
    async with connected_client(bmc, session) as client:
        static = await client.async_get_static_data()
        assert static.get_resource("lockdown") == SysLockdown(enabled=False)
        await client.async_change_resource(row, {"SysLockdownEnabled": True})
        assert bmc.is_locked_down
        new = await client.async_read_resource(row)
        assert new.enabled is True
        replaced = static.replace_resources({"lockdown": new, "ntp": None})
        assert replaced.oem == {"lockdown": new}
        assert replaced.ntp is None
        assert replaced.lldp == static.lldp
        assert (await client.async_get_all_data()).oem == {"lockdown": new}
