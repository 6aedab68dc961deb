"""An impostor that can take over the address of the BMC."""

from collections.abc import Callable
from dataclasses import dataclass
import ssl
from typing import Any

from tests.scenario.network import Proxy
from tests.simulator import Bmc, Server

_CREDENTIAL_HEADERS = ("x-auth-token", "authorization", "cookie")


@dataclass
class Impostor:
    """BMC with the same responses as the real one, but another certificate.

    It knows the account of the real BMC, so that a login to it succeeds.
    """

    proxy: Proxy
    """The address of the BMC, which can lead to the impostor."""
    real: Server
    server: Server
    plain: Server
    """The impostor without TLS."""

    @property
    def bmc(self) -> Bmc:
        """The state of the impostor."""
        return self.server.bmc

    def take_over(self) -> None:
        """Direct all connections to the impostor."""
        self.proxy.forward_to(self.server.port)

    def leave(self) -> None:
        """Direct all connections to the real BMC again."""
        self.proxy.forward_to(self.real.port)

    def url(self, form: str, path: str) -> str:
        """Return the address of a path on the impostor in some spelling."""
        return form.format(
            bmc=self.real.host,
            other=self.server.host,
            other_port=self.server.port,
            plain=self.plain.host,
            path=path,
        )

    def assert_no_connection(self, detail: object = "") -> None:
        """Check that the impostor was not contacted, not even by a handshake."""
        assert not self.bmc.requests, detail
        assert not self.server.connections + self.plain.connections, detail

    @property
    def received_credentials(self) -> list[str]:
        """The requests that contain credentials or any other data."""
        return [
            f"{request.method} {request.path}"
            for request in self.bmc.requests
            if request.body is not None
            or request.method != "GET"
            or any(name in request.headers for name in _CREDENTIAL_HEADERS)
        ]


class Authority:
    """A certificate authority that Home Assistant and the library trust."""

    def __init__(self, context: ssl.SSLContext) -> None:
        """Initialize with a context that trusts the certificates."""
        self.context = context
        self.on_use: Callable[[int], Any] = lambda _: None
        """Called with the number of each use."""
        self._uses = 0

    def get_context(self) -> ssl.SSLContext:
        """Return the context for a connection."""
        self._uses += 1
        self.on_use(self._uses)
        return self.context
