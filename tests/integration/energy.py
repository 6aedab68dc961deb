"""Energy that Home Assistant counts, and the true energy of the machine."""

from dataclasses import dataclass
from math import sin

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from tests.conftest import Clock
from tests.simulator.power_record import PowerRecord

from . import entity, set_up

ENERGY = "sensor.energy"


def varying_power(time: float) -> float:
    """Return a power between 80 and 720 W; most of it has a period of four hours."""
    return 400 + 250 * sin(time / 2300) + 70 * sin(time / 95)


@dataclass
class Meter:
    """The energy that Home Assistant counts, and the true energy."""

    hass: HomeAssistant
    entry: ConfigEntry
    clock: Clock
    freezer: FrozenDateTimeFactory
    record: PowerRecord
    began: float

    async def stop(self) -> None:
        """Stop Home Assistant."""
        await self.hass.config_entries.async_unload(self.entry.entry_id)

    def tick(self, seconds: float) -> None:
        """Let time pass while Home Assistant is stopped."""
        self.freezer.tick(seconds)
        self.clock.tick(seconds)

    async def start(self) -> None:
        """Start Home Assistant."""
        await set_up(self.hass, self.entry)

    async def stop_for(self, seconds: float) -> None:
        """Stop Home Assistant for a while."""
        await self.stop()
        self.tick(seconds)
        await self.start()

    @property
    def true(self) -> float:
        """The energy since the beginning, in kWh."""
        return self.record.watt_hours(self.began, self.clock.now) / 1000

    @property
    def counted(self) -> float:
        """The energy that the entity shows, in kWh."""
        return float(entity(self.hass, self.entry, ENERGY).state)

    @property
    def uncounted_hours(self) -> float:
        """The hours that were not counted."""
        hours = entity(self.hass, self.entry, ENERGY).attributes["uncounted_hours"]
        return float(hours)
