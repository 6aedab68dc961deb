"""The dashboard that can be pasted, in Home Assistant."""

from datetime import UTC, datetime, timedelta
from math import pi, sin
from typing import Any, Final

from annotatedyaml import parse_yaml
from playwright.async_api import Locator, expect

from tests.demo.api import Page, Socket
from tests.demo.configuration import ROOT

from .browser import Visitor

FILE: Final = ROOT / "blueprints" / "dashboard.yaml"
PATH: Final = "server-page"

_BROKEN = "hui-error-card, hui-warning, hui-error-badge, hui-unavailable-row"


async def add_dashboard(page: Page) -> None:
    """Add it as its user does, who pastes it into the editor."""
    config = parse_yaml(FILE.read_text("utf-8"))
    async with page.socket() as socket:
        await socket.ask("lovelace/dashboards/create", url_path=PATH, title="Server")
        await socket.ask("lovelace/config/save", url_path=PATH, config=config)


async def open_dashboard(visitor: Visitor) -> None:
    """Show it, and wait until all of it is there."""
    await visitor.go(PATH)
    cards = [card for section in _sections() for card in section["cards"]]
    await expect(visitor.tab.locator("hui-card")).to_have_count(len(cards))
    graphs = [card for card in cards if card["type"] == "statistics-graph"]
    drawn = visitor.tab.locator("hui-statistics-graph-card canvas")
    await expect(drawn).to_have_count(len(graphs))
    await expect(visitor.tab.locator("hui-logbook-card ha-card")).to_be_visible()


def _sections() -> list[dict[str, Any]]:
    """Return the parts of the dashboard."""
    config: Any = parse_yaml(FILE.read_text("utf-8"))
    return [section for view in config["views"] for section in view["sections"]]


def broken_cards(visitor: Visitor) -> Locator:
    """Return what stands where Home Assistant can make nothing of a card."""
    return visitor.tab.locator(_BROKEN)


async def add_past(page: Page) -> None:
    """Let the server have run for a day already, so that graphs have what to show."""
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    hours = [(n, (hour + timedelta(hours=n)).isoformat()) for n in range(-30, 0)]
    watts = {n: 118 + 45 * max(0, sin(n * pi / 12)) + n * 7 % 5 for n, _ in hours}
    power = [
        {"start": start, "mean": watts[n], "min": watts[n] - 9, "max": watts[n] + 14}
        for n, start in hours
    ]
    # Home Assistant goes on counting from zero.
    energy = [
        {
            "start": start,
            "state": 0,
            "sum": -sum(watts[m] for m in range(n + 1, 0)) / 1000,
        }
        for n, start in hours
    ]
    async with page.socket() as socket:
        await _import(socket, "power_consumption", "W", "power", power)
        await _import(socket, "energy", "kWh", "energy", energy)


async def _import(
    socket: Socket, name: str, unit: str, unit_class: str, stats: list[dict[str, Any]]
) -> None:
    """Give an entity a past."""
    metadata = {
        "statistic_id": f"sensor.x12spi_tf_{name}",
        "source": "recorder",
        "name": None,
        "has_sum": "sum" in stats[0],
        "mean_type": int("mean" in stats[0]),
        "unit_class": unit_class,
        "unit_of_measurement": unit,
    }
    await socket.ask("recorder/import_statistics", metadata=metadata, stats=stats)
