"""Measure OpenStack's sushy."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any
import warnings

from tests.bench.clients import driver


class Client:
    """Client that reads one resource after the other."""

    def __init__(self, job: dict[str, Any]) -> None:
        """Initialize with the address of the BMC."""
        self._host = job["host"]
        self._sushy: Any = import_module("sushy")

    @property
    def operations(self) -> Mapping[str, driver.Operation]:
        """The client's operations."""
        return {"minimal": self._minimal, "static": self._static}

    async def connect(self) -> None:
        """Log in."""
        auth_module = import_module("sushy.auth")
        auth = auth_module.SessionAuth("ADMIN", "ADMIN")
        self._root = self._sushy.Sushy(f"https://{self._host}", auth=auth, verify=False)
        self._sensors: list[Any] = []
        self._settings: list[Any] = []

    async def close(self) -> None:
        """Log out."""
        self._root._auth.close()

    def _system(self) -> Any:
        """Return the first system."""
        identities = self._root.get_system_collection().members_identities
        return self._root.get_system(identities[0])

    async def _minimal(self) -> None:
        """Read the system, Thermal and Power."""
        if not self._sensors:
            system = self._system()
            chassis = system.chassis[0]
            self._sensors = [system, chassis.thermal, chassis.power]
        else:
            _refresh(self._sensors)
        _access_readings(self._sensors)

    async def _static(self) -> None:
        """Read the system, the chassis and the manager.

        The client supports no further static resource.
        """
        if not self._settings:
            system = self._system()
            self._settings = [system, system.chassis[0], system.managers[0]]
            return
        _refresh(self._settings)


def _refresh(resources: list[Any]) -> None:
    """Refresh resources, each once; a forced refresh would read two of them twice."""
    for resource in resources:
        resource.invalidate()
    for resource in resources:
        resource.refresh(force=False)


def _access_readings(resources: list[Any]) -> None:
    """Access the readings, which sushy decodes lazily."""
    system, thermal, power = resources
    readings = [item.reading_celsius for item in thermal.temperatures]
    readings += [item.reading for item in thermal.fans]
    readings += [item.last_power_output_watts for item in power.power_supplies]
    if not readings or not system.power_state:
        raise ValueError("no sensor was read from this board")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    driver.main(Client)
