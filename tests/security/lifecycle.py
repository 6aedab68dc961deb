"""Exercise a server from its addition to its removal, and collect all texts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
import json
import logging
from typing import Any

from homeassistant.config_entries import SOURCE_REAUTH, ConfigFlowResult
from homeassistant.const import MATCH_ALL
from homeassistant.core import Event, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)
import pytest

from custom_components.supermicro_redfish.aiosupermicro import (
    SupermicroRedfishClient,
    SupermicroRedfishError,
)
from custom_components.supermicro_redfish.const import DOMAIN
from tests.integration.paths import FAN_MODE, LLDP, SESSIONS, SYSTEM, THERMAL
from tests.scenario.hass_instance import HassInstance
from tests.simulator import Bmc, Server

from .secret_search import SecretSearch

WRONG = "PLANTED-WRONG-PASSWORD"


@dataclass
class Lifecycle:
    """A server in Home Assistant, from its addition to its removal."""

    instance: HassInstance
    bmc: Bmc
    server: Server
    caplog: pytest.LogCaptureFixture
    storage: dict[str, Any]
    search: SecretSearch = field(default_factory=SecretSearch)

    def __post_init__(self) -> None:
        """Collect all events and log lines from now on."""
        self.caplog.set_level(logging.DEBUG)
        for name in list(logging.root.manager.loggerDict):
            if DOMAIN in name or "aiohttp" in name or "asyncio" in name:
                self.caplog.set_level(logging.DEBUG, name)
        self.instance.hass.bus.async_listen(MATCH_ALL, self._collect_event)

    @property
    def account(self) -> dict[str, str]:
        """The user name and password."""
        return {"username": self.bmc.username, "password": self.bmc.password}

    async def add(self) -> None:
        """Add the server after several mistakes."""
        host = {"host": self.server.host}
        form = self.collect_form(await self.instance.open_dialog())
        # A password in the host field stays visible there, so this is not collected.
        wrong_host = {"host": f"{self.bmc.username}:{self.bmc.password}@bmc"}
        await self.instance.fill_in(form, self.account | wrong_host)
        form = await self.fill_in(form, self.account | {"host": "127.0.0.1:1"})
        form = await self.fill_in(form, self.account | host | {"password": WRONG})
        self.echo(SESSIONS, 401, text=WRONG)
        form = await self.fill_in(form, {"certificate": "pin"})
        self.bmc.heal()
        await self.instance.fill_in(form, self.account | host)
        self.collect()

    async def poll_and_command(self) -> None:
        """Read and write, and collect all texts."""
        await self.instance.refresh()
        for entity, service, data in (
            ("light.identify_led", "turn_on", {}),
            ("light.identify_led", "turn_off", {}),
            ("select.fan_mode", "select_option", {"option": "full_speed"}),
            ("button.clear_log", "press", {}),
        ):
            try:
                await self.instance.call(entity, service, **data)
            except HomeAssistantError as error:
                self.search.add("error", error)
        await self.instance.settle()
        self.collect()

    async def fail(self) -> None:
        """Make polls and commands fail in every way."""
        for status in (300, 302, 304, 400, 403, 404, 409, 412, 429, 500, 503, 599):
            self.echo("*", status)
            await self.poll_and_command()
        bmc = self.bmc
        faults: tuple[Callable[[], None], ...] = (
            lambda: bmc.fail(
                "*", status=200, body=f"<p>{self._token}</p>", content_type="text/html"
            ),
            lambda: bmc.fail(
                "*", status=200, body="{}", headers={"X-Long": "a" * 20_000}
            ),
            lambda: bmc.cut("*"),
            lambda: bmc.drop("*"),
            lambda: bmc.hang("*", 1),
        )
        for inject in faults:
            inject()
            await self.poll_and_command()
            bmc.heal()
        bmc.heal()
        await self.instance.refresh()

    async def use_library(self) -> None:
        """Make the client of the entry raise exceptions, and collect them."""
        client: SupermicroRedfishClient = self.instance.entry.runtime_data.client
        for status in (302, 400, 401, 403, 404, 429, 500, 503):
            # A 401 leads to a new token, which the BMC has not received yet.
            self.echo(THERMAL, status, times=1)
            self.echo(SYSTEM, status, times=1)
            for request in (
                client.async_get_thermal,
                lambda: client.async_set_indicator_led("Lit"),
            ):
                try:
                    await request()
                except SupermicroRedfishError as error:
                    self.search.add("exception", error)
            self.bmc.heal()
        self.search.add("models", await client.async_get_all_data())

    async def reauthenticate(self) -> None:
        """Change the password, and enter the new one after a wrong one."""
        self.bmc.change_password(f"{self.bmc.password}!")
        self.bmc.expire_sessions()
        old = self.instance.entry.data["password"]
        self.echo(SESSIONS, 401, text=old, times=1)
        await self.instance.refresh()
        (form,) = self.instance.flows
        assert form["context"]["source"] == SOURCE_REAUTH
        self.search.add("flow", form)
        form = await self.fill_in(form, {**self.account, "password": WRONG})
        assert form["errors"]
        await self.fill_in(form, self.account)
        self.collect()

    async def reconfigure(self) -> None:
        """Enter invalid and valid addresses."""
        instance = self.instance
        form: Any = await instance.hass.config_entries.flow.async_init(
            DOMAIN,
            context={"source": "reconfigure", "entry_id": instance.entry.entry_id},
        )
        for answers in (
            {"host": "nonsense at all", **self.account},
            {"host": self.server.host, **self.account, "password": WRONG},
            {"host": self.server.host, **self.account},
        ):
            form = await self.fill_in(form, answers)

    async def lose_trust(self) -> None:
        """Change the certificate and remove licenses."""
        self.bmc.unlicensed = (LLDP, FAN_MODE)
        self.server.renew_certificate()
        await self.instance.reload()
        self.collect()
        assert ir.async_get(self.instance.hass).issues
        entry = self.instance.entry
        data = {**entry.data, "verify_ssl": self.server.certificate_sha256}
        self.instance.hass.config_entries.async_update_entry(entry, data=data)
        await self.instance.reload()
        self.collect()

    async def remove(self) -> None:
        """Remove the server while its logout fails."""
        self.echo(f"{SESSIONS}/*", 500)
        await self.instance.remove()
        self.bmc.heal()
        caplog = self.caplog
        log = "\n".join((*caplog.messages, caplog.text, str(caplog.records)))
        self.search.add("log", log)

    async def fill_in(self, form: Any, answers: dict[str, str]) -> ConfigFlowResult:
        """Fill in a form and collect the next one."""
        return self.collect_form(await self.instance.fill_in(form, answers), answers)

    def collect_form(
        self, form: ConfigFlowResult, answers: Mapping[str, str] | None = None
    ) -> ConfigFlowResult:
        """Collect the texts of a form.

        The form may contain the password that its user has just entered, unless the BMC
        has rejected it.
        """
        is_rejected = "invalid_auth" in (form.get("errors") or {}).values()
        entered = None if is_rejected else (answers or {}).get("password")
        assert form["type"] in ("form", "abort"), form
        shown = {key: value for key, value in form.items() if key != "result"}
        self.search.add("dialog", shown)
        for item in getattr(form.get("data_schema"), "schema", {}):
            suggested = (item.description or {}).get("suggested_value")
            if suggested is None or suggested != entered:
                self.search.add("dialog", vars(item))
        return form

    def collect(self) -> None:
        """Collect all texts in Home Assistant, except the stored credentials."""
        hass, entry, add = self.instance.hass, self.instance.entry, self.search.add
        for state in hass.states.async_all():
            add("states", state, state.as_dict())
        add("entities", er.async_get(hass)._data_to_save())
        add("devices", dr.async_get(hass)._data_to_save())
        add("issues", *ir.async_get(hass).issues.values())
        public = {**entry.as_dict(), "data": None}
        add("entry", entry, entry.title, public, entry.reason, vars(entry).keys())
        add("stored", {n: v for n, v in self.storage.items() if DOMAIN in n})
        if data := getattr(entry, "runtime_data", None):
            client, auth = data.client, data.client._connection._authenticator
            add("reprs", data, client, client.stats, client._connection)
            add("reprs", client._transport, auth, auth.state, auth._session)
            for coordinator in (data.dynamic, data.static, data.account):
                add("reprs", coordinator, coordinator.data, coordinator.last_exception)

    def echo(
        self, path: str, status: int, *, text: str = "", times: int | None = None
    ) -> None:
        """Make the BMC repeat the token, or a text, in all responses."""
        text = text or self._token
        info = {"Message": text, "MessageId": text, "MessageArgs": [text]}
        error = {"error": {"@Message.ExtendedInfo": [info], "message": text}}
        headers = {"Location": f"https://192.0.2.66/{self._token}", "X-Said": "x"}
        body = json.dumps(error)
        self.bmc.fail(path, status=status, body=body, headers=headers, times=times)

    @property
    def _token(self) -> str:
        """The token of the session, if there is one."""
        sessions = self.bmc.sessions._open
        return sessions[-1].token if sessions else ""

    @callback
    def _collect_event(self, event: Event) -> None:
        """Collect an event."""
        self.search.add("events", event, event.as_dict())
