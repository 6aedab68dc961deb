"""Fixtures of the IPMI tests: a served BMC and a client that is not connected."""

from collections.abc import AsyncIterator, Callable

import pytest

from aiosupermicro.ipmi import IpmiClient, client, login, transport
from tests.simulator import Bmc
from tests.simulator.ipmi import IpmiServer, serve_ipmi


@pytest.fixture
async def ipmi(network: None, bmc: Bmc) -> AsyncIterator[IpmiServer]:
    """Serve IPMI of the simulated BMC."""
    async with serve_ipmi(bmc) as server:
        yield server


@pytest.fixture
async def connect(
    bmc: Bmc, ipmi: IpmiServer
) -> AsyncIterator[Callable[..., IpmiClient]]:
    """Return a function that creates a client; close all clients at the end."""
    clients = []

    def create(
        password: str | None = None,
        *,
        host: str = "127.0.0.1",
        port: int | None = None,
        bmc_key: bytes | None = None,
    ) -> IpmiClient:
        created = IpmiClient(
            host,
            bmc.username,
            bmc.password if password is None else password,
            port=port or ipmi.port,
            bmc_key=bmc_key,
        )
        clients.append(created)
        return created

    yield create
    for item in clients:
        await item.async_close()


@pytest.fixture
def ipmi_client(connect: Callable[..., IpmiClient]) -> IpmiClient:
    """Return a client that is not connected."""
    return connect()


@pytest.fixture
def hasten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Divide all timeouts of the client by ten."""
    for module in (client, login, transport):
        for name in dir(module):
            if name.startswith("IPMI_") and name.endswith("_SECONDS"):
                monkeypatch.setattr(module, name, getattr(module, name) / 10)
