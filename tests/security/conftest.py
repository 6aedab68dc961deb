"""Fixtures: an impostor of the BMC, and a trusted certificate authority."""

from collections.abc import AsyncIterator
import ssl

import pytest

from custom_components.supermicro_redfish import client
from custom_components.supermicro_redfish.aiosupermicro.http import transport
from tests.scenario.fixtures import *  # noqa: F403 - found by their names
from tests.scenario.network import run_proxy
from tests.simulator import Bmc, Server, serve
from tests.simulator.certificate import Certificate

from .impostor import Authority, Impostor

_FORGED = Certificate.generate()
_TRUSTED = Certificate.generate("127.0.0.1")


@pytest.fixture
async def impostor(bmc: Bmc, server: Server) -> AsyncIterator[Impostor]:
    """Return an inactive impostor."""
    copy = Bmc(
        bmc.board,
        clock=bmc.clock,
        username=bmc.username,
        password=bmc.password,
        task_seconds=0,
    )
    async with (
        run_proxy(server.port) as proxy,
        serve(copy) as running,
        serve(copy, tls=False) as plain,
    ):
        running.renew_certificate(_FORGED)
        yield Impostor(proxy, server, running, plain)


@pytest.fixture
def authority(server: Server, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """Return the authority of the BMC's certificate."""
    server.renew_certificate(_TRUSTED)
    authority = Authority(ssl.create_default_context(cadata=_TRUSTED.pem.decode()))
    monkeypatch.setattr(client, "get_default_context", authority.get_context)
    monkeypatch.setattr(transport, "_VERIFYING", authority.context)
    return authority
