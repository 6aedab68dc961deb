"""Test the migration of config entries: data, identity, issues, and the way back."""

from typing import Any
from unittest.mock import patch

from aiohttp import ThreadedResolver
from homeassistant.config_entries import (
    SOURCE_IGNORE,
    ConfigEntry,
    ConfigEntryDisabler,
    ConfigEntryState,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers import (
    aiohttp_client,
    issue_registry as ir,
)
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

import custom_components.supermicro_redfish as integration
from custom_components.supermicro_redfish.const import DOMAIN
from tests.simulator import REMOVED, Bmc, Server

from . import ROOT, SYSTEM, entity, entry_state, mac_address, set_up
from .conftest import Elapse
from .paths import MANAGER
from .published import (
    MODE,
    OPTIONS,
    add_entry,
    issues_by_key,
    register,
    registered_ids,
    replacements,
    settle,
)

# Data and options, without the BMC


async def test_migration_stores_what_it_has_found(
    hass: HomeAssistant, published: ConfigEntry, hass_storage: dict[str, Any]
) -> None:
    """Store the discovery at once: the migration has read the static data already."""
    await set_up(hass, published)
    stored = hass_storage[f"{DOMAIN}.{published.entry_id}.discovery"]["data"]
    assert {SYSTEM, MANAGER} <= {*stored["paths"].values()}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({}, {}),
        (OPTIONS, {"dynamic_interval": 60, "static_interval": 10}),
        ({"scan_interval": 5}, {"dynamic_interval": 10}),
        ({"scan_interval": 301}, {"dynamic_interval": 300}),
        ({"static_interval": 60}, {"static_interval": 5}),
        ({"static_interval": 300}, {"static_interval": 5}),
        ({"static_interval": 301}, {"static_interval": 6}),
        ({"static_interval": 900}, {"static_interval": 15}),
        ({"burst_interval": 1, "max_concurrent_requests": 10}, {}),
    ],
)
async def test_migration_converts_options(
    hass: HomeAssistant,
    published: ConfigEntry,
    old: dict[str, int],
    new: dict[str, int],
) -> None:
    """Convert seconds to minutes, and drop options without a counterpart."""
    hass.config_entries.async_update_entry(published, options=old)
    await set_up(hass, published)
    assert entry_state(published) is ConfigEntryState.LOADED
    assert published.options == new
    assert (published.version, published.minor_version) == (1, 2)
    data = published.runtime_data
    dynamic, static = new.get("dynamic_interval", 30), new.get("static_interval", 15)
    assert data.dynamic.update_interval.seconds == dynamic
    assert data.static.update_interval.seconds == static * 60


@pytest.mark.parametrize(
    ("host", "normalized"),
    [
        ("https://192.0.2.1/", "192.0.2.1"),
        ("192.0.2.1:443", "192.0.2.1"),
        ("bmc.example", "bmc.example"),
        ("https://[", "https://["),
    ],
)
async def test_migration_normalizes_host(
    hass: HomeAssistant, published: ConfigEntry, host: str, normalized: str
) -> None:
    """Keep a malformed address, which the user can change."""
    data = {"host": host, "username": "ADMIN", "password": "secret"}
    hass.config_entries.async_update_entry(published, data=data)
    assert await integration.async_migrate_entry(hass, published)
    assert published.data == {**data, "host": normalized, "verify_ssl": False}


async def test_setup_rejects_malformed_host(
    hass: HomeAssistant, published: ConfigEntry
) -> None:
    """Ask for the address, as the published integration accepts any text."""
    malformed = {**published.data, "host": "https://["}
    hass.config_entries.async_update_entry(published, data=malformed)
    await set_up(hass, published)
    assert entry_state(published) is ConfigEntryState.SETUP_ERROR
    assert published.error_reason_translation_key == "invalid_host"


async def test_migration_of_own_entry_changes_only_version(
    hass: HomeAssistant, entry: ConfigEntry, bmc: Bmc
) -> None:
    """Leave the pinned certificate, the options and the entities alone."""
    options = {"dynamic_interval": 20, "static_interval": 60}
    hass.config_entries.async_update_entry(entry, options=options, minor_version=1)
    before = dict(entry.data)
    await set_up(hass, entry)
    ids = registered_ids(hass, entry)
    assert entry.minor_version == 2
    assert dict(entry.data) == before
    assert dict(entry.options) == options
    assert entry.unique_id == mac_address(bmc)
    assert issues_by_key(hass) == {}
    assert entity(hass, entry, MODE).attributes["options"][-1] == "heavy_io"
    await hass.config_entries.async_reload(entry.entry_id)
    assert registered_ids(hass, entry) == ids


async def test_migration_deletes_stored_issue(
    hass: HomeAssistant, published: ConfigEntry
) -> None:
    """Delete a stored issue that only the published integration can fix."""
    ir.async_create_issue(
        hass,
        DOMAIN,
        f"connection_failed_{published.entry_id}",
        is_fixable=True,
        is_persistent=True,
        severity=ir.IssueSeverity.ERROR,
        translation_key="connection_failed",
    )
    await set_up(hass, published)
    assert "connection_failed" not in issues_by_key(hass)


# The identity of the BMC


async def test_migration_waits_for_unreachable_bmc(
    hass: HomeAssistant, published: ConfigEntry, server: Server, elapse: Elapse
) -> None:
    """Change nothing while the BMC is unreachable, and then go on without a reload."""
    before = registered_ids(hass, published)
    await server.refuse()
    await set_up(hass, published)
    await elapse(120)
    assert entry_state(published) is ConfigEntryState.SETUP_RETRY
    assert published.unique_id is None
    assert registered_ids(hass, published) == before
    await server.listen()
    await elapse(600)
    assert entry_state(published) is ConfigEntryState.LOADED
    assert registered_ids(hass, published).keys() >= before.keys() - {
        *replacements(hass)
    }


async def test_migration_goes_on_after_failed_refresh(
    hass: HomeAssistant, published: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Migrate the entities in a later attempt than the entry."""
    before = registered_ids(hass, published)
    bmc.fail(SYSTEM, status=503)
    hass.config_entries.async_update_entry(published, unique_id=mac_address(bmc))
    with patch.object(integration, "async_migrate_registries", side_effect=OSError):
        await set_up(hass, published)
    assert registered_ids(hass, published) == before
    bmc.heal()
    await hass.config_entries.async_reload(published.entry_id)
    await settle(hass)
    power = registered_ids(hass, published)[
        "binary_sensor.supermicro_bsn1_system_power"
    ]
    assert power == f"{mac_address(bmc)}_host_power"


class Resolver(ThreadedResolver):
    """A resolver for one test: the first test closes the test kit's resolver."""

    async def real_close(self) -> None:
        """Close the resolver, which Home Assistant calls."""


@pytest.mark.parametrize("place", ["localhost", "https://127.0.0.1"])
async def test_migration_rejects_second_entry_of_same_bmc(
    hass: HomeAssistant,
    published: ConfigEntry,
    bmc: Bmc,
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
    place: str,
) -> None:
    """Show the title of the other entry; continue once it is deleted."""
    monkeypatch.setattr(aiohttp_client, "_async_make_resolver", lambda _: Resolver())
    second = add_entry(hass, bmc, server, host=f"{place}:{server.port}")
    register(hass, second, bmc)
    hass.config_entries.async_update_entry(second, title="Second")
    # Home Assistant sets up both at the same time.
    await set_up(hass, published)
    kept, rejected = sorted(
        (published, second), key=lambda entry: entry.state is ConfigEntryState.LOADED
    )[::-1]
    assert entry_state(kept) is ConfigEntryState.LOADED
    assert entry_state(rejected) is ConfigEntryState.SETUP_ERROR
    assert rejected.error_reason_translation_key == "duplicate_entry"
    assert rejected.error_reason_translation_placeholders == {
        "other": f"{kept.title} ({kept.data['host']})"
    }
    assert bmc.open_sessions == 1
    before = registered_ids(hass, rejected)
    assert all(unique_id.startswith(rejected.entry_id) for unique_id in before.values())

    await hass.config_entries.async_remove(kept.entry_id)
    await settle(hass)
    assert entry_state(rejected) is ConfigEntryState.LOADED
    assert rejected.unique_id == mac_address(bmc)
    removed = before.keys() - registered_ids(hass, rejected).keys()
    assert removed == set(replacements(hass))


async def test_removal_of_other_server_reloads_nothing(
    hass: HomeAssistant, published: ConfigEntry, bmc: Bmc
) -> None:
    """Reload only entries that wait for the removal of another one."""
    await set_up(hass, published)
    other = MockConfigEntry(domain=DOMAIN, unique_id="00:25:90:00:00:01")
    other.add_to_hass(hass)
    await hass.config_entries.async_remove(other.entry_id)
    await settle(hass)
    assert bmc.logins == 1


async def test_migration_replaces_ignored_discovery(
    hass: HomeAssistant, published: ConfigEntry, bmc: Bmc
) -> None:
    """Remove the entry of a BMC whose discovery the user has ignored."""
    ignored = MockConfigEntry(
        domain=DOMAIN, unique_id=mac_address(bmc), source=SOURCE_IGNORE
    )
    ignored.add_to_hass(hass)
    await set_up(hass, published)
    assert entry_state(published) is ConfigEntryState.LOADED
    assert hass.config_entries.async_entries(DOMAIN) == [published]


async def test_migration_waits_for_bmc_of_supermicro(
    hass: HomeAssistant, published: ConfigEntry, bmc: Bmc, elapse: Elapse
) -> None:
    """Retry the setup, as a starting BMC may not identify itself yet."""
    root = bmc.resource(ROOT)
    bmc.change(ROOT, {"Oem": REMOVED, "Vendor": None})
    bmc.change(SYSTEM, {"Manufacturer": None})
    await set_up(hass, published)
    assert entry_state(published) is ConfigEntryState.SETUP_RETRY
    assert published.error_reason_translation_key == "not_supported"
    bmc.put(ROOT, root)
    await elapse(600)
    assert entry_state(published) is ConfigEntryState.LOADED


async def test_reauth_flow_of_published_entry(
    hass: HomeAssistant, published: ConfigEntry, bmc: Bmc
) -> None:
    """Migrate an entry after the user has entered a new password."""
    bmc.change_password("new")
    await set_up(hass, published)
    assert entry_state(published) is ConfigEntryState.SETUP_ERROR
    (flow,) = hass.config_entries.flow.async_progress()
    result = await hass.config_entries.flow.async_configure(
        flow["flow_id"], {"username": "ADMIN", "password": "new"}
    )
    await settle(hass)
    assert result["reason"] == "reauth_successful"
    assert entry_state(published) is ConfigEntryState.LOADED
    assert published.unique_id == mac_address(bmc)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (None, "reconfigure_successful"),
        (SOURCE_IGNORE, "reconfigure_successful"),
        ("user", "already_configured"),
    ],
)
async def test_reconfigure_flow_of_published_entry(
    hass: HomeAssistant,
    published: ConfigEntry,
    bmc: Bmc,
    server: Server,
    source: str | None,
    reason: str,
) -> None:
    """Accept a new address, unless the BMC there has another entry."""
    if source:
        MockConfigEntry(
            domain=DOMAIN,
            unique_id=mac_address(bmc),
            source=source,
            disabled_by=ConfigEntryDisabler.USER,
        ).add_to_hass(hass)
    gone = {**published.data, "host": "127.0.0.1:9"}
    hass.config_entries.async_update_entry(published, data=gone)
    await set_up(hass, published)
    flows = hass.config_entries.flow
    form = await published.start_reconfigure_flow(hass)  # type: ignore[attr-defined]
    user_input = {"host": server.host, "username": "ADMIN"}
    form = await flows.async_configure(form["flow_id"], user_input)
    result = await flows.async_configure(form["flow_id"], {"certificate": "unverified"})
    await settle(hass)
    assert result["reason"] == reason
    is_changed = reason == "reconfigure_successful"
    assert (entry_state(published) is ConfigEntryState.LOADED) is is_changed
    assert (published.data["host"] == server.host) is is_changed
