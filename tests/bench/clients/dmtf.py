"""The DMTF's redfish, and its utilities where the plain calls are not enough."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any
import warnings

from tests.bench.clients import driver


class Client:
    """A client that returns the JSON as it is."""

    def __init__(self, job: dict[str, Any]) -> None:
        """Know where the BMC is."""
        self._host = job["host"]
        self._paths: dict[str, str] = {}

    @property
    def ways(self) -> Mapping[str, driver.Way]:
        """What it can do."""
        return {"three": self._three, "static": self._static}

    async def connect(self) -> None:
        """Log in."""
        self._http: Any = import_module("redfish").redfish_client(
            base_url=f"https://{self._host}", username="ADMIN", password="ADMIN"
        )
        self._http.login(auth="session")

    async def close(self) -> None:
        """Log out."""
        self._http.logout()

    async def _three(self) -> None:
        """Read the system and the sensors: by hand, or by the utilities.

        By hand is cheaper, but needs Thermal and Power.
        """
        paths = self._find()
        self._get(paths["system"])
        if "Thermal" in paths and "Power" in paths:
            self._get(paths["Thermal"])
            self._get(paths["Power"])
        else:
            import_module("redfish_utilities").get_sensors(self._http)

    async def _static(self) -> None:
        """Read the system, the chassis, the manager and its protocols."""
        paths = self._find()
        for name in ("system", "chassis", "manager", "NetworkProtocol"):
            self._get(paths[name])

    def _get(self, path: str) -> Any:
        """Return the JSON of a resource."""
        answer = self._http.get(path)
        if answer.status != 200:
            raise ValueError(f"GET {path}: {answer.status}")
        return answer.dict

    def _find(self) -> dict[str, str]:
        """Return where everything is, by links, once."""
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
