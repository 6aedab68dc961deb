from aiosupermicro import DynamicData, SupermicroRedfishClient
from tests.simulator import Bmc


def sensor_paths(bmc: Bmc, part: str = "") -> list[str]:
    """Return the paths of the sensors with a text in their path."""
    return [path for path in bmc.store.paths if "/Sensors/" in path and part in path]


def move_sensors(bmc: Bmc) -> None:
    """Add one to the readings of all sensors."""
    for path in sensor_paths(bmc):
        bmc.change(path, {"Reading": bmc.store[path]["Reading"] + 1})


async def poll_after_discovery(client: SupermicroRedfishClient) -> DynamicData:
    """Return the data of a poll after the discovery."""
    await client.async_get_dynamic_data(complete=True)
    await client.async_get_static_data()
    return await client.async_get_dynamic_data()
