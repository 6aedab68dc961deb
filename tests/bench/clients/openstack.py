"""OpenStack's sushy."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any
import warnings

from tests.bench.clients import driver


class Client:
    """A client that reads one resource after the other."""

    def __init__(self, job: dict[str, Any]) -> None:
        """Know where the BMC is."""
        self._host = job["host"]
        self._sushy: Any = import_module("sushy")

    @property
    def ways(self) -> Mapping[str, driver.Way]:
        """What it can do."""
        return {"three": self._three, "static": self._static}

    async def connect(self) -> None:
        """Log in, and find what is read later."""
        auth_module = import_module("sushy.auth")
        auth = auth_module.SessionAuth("ADMIN", "ADMIN")
        self._root = self._sushy.Sushy(f"https://{self._host}", auth=auth, verify=False)
        self._parts: list[Any] = []
        self._rare: list[Any] = []

    async def close(self) -> None:
        """Log out."""
        self._root._auth.close()

    def _system(self) -> Any:
        """Return the first system."""
        identities = self._root.get_system_collection().members_identities
        return self._root.get_system(identities[0])

    async def _three(self) -> None:
        """Read the system, Thermal and Power."""
        if not self._parts:
            system = self._system()
            chassis = system.chassis[0]
            self._parts = [system, chassis.thermal, chassis.power]
        else:
            _refresh(self._parts)
        _use(self._parts)

    async def _static(self) -> None:
        """Read the system, the chassis and the manager, which is all that it knows."""
        if not self._rare:
            system = self._system()
            self._rare = [system, system.chassis[0], system.managers[0]]
            return
        _refresh(self._rare)


def _refresh(parts: list[Any]) -> None:
    """Read resources anew, each once: forced, sushy would read two of them twice."""
    for part in parts:
        part.invalidate()
    for part in parts:
        part.refresh(force=False)


def _use(parts: list[Any]) -> None:
    """Look at what is decoded only when somebody looks at it."""
    system, thermal, power = parts
    readings = [item.reading_celsius for item in thermal.temperatures]
    readings += [item.reading for item in thermal.fans]
    readings += [item.last_power_output_watts for item in power.power_supplies]
    if not readings or not system.power_state:
        raise ValueError("it reads nothing of this board")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    driver.main(Client)
