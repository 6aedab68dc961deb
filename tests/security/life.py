"""The whole life of a server in Home Assistant, and all that it leaves behind."""

from dataclasses import dataclass
import json
import logging
from typing import Any

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry, ConfigFlowResult
from homeassistant.const import MATCH_ALL
from homeassistant.core import Event, HomeAssistant, callback
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
from tests.integration import FAN_MODE, LLDP, SESSIONS, SYSTEM, THERMAL, call
from tests.integration.dialog import begin, fill_in
from tests.simulator import Bmc, Server

from .evidence import Evidence

WRONG = "PLANTED-WRONG-PASSWORD"


@dataclass
class Life:
    """A server that goes through everything, with somebody who takes notes."""

    hass: HomeAssistant
    bmc: Bmc
    server: Server
    caplog: pytest.LogCaptureFixture
    storage: dict[str, Any]
    evidence: Evidence
    entry: ConfigEntry | None = None

    def __post_init__(self) -> None:
        """Listen to everything from now on."""
        self.caplog.set_level(logging.DEBUG)
        for name in list(logging.root.manager.loggerDict):
            if DOMAIN in name or "aiohttp" in name or "asyncio" in name:
                self.caplog.set_level(logging.DEBUG, name)
        self.hass.bus.async_listen(MATCH_ALL, self._hear)

    @property
    def account(self) -> dict[str, str]:
        """What the user enters."""
        return {"username": self.bmc.username, "password": self.bmc.password}

    @property
    def added(self) -> ConfigEntry:
        """The entry, once there is one."""
        assert self.entry
        return self.entry

    async def settle(self) -> None:
        """Wait until all is done."""
        await self.hass.async_block_till_done(wait_background_tasks=True)

    async def add(self) -> None:
        """Add the server, after some mistakes."""
        host = {"host": self.server.host}
        form = self.look_at(await begin(self.hass))
        # What was entered into a field that all can read stands there still.
        named = {"host": f"{self.bmc.username}:{self.bmc.password}@bmc"}
        await fill_in(self.hass, form, self.account | named)
        nobody = {"host": "127.0.0.1:1"}
        form = self.look_at(await fill_in(self.hass, form, self.account | nobody))
        wrong = {**self.account, **host, "password": WRONG}
        form = self.look_at(await fill_in(self.hass, form, wrong))
        self.parrot(SESSIONS, 401, words=WRONG)
        form = self.look_at(await fill_in(self.hass, form, {"certificate": "pin"}))
        self.bmc.heal()
        result = await fill_in(self.hass, form, self.account | host)
        self.entry = result["result"]
        await self.settle()
        self.look()

    async def poll(self) -> None:
        """Read everything."""
        data = self.added.runtime_data
        for coordinator in (data.dynamic, data.static, data.account):
            await coordinator.async_refresh()
        await self.settle()

    async def fail(self) -> None:
        """Let polls and commands fail in all ways that there are."""
        for status in (300, 302, 304, 400, 403, 404, 409, 412, 429, 500, 503, 599):
            self.parrot("*", status)
            await self.poll_and_command()
        for spoil in (self._page, self._header, self._cut, self._drop, self._hang):
            spoil()
            await self.poll_and_command()
            self.bmc.heal()
        self.bmc.heal()
        await self.poll()

    async def poll_and_command(self) -> None:
        """Read and write, and look at what that leaves."""
        await self.poll()
        await self.command()
        self.look()

    async def command(self) -> None:
        """Command the server."""
        for of, service, data in (
            ("light.identify_led", "turn_on", {}),
            ("light.identify_led", "turn_off", {}),
            ("select.fan_mode", "select_option", {"option": "full_speed"}),
            ("button.clear_log", "press", {}),
        ):
            try:
                await call(self.hass, self.added, of, service, **data)
            except HomeAssistantError as error:
                self.evidence.add("error", error)
        await self.settle()

    async def use_library(self) -> None:
        """Let the entry's own client raise, and keep what it raises."""
        client: SupermicroRedfishClient = self.added.runtime_data.client
        for status in (302, 400, 401, 403, 404, 429, 500, 503):
            # After a 401 there is another token, which the BMC was not shown yet.
            self.parrot(THERMAL, status, times=1)
            self.parrot(SYSTEM, status, times=1)
            for work in (
                client.async_get_thermal,
                lambda: client.async_set_indicator_led("Lit"),
            ):
                try:
                    await work()
                except SupermicroRedfishError as error:
                    self.evidence.add("exception", error)
            self.bmc.heal()
        self.evidence.add("models", await client.async_get_all_data())

    async def reauthenticate(self) -> None:
        """Let the password change, and enter the new one after a wrong one."""
        self.bmc.change_password(f"{self.bmc.password}!")
        self.bmc.expire_sessions()
        self.parrot(SESSIONS, 401, words=self.added.data["password"], times=1)
        await self.poll()
        (flow,) = self.hass.config_entries.flow.async_progress_by_handler(DOMAIN)
        assert flow["context"]["source"] == SOURCE_REAUTH
        self.evidence.add("flow", flow)
        form: Any = {"flow_id": flow["flow_id"]}
        wrong = {**self.account, "password": WRONG}
        form = self.look_at(await fill_in(self.hass, form, wrong))
        assert form["errors"]
        self.look_at(await fill_in(self.hass, form, self.account))
        await self.settle()
        self.look()

    async def reconfigure(self) -> None:
        """Enter another address, wrongly and rightly."""
        form: Any = await self.hass.config_entries.flow.async_init(
            DOMAIN,
            context={"source": "reconfigure", "entry_id": self.added.entry_id},
        )
        for answer in (
            {"host": "nonsense at all", **self.account},
            {"host": self.server.host, **self.account, "password": WRONG},
            {"host": self.server.host, **self.account},
        ):
            form = self.look_at(await fill_in(self.hass, form, answer))
        await self.settle()

    async def lose_trust(self) -> None:
        """Let the certificate change, and a licence be missing."""
        self.bmc.unlicensed = (LLDP, FAN_MODE)
        self.server.renew_certificate()
        await self.hass.config_entries.async_reload(self.added.entry_id)
        await self.settle()
        self.look()
        assert ir.async_get(self.hass).issues
        data = {**self.added.data, "verify_ssl": self.server.certificate_sha256}
        self.hass.config_entries.async_update_entry(self.added, data=data)
        await self.hass.config_entries.async_reload(self.added.entry_id)
        await self.settle()
        self.look()

    async def remove(self) -> None:
        """Take the server away."""
        self.parrot(f"{SESSIONS}/*", 500)
        await self.hass.config_entries.async_remove(self.added.entry_id)
        await self.settle()
        self.bmc.heal()
        log = "\n".join(
            (*self.caplog.messages, self.caplog.text, str(self.caplog.records))
        )
        self.evidence.add("log", log)

    def look_at(self, result: ConfigFlowResult) -> ConfigFlowResult:
        """Keep what a dialogue shows."""
        assert result["type"] in ("form", "abort"), result
        shown = {key: value for key, value in result.items() if key != "result"}
        self.evidence.add("dialogue", shown)
        for field in getattr(result.get("data_schema"), "schema", {}):
            self.evidence.add("dialogue", vars(field))
        return result

    def look(self) -> None:
        """Keep everything that Home Assistant holds, but what it has to keep."""
        hass, entry, see = self.hass, self.added, self.evidence.add
        for state in hass.states.async_all():
            see("states", state, state.as_dict())
        see("entities", er.async_get(hass)._data_to_save())
        see("devices", dr.async_get(hass)._data_to_save())
        see("issues", *ir.async_get(hass).issues.values())
        kept = {**entry.as_dict(), "data": None}
        see("entry", entry, entry.title, kept, entry.reason, vars(entry).keys())
        see("stored", {n: v for n, v in self.storage.items() if DOMAIN in n})
        if data := getattr(entry, "runtime_data", None):
            client = data.client
            see("reprs", data, client, client.stats, client._connection)
            see("reprs", client._transport, client._connection._authenticator)
            see(
                "reprs",
                client._connection._authenticator.state,
                client._connection._authenticator._session,
            )
            for coordinator in (data.dynamic, data.static, data.account):
                see("reprs", coordinator, coordinator.data, coordinator.last_exception)

    def parrot(
        self, path: str, status: int, *, words: str = "", times: int | None = None
    ) -> None:
        """Let the BMC repeat what it is shown, in all places that are read."""
        words = words or self._token
        notice = {"Message": words, "MessageId": words, "MessageArgs": [words]}
        error = {"error": {"@Message.ExtendedInfo": [notice], "message": words}}
        headers = {"Location": f"https://192.0.2.66/{self._token}", "X-Said": "x"}
        body = json.dumps(error)
        self.bmc.fail(path, status=status, body=body, headers=headers, times=times)

    @property
    def _token(self) -> str:
        """The token of the session, if there is one."""
        sessions = self.bmc.sessions._open
        return sessions[-1].token if sessions else ""

    def _page(self) -> None:
        """Answer with a page that shows the token."""
        page = f"<p>{self._token}</p>"
        self.bmc.fail("*", status=200, body=page, content_type="text/html")

    def _header(self) -> None:
        """Answer with a header that no client takes."""
        self.bmc.fail("*", status=200, body="{}", headers={"X-Long": "a" * 20_000})

    def _cut(self) -> None:
        """Break off in the middle."""
        self.bmc.cut("*")

    def _drop(self) -> None:
        """Break off before any answer."""
        self.bmc.drop("*")

    def _hang(self) -> None:
        """Answer too late."""
        self.bmc.hang("*", 1)

    @callback
    def _hear(self, event: Event) -> None:
        """Keep an event."""
        self.evidence.add("events", event, event.as_dict())
