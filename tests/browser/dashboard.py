"""Show the dashboard of the documentation in Home Assistant."""

from datetime import UTC, datetime, timedelta
from math import pi, sin
from typing import Any, Final

from annotatedyaml import parse_yaml
from playwright.async_api import Locator, expect

from tests.demo.api import HomeAssistantApi, WebSocket
from tests.demo.configuration import ROOT

from .browser import BrowserSession

FILE: Final = ROOT / "blueprints" / "dashboard.yaml"
PATH: Final = "server-page"

_BROKEN = "hui-error-card, hui-warning, hui-error-badge, hui-unavailable-row"


async def add_dashboard(api: HomeAssistantApi) -> None:
    """Add the dashboard in the same way as pasting it into the editor."""
    config = parse_yaml(FILE.read_text("utf-8"))
    async with api.websocket() as websocket:
        await websocket.call(
            "lovelace/dashboards/create", url_path=PATH, title="Server"
        )
        await websocket.call("lovelace/config/save", url_path=PATH, config=config)


async def open_dashboard(browser: BrowserSession) -> None:
    """Open the dashboard and wait until all cards are drawn."""
    await browser.open(PATH)
    cards = [card for section in _sections() for card in section["cards"]]
    await expect(browser.tab.locator("hui-card")).to_have_count(len(cards))
    graphs = [card for card in cards if card["type"] == "statistics-graph"]
    drawn = browser.tab.locator("hui-statistics-graph-card canvas")
    await expect(drawn).to_have_count(len(graphs))
    await expect(browser.tab.locator("hui-logbook-card ha-card")).to_be_visible()


def _sections() -> list[dict[str, Any]]:
    """Return the sections of the view that the dashboard opens with."""
    config: Any = parse_yaml(FILE.read_text("utf-8"))
    sections: list[dict[str, Any]] = config["views"][0]["sections"]
    return sections


def broken_cards(browser: BrowserSession) -> Locator:
    """Return the error cards that Home Assistant shows instead of broken ones."""
    return browser.tab.locator(_BROKEN)


async def add_statistics(api: HomeAssistantApi) -> None:
    """Import the statistics of the past 30 hours, so that graphs have data."""
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    hours = [(n, (hour + timedelta(hours=n)).isoformat()) for n in range(-30, 0)]
    watts = {n: 118 + 45 * max(0, sin(n * pi / 12)) + n * 7 % 5 for n, _ in hours}
    power = [
        {"start": start, "mean": watts[n], "min": watts[n] - 9, "max": watts[n] + 14}
        for n, start in hours
    ]
    # Home Assistant continues the sum from zero.
    energy = [
        {
            "start": start,
            "state": 0,
            "sum": -sum(watts[m] for m in range(n + 1, 0)) / 1000,
        }
        for n, start in hours
    ]
    async with api.websocket() as websocket:
        await _import(websocket, "power_consumption", "W", "power", power)
        await _import(websocket, "energy", "kWh", "energy", energy)


async def _import(
    websocket: WebSocket,
    name: str,
    unit: str,
    unit_class: str,
    stats: list[dict[str, Any]],
) -> None:
    """Import the statistics of a sensor."""
    metadata = {
        "statistic_id": f"sensor.x12spi_tf_{name}",
        "source": "recorder",
        "name": None,
        "has_sum": "sum" in stats[0],
        "mean_type": int("mean" in stats[0]),
        "unit_class": unit_class,
        "unit_of_measurement": unit,
    }
    await websocket.call("recorder/import_statistics", metadata=metadata, stats=stats)
