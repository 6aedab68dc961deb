"""Test that a Home Assistant whose process was killed continues the fan control."""

import asyncio
from contextlib import suppress

import pytest

from tests.simulator import Bmc
from tests.simulator.cooling import Cooling

from .api import HomeAssistantApi
from .certificate import CertificateCheck
from .config_flow import add_server
from .console import DemoError
from .environment import StartedDemo, started_demo
from .options import parse
from .process import home_assistant
from .report import Report

_ZONE = "fan.x12spi_tf_fan_zone_1"
_OPTIONS = "api/config/config_entries/options/flow"
_SAVE_SECONDS = 3
"""Time after which Home Assistant has stored the entry."""


async def until_running(api: HomeAssistantApi) -> None:
    """Wait for the end of the start, before which no signal stops it cleanly."""
    is_running = False
    async with asyncio.timeout(90):
        while not is_running:
            await asyncio.sleep(0.5)
            with suppress(DemoError):
                is_running = await api.is_running()


async def turn_on(demo: StartedDemo) -> None:
    """Add the server and turn the fan control on."""
    target = demo.environment.target
    async with demo.api.websocket() as websocket:
        check = CertificateCheck(target.fingerprint)
        entry_id = await add_server(demo.api, websocket, target.form_data, check)
    form = await demo.api.post(_OPTIONS, {"handler": entry_id})
    first = {"dynamic_interval": 10, "static_interval": 15, "fan_control": True}
    form = await demo.api.post(f"{_OPTIONS}/{form['flow_id']}", first)
    second = {"port": target.ipmi_port, "floor": 20, "headroom": 10}
    result = await demo.api.post(f"{_OPTIONS}/{form['flow_id']}", second)
    assert result["type"] == "create_entry"


async def set_percentage(api: HomeAssistantApi, cooling: Cooling) -> None:
    """Set a percentage as soon as the fan entity exists."""
    data = {"entity_id": _ZONE, "percentage": 40}
    async with asyncio.timeout(90):
        while cooling.duties[0] != 40:
            await asyncio.sleep(1)
            await api.post("api/services/fan/set_percentage", data)


@pytest.mark.long
async def test_killed_process_continues_and_gives_fans_back_at_its_end(
    network: None,
) -> None:
    """Kill Home Assistant, change a duty, start again, and stop at the end."""
    async with started_demo(parse(["--check"]), Report()) as demo:
        server = demo.environment.target.server
        assert server
        bmc: Bmc = server.bmc
        cooling = bmc.cooling
        assert cooling
        await turn_on(demo)
        await set_percentage(demo.api, cooling)
        await asyncio.sleep(_SAVE_SECONDS)
        demo.process.kill()
        await demo.process.wait()
        assert bmc.fan_mode == "FullSpeed"
        cooling.duties[0] = 90
        environment = demo.environment
        async with home_assistant(environment.config, environment.python) as process:
            await until_running(demo.api)
            async with asyncio.timeout(30):
                while cooling.duties != {0: 40, 1: 30}:  # noqa: ASYNC110 - no event
                    await asyncio.sleep(0.1)
            assert process.returncode is None
            assert bmc.fan_mode == "FullSpeed"
        assert bmc.fan_mode == "Optimal"
    assert [mode for _, mode in cooling.mode_writes] == ["FullSpeed", "Optimal"]
