"""Show the dashboard of the documentation in Home Assistant."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from math import pi, sin
from pathlib import Path
from sqlite3 import connect
from typing import Any, Final

from annotatedyaml import parse_yaml
from playwright.async_api import Locator, expect

from tests.demo.api import HomeAssistantApi, WebSocket
from tests.demo.configuration import ROOT

from .browser import BrowserSession, wait_until

FILE: Final = ROOT / "blueprints" / "dashboard.yaml"
PATH: Final = "server-page"

_STEP_SECONDS = 300
_METADATA = (
    "SELECT id FROM statistics_meta "
    "WHERE statistic_id = 'sensor.x12spi_tf_power_consumption'"
)
_ADD = (
    "INSERT OR IGNORE INTO statistics_short_term "
    "(metadata_id, created_ts, start_ts, mean, min, max) VALUES (?, ?, ?, ?, ?, ?)"
)

_BROKEN = "hui-error-card, hui-warning, hui-error-badge, hui-unavailable-row"


async def add_dashboard(api: HomeAssistantApi) -> None:
    """Add the dashboard in the same way as pasting it into the editor."""
    config = parse_yaml(FILE.read_text("utf-8"))
    async with api.websocket() as websocket:
        await websocket.call(
            "lovelace/dashboards/create", url_path=PATH, title="Server"
        )
        await websocket.call("lovelace/config/save", url_path=PATH, config=config)


async def open_dashboard(
    browser: BrowserSession, *, has_statistics: bool = True
) -> None:
    """Open the dashboard and wait until all cards are drawn."""
    await browser.open(PATH)
    cards = [card for section in _sections() for card in section["cards"]]
    await expect(browser.tab.locator("hui-card")).to_have_count(len(cards))
    graphs = [card for card in cards if card["type"] == "statistics-graph"]
    drawn = browser.tab.locator("hui-statistics-graph-card canvas")
    if has_statistics:
        await expect(drawn).to_have_count(len(graphs))
    await expect(browser.tab.locator("hui-logbook-card ha-card")).to_be_visible()


async def open_energy_dashboard(
    browser: BrowserSession, api: HomeAssistantApi
) -> Locator:
    """Add the server to the energy dashboard, and return its card of the day before."""
    device = {
        "stat_consumption": "sensor.x12spi_tf_energy",
        "stat_rate": "sensor.x12spi_tf_power_consumption",
    }
    async with api.websocket() as websocket:
        await websocket.call("energy/save_prefs", device_consumption=[device])
    await browser.open("energy")
    card = browser.tab.locator("hui-energy-devices-detail-graph-card")
    await expect(card.locator("canvas")).to_be_visible()
    period = browser.tab.locator("hui-energy-period-selector")
    await period.get_by_label("Previous").click()
    await expect(card.locator("canvas")).to_be_visible()
    return card


def _sections() -> list[dict[str, Any]]:
    """Return the sections of the view that the dashboard opens with."""
    config: Any = parse_yaml(FILE.read_text("utf-8"))
    sections: list[dict[str, Any]] = config["views"][0]["sections"]
    return sections


def broken_cards(browser: BrowserSession) -> Locator:
    """Return the error cards that Home Assistant shows instead of broken ones."""
    return browser.tab.locator(_BROKEN)


async def add_statistics(api: HomeAssistantApi, config: Path) -> None:
    """Add the statistics of the past two days, so that graphs have data."""
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    hours = [(n, (hour + timedelta(hours=n)).isoformat()) for n in range(-48, 0)]
    watts = {n: _watts(n) for n, _ in hours}
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
    await _add_short_statistics(config)


def _watts(hour: float) -> float:
    """Return the power at an hour relative to now."""
    return 118 + 45 * max(0, sin(hour * pi / 12)) + int(hour * 12) * 7 % 5


async def _add_short_statistics(config: Path) -> None:
    """Add the power of the past day in steps of 5 minutes.

    Home Assistant imports hours only, and stores them some time later.
    """
    now = datetime.now(UTC).timestamp() // _STEP_SECONDS * _STEP_SECONDS
    with closing(connect(config / "home-assistant_v2.db", autocommit=True)) as database:
        metadata: list[Any] = []

        def is_imported() -> bool:
            metadata[:] = database.execute(_METADATA).fetchone() or []
            return bool(metadata)

        await wait_until(is_imported)
        rows = [
            (*metadata, start, start, watts, watts - 4, watts + 6)
            for step in range(2, 24 * 12)
            for start in [now - step * _STEP_SECONDS]
            for watts in [_watts(-step / 12)]
        ]
        database.executemany(_ADD, rows)


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
