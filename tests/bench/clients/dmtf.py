"""Measure the DMTF's redfish, and its utilities on boards without Thermal."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any
import warnings

from tests.bench.clients import driver


class Client:
    """Client that returns JSON without decoding it."""

    def __init__(self, job: dict[str, Any]) -> None:
        """Initialize with the address of the BMC."""
        self._host = job["host"]
        self._paths: dict[str, str] = {}

    @property
    def operations(self) -> Mapping[str, driver.Operation]:
        """The client's operations."""
        return {"minimal": self._minimal, "static": self._static}

    async def connect(self) -> None:
        """Log in."""
        self._http: Any = import_module("redfish").redfish_client(
            base_url=f"https://{self._host}", username="ADMIN", password="ADMIN"
        )
        self._http.login(auth="session")

    async def close(self) -> None:
        """Log out."""
        self._http.logout()

    async def _minimal(self) -> None:
        """Read the system and the sensors.

        Three GET requests are the cheapest way. On boards without Thermal and Power,
        the utilities read the sensors.
        """
        paths = self._find_paths()
        self._get(paths["system"])
        if "Thermal" in paths and "Power" in paths:
            self._get(paths["Thermal"])
            self._get(paths["Power"])
        else:
            import_module("redfish_utilities").get_sensors(self._http)

    async def _static(self) -> None:
        """Read the system, the chassis, the manager and its protocols."""
        paths = self._find_paths()
        for name in ("system", "chassis", "manager", "NetworkProtocol"):
            self._get(paths[name])

    def _get(self, path: str) -> Any:
        """Return the JSON of a resource."""
        response = self._http.get(path)
        if response.status != 200:
            raise ValueError(f"GET {path}: {response.status}")
        return response.dict

    def _find_paths(self) -> dict[str, str]:
        """Return the paths of the resources, found by links at the first call."""
        if not self._paths:
            root = self._http.root
            for name, key in (
                ("system", "Systems"),
                ("chassis", "Chassis"),
                ("manager", "Managers"),
            ):
                collection = self._get(root[key]["@odata.id"])
                self._paths[name] = collection["Members"][0]["@odata.id"]
            for owner in ("chassis", "manager"):
                for key, value in self._get(self._paths[owner]).items():
                    if key in ("Thermal", "Power", "NetworkProtocol"):
                        self._paths[key] = value["@odata.id"]
        return self._paths


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    driver.main(Client)
