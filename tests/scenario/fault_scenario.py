"""A scenario that injects single faults and checks their effects."""

import asyncio
from dataclasses import dataclass, field
import logging
from typing import Any

import pytest

from custom_components.supermicro_redfish.const import DOMAIN
from tests.integration import logged_problems

from .scenario import Scenario


@dataclass(kw_only=True)
class FaultScenario(Scenario):
    """A scenario with checks of log, sessions and prompts."""

    caplog: pytest.LogCaptureFixture
    monkeypatch: pytest.MonkeyPatch
    tasks: list[asyncio.Future[Any]] = field(default_factory=list, init=False)
    """Operations that run at the same time."""

    @property
    def log(self) -> list[str]:
        """The warnings and errors about the integration."""
        return logged_problems(self.caplog)

    async def accept_certificate(self) -> None:
        """Accept the certificate in the only prompt that is open."""
        assert self.instance.prompts == ["certificate_changed"]
        await self.instance.accept_certificate()

    async def enter_password(self) -> None:
        """Enter the password in the only prompt that is open."""
        assert self.instance.prompts == ["reauth"]
        (form,) = self.instance.reauth_flows
        account = {"username": "ADMIN", "password": self.bmc.password}
        await self.instance.fill_in(form, account)

    def assert_log(self, expected: tuple[str, ...]) -> None:
        """Check that exactly the expected lines are logged, each once."""
        log = self.log
        assert len(log) == len(expected), log
        assert [
            text for text in expected if not any(text in line for line in log)
        ] == []

    def assert_plain_log(self) -> None:
        """Check that no line is logged twice, and no traceback."""
        records = [
            record
            for record in self.caplog.records
            if DOMAIN in record.name and record.levelno >= logging.INFO
        ]
        assert not [record for record in records if record.exc_info]
        lines = [record.getMessage() for record in records]
        assert len(lines) == len(set(lines)), lines

    async def assert_clean_end(self, parallel: int = 2) -> None:
        """Unload the entry; check that nothing is left and the load was limited."""
        assert self.instance.prompts == []
        self.assert_plain_log()
        await self.instance.unload()
        assert self.open_sessions == 0
        assert self.bmc.peak_parallel <= parallel
