"""Test the actions and sensors of virtual media, and the reinstallation script."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
import shutil
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
import voluptuous as vol

from custom_components.supermicro_redfish.const import DOMAIN
from tests.conftest import RECORDED, RECORDINGS, Clock
from tests.simulator import Bmc, Board

from . import device_id, entity, requests_since, set_up, set_up_with_host
from .conftest import Elapse
from .paths import MEDIA, SYSTEM

pytestmark = pytest.mark.usefixtures("entity_registry_enabled_by_default")

SCRIPTS = Path(__file__).parents[2] / "blueprints/script/supermicro_redfish"
IMAGE = "https://files.example/iso/debian-13.iso"
PASSWORD = "s3cret-p4ss"
SLOTS = {
    "x12spi-tf": "sensor.virtual_media_VirtualMedia1",
    "x10sdv": "sensor.virtual_media_CfgCD",
    "gb300-openbmc": "sensor.virtual_media_USB1",
}
FAMILIES = [
    pytest.param(name if name in Board.names() else RECORDED / name, slot, id=name)
    for name, slot in SLOTS.items()
    if name in RECORDINGS or name in Board.names()
]

every_family = pytest.mark.parametrize(("board", "slot"), FAMILIES, indirect=["board"])


async def call(
    hass: HomeAssistant, entry: ConfigEntry, action: str, **data: Any
) -> None:
    """Call an action with the server."""
    target = {"device_id": device_id(hass, entry)}
    await hass.services.async_call(DOMAIN, action, {**target, **data}, blocking=True)
    await hass.async_block_till_done(wait_background_tasks=True)


@every_family
async def test_image_is_inserted_shown_and_ejected(
    hass: HomeAssistant, entry: ConfigEntry, slot: str
) -> None:
    """Show the file name at once, and an empty slot after it."""
    await set_up(hass, entry)
    assert entity(hass, entry, slot).state == "empty"
    slot_id = slot.rpartition("_")[2]
    await call(hass, entry, "insert_media", image=IMAGE, slot=slot_id)
    assert entity(hass, entry, slot).state == "debian-13.iso"
    await call(hass, entry, "eject_media")
    assert entity(hass, entry, slot).state == "empty"


@every_family
@pytest.mark.parametrize("is_in_url", [True, False])
async def test_password_of_an_image_appears_nowhere(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    hass_client: ClientSessionGenerator,
    caplog: pytest.LogCaptureFixture,
    *,
    slot: str,
    is_in_url: bool,
) -> None:
    """Send the password to the BMC; do not store or log it."""
    caplog.set_level("DEBUG", logger="custom_components.supermicro_redfish")
    await set_up(hass, entry)
    caplog.clear()
    image, account = IMAGE, {"username": "installer", "password": PASSWORD}
    if is_in_url:
        image = IMAGE.replace("files", f"installer:{PASSWORD}@files")
        account = {}
    slot_id = slot.rpartition("_")[2]
    await call(hass, entry, "insert_media", image=image, slot=slot_id, **account)
    assert PASSWORD in str([item.body for item in bmc.requests])
    assert entity(hass, entry, slot).state == "debian-13.iso"
    texts = [
        *(str(state.as_dict()) for state in hass.states.async_all()),
        str(await get_diagnostics_for_config_entry(hass, hass_client, entry)),
        str(entry.runtime_data.static.data),
        *(
            record.getMessage()
            for record in caplog.records
            if record.name.startswith("custom_components")
        ),
    ]
    assert [text for text in texts if PASSWORD in text] == []


async def test_password_is_not_in_the_error_of_a_rejected_image(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, caplog: pytest.LogCaptureFixture
) -> None:
    """Remove the password from the BMC's message, which repeats the request."""
    bmc.media_error = True
    caplog.clear()
    with pytest.raises(HomeAssistantError, match="debian-13") as failure:
        await call(
            hass,
            loaded,
            "insert_media",
            image=IMAGE,
            username="installer",
            password=PASSWORD,
        )
    assert failure.value.translation_key == "refused"
    assert PASSWORD not in f"{failure.value} {failure.value.__cause__!r}"
    assert PASSWORD not in str(failure.value.translation_placeholders)


async def test_missing_license_is_named(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc
) -> None:
    """Raise an error that contains the license; send no further commands."""
    bmc.unlicensed = (f"{MEDIA}/VirtualMedia1/Actions",)
    with pytest.raises(HomeAssistantError, match="DCMS") as failure:
        await call(hass, loaded, "insert_media", image=IMAGE, boot=True)
    assert failure.value.translation_key == "license_missing"
    assert bmc.power_state == "On"
    assert bmc.resource(SYSTEM)["Boot"]["BootSourceOverrideEnabled"] == "Disabled"


async def test_image_alone_neither_restarts_nor_boots(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc
) -> None:
    """Leave the boot source and the host alone by default."""
    await call(hass, loaded, "insert_media", image=IMAGE)
    assert bmc.power_state == "On"
    assert bmc.resource(SYSTEM)["Boot"]["BootSourceOverrideEnabled"] == "Disabled"


@pytest.mark.parametrize(
    ("is_on", "options", "reset_type"),
    [
        (True, {}, "GracefulRestart"),
        (True, {"force": False}, "GracefulRestart"),
        (True, {"force": True}, "ForceRestart"),
        (False, {}, "On"),
        (False, {"force": True}, "On"),
    ],
)
async def test_host_boots_from_the_image_once(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    clock: Clock,
    *,
    is_on: bool,
    options: dict[str, bool],
    reset_type: str,
) -> None:
    """Set a boot source that the board lists, and start the host, gently at first."""
    await set_up_with_host(hass, entry, bmc, clock, is_on=is_on)
    since = len(bmc.requests)
    await call(hass, entry, "insert_media", image=IMAGE, boot=True, **options)
    boot = bmc.resource(SYSTEM)["Boot"]
    assert boot["BootSourceOverrideTarget"] == "UsbCd"
    assert boot["BootSourceOverrideEnabled"] == "Once"
    writes = [item for item in bmc.requests[since:] if item.method != "GET"]
    assert writes[-1].body == {"ResetType": reset_type}
    assert bmc.power_state in ("PoweringOff", "PoweringOn")


async def test_nothing_is_inserted_if_the_board_cannot_boot_from_it(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """Determine the boot source before the image is inserted."""
    key = "BootSourceOverrideTarget@Redfish.AllowableValues"
    bmc.change(SYSTEM, {"Boot": {key: ["None", "Pxe"]}})
    await set_up(hass, entry)
    since = len(bmc.requests)
    with pytest.raises(HomeAssistantError, match="cannot boot"):
        await call(hass, entry, "insert_media", image=IMAGE, boot=True)
    assert [r for r in requests_since(bmc, since) if not r.startswith("GET")] == []


@pytest.mark.parametrize(
    "data", [{}, {"image": " "}, {"image": IMAGE, "password": "alone"}]
)
async def test_incomplete_action_is_rejected(
    hass: HomeAssistant, loaded: ConfigEntry, data: dict[str, str]
) -> None:
    """Require an image, and both parts of an account."""
    with pytest.raises(vol.Invalid):
        await call(hass, loaded, "insert_media", **data)


async def test_media_are_read_every_hour(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Show a medium that another client has inserted within an hour."""
    slot = SLOTS["x12spi-tf"]
    change = {"Inserted": True, "Image": "//a/b/c.iso", "ConnectedVia": "URI"}
    bmc.change(f"{MEDIA}/VirtualMedia1", change)
    since = len(bmc.requests)
    await elapse(1800)
    assert [r for r in requests_since(bmc, since) if MEDIA in r] == []
    await elapse(3600)
    assert entity(hass, loaded, slot).state == "c.iso"


async def test_inserted_media_stay_shown_until_the_next_read(
    hass: HomeAssistant, loaded: ConfigEntry, elapse: Elapse
) -> None:
    """Keep the result of an action when the other static data is read."""
    slot = SLOTS["x12spi-tf"]
    await call(hass, loaded, "insert_media", image=IMAGE)
    await elapse(1800)
    assert entity(hass, loaded, slot).state == "debian-13.iso"


@pytest.mark.parametrize("account", [{}, {"username": "me", "password": PASSWORD}])
async def test_script_reinstalls_the_server(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    tmp_path: Path,
    account: dict[str, str],
) -> None:
    """Insert the image, boot from it once, restart, wait and eject it."""
    await set_up(hass, entry)
    shutil.copytree(SCRIPTS, tmp_path / "blueprints/script/supermicro_redfish")
    hass.config.config_dir = str(tmp_path)
    use = {
        "path": "supermicro_redfish/reinstall.yaml",
        "input": {"server": device_id(hass, entry), "install_for": {"minutes": 30}},
    }
    config = {"script": {"reinstall": {"use_blueprint": use}}}
    assert await async_setup_component(hass, "script", config)
    await hass.services.async_call(
        "script",
        "turn_on",
        {"entity_id": "script.reinstall", "variables": {"image": IMAGE, **account}},
    )

    def sent(action: str) -> list[Any]:
        return [item.body for item in bmc.requests if item.path.endswith(action)]

    await wait_until(lambda: sent("ComputerSystem.Reset") != [])
    assert sent("ComputerSystem.Reset") == [{"ResetType": "GracefulRestart"}]
    expected = {"UserName": "me", "Password": PASSWORD} if account else {}
    assert sent("InsertMedia") == [{"Image": IMAGE, **expected}]
    assert bmc.resource(SYSTEM)["Boot"]["BootSourceOverrideTarget"] == "UsbCd"
    # Time must not pass before the response to the last request.
    await wait_until(lambda: "delay" in str(hass.states.get("script.reinstall")))
    assert sent("EjectMedia") == []
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(minutes=31))
    await wait_until(lambda: hass.states.is_state("script.reinstall", "off"))
    assert len(sent("EjectMedia")) == 1
    assert bmc.resource(f"{MEDIA}/VirtualMedia1")["Inserted"] is False


async def wait_until(condition: Callable[[], bool]) -> None:
    """Wait until a condition of the BMC or of Home Assistant is true."""
    for _ in range(500):
        if condition():
            return
        await asyncio.sleep(0.01)
    pytest.fail("The condition is never true")


async def test_slot_without_a_state_is_unknown(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Show an unknown state if the BMC reports neither a medium nor an empty slot."""
    change = {"Inserted": None, "Image": None, "ConnectedVia": None}
    bmc.change(f"{MEDIA}/VirtualMedia1", change)
    await elapse(5400)
    assert entity(hass, loaded, SLOTS["x12spi-tf"]).state == STATE_UNKNOWN
