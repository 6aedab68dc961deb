"""What the owner of a server can mend with a click."""

from typing import cast, override

from homeassistant.components.repairs import (
    ConfirmRepairFlow,
    RepairsFlow,
    RepairsFlowResult,
)
from homeassistant.const import CONF_VERIFY_SSL
from homeassistant.core import HomeAssistant


class AcceptCertificateFlow(ConfirmRepairFlow):
    """Accepts the certificate that the issue shows, and connects again."""

    def __init__(self, entry_id: str, fingerprint: str) -> None:
        """Keep what is accepted: nothing else, even if the BMC has changed again."""
        self._entry_id = entry_id
        self._fingerprint = fingerprint

    @override
    async def async_step_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Show both certificates, and accept the new one."""
        if user_input is None:
            return await super().async_step_confirm()
        entries = self.hass.config_entries
        if entry := entries.async_get_entry(self._entry_id):
            data = {**entry.data, CONF_VERIFY_SSL: self._fingerprint}
            entries.async_update_entry(entry, data=data)
            entries.async_schedule_reload(entry.entry_id)
        return self.async_create_entry(data={})


async def async_create_fix_flow(
    hass: HomeAssistant,  # noqa: ARG001 - Home Assistant's
    issue_id: str,  # noqa: ARG001
    data: dict[str, str | int | float | None] | None,
) -> RepairsFlow:
    """Return what mends an issue; there is one kind that can be mended here."""
    known = cast("dict[str, str]", data)
    return AcceptCertificateFlow(known["entry_id"], known["fingerprint"])
