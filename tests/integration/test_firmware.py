"""Test the sensors for stored firmware images and for a staged BIOS."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest

from tests.simulator import Bmc

from . import DYNAMIC, STATIC, entity, entity_id, registered_keys, set_up
from .conftest import Elapse
from .paths import FIRMWARE, SYSTEM

STAGED = "binary_sensor.staged_bios"
STAGED_IMAGE = f"{FIRMWARE}/Staging_BIOS"
NEW_BIOS = {"Version": "BIOS Date: 05/20/2026 Ver 2.2"}
HOURS_BETWEEN_READS = 6


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_stored_images_have_a_version(
    hass: HomeAssistant, loaded: ConfigEntry
) -> None:
    """Create no sensor for an empty slot, whose status is Enabled and OK."""
    keys = {
        key
        for key in registered_keys(hass, loaded).values()
        if "firmware_version_" in key
    }
    assert keys == {
        f"sensor.firmware_version_{image}"
        for image in ("Golden_BIOS", "Golden_BMC", "Staging_BIOS", "Staging_BMC")
    }
    shown = entity(hass, loaded, "sensor.firmware_version_Golden_BIOS")
    assert shown.state == "1.2"
    assert shown.name == "x12spi-tf Golden BIOS version"


async def test_staged_bios_waits_for_a_restart(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Show a waiting update until the host runs the staged BIOS."""
    bmc.change(STAGED_IMAGE, NEW_BIOS)
    await set_up(hass, entry)
    assert entity(hass, entry, STAGED).state == STATE_ON
    bmc.change(SYSTEM, {"BiosVersion": "2.2"})
    await elapse(DYNAMIC)
    assert entity(hass, entry, STAGED).state == STATE_OFF


@pytest.mark.parametrize(
    ("image", "bios_version", "state"),
    [
        ({}, "2.1", STATE_OFF),
        ({"Version": "Not Present"}, "2.1", STATE_OFF),
        ({"Version": None}, "2.1", STATE_UNKNOWN),
        (NEW_BIOS, None, STATE_UNKNOWN),
    ],
)
async def test_staged_bios_is_unknown_without_both_versions(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    image: dict[str, str | None],
    bios_version: str | None,
    state: str,
) -> None:
    """Report no update from a version that the BMC does not report."""
    bmc.change(STAGED_IMAGE, image)
    bmc.change(SYSTEM, {"BiosVersion": bios_version})
    await set_up(hass, entry)
    assert entity(hass, entry, STAGED).state == state


@pytest.mark.long
async def test_stored_images_are_read_every_six_hours(
    hass: HomeAssistant, loaded: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Find a newly staged image after six hours; read no other firmware."""

    def reads() -> list[str]:
        paths = [item.path for item in bmc.requests if FIRMWARE in item.path]
        return [path.removeprefix(FIRMWARE).strip("/") for path in paths]

    first = reads()
    assert len(first) == 7
    assert "CPLD_Motherboard" not in first
    await elapse(2 * STATIC)
    assert reads() == first
    bmc.change(STAGED_IMAGE, NEW_BIOS)
    await elapse(HOURS_BETWEEN_READS * 3600)
    assert len(reads()) == 2 * len(first)
    assert entity(hass, loaded, STAGED).state == STATE_ON


async def test_unlicensed_firmware_creates_no_issue(
    hass: HomeAssistant,
    entry: ConfigEntry,
    bmc: Bmc,
    issue_registry: ir.IssueRegistry,
) -> None:
    """Create neither an issue nor an entity without the license."""
    bmc.unlicensed = (FIRMWARE,)
    await set_up(hass, entry)
    assert entity_id(hass, entry, STAGED) is None
    assert not [*issue_registry.issues]
