"""No secret gets into anything that somebody may read, in a whole life of a server."""

from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from tests.simulator import Bmc, Server

from .evidence import Evidence
from .life import WRONG, Life
from .planting import plant

PLACES = {
    "dialogue",
    "devices",
    "entities",
    "entry",
    "error",
    "events",
    "exception",
    "flow",
    "issues",
    "log",
    "models",
    "reprs",
    "states",
    "stored",
}


@pytest.mark.usefixtures("entity_registry_enabled_by_default", "impatient", "tidy")
async def test_no_secret_is_shown_in_a_whole_life(
    hass: HomeAssistant,
    bmc: Bmc,
    server: Server,
    caplog: pytest.LogCaptureFixture,
    hass_storage: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Added, polled, failing, commanded, changed and removed, with all logs on."""
    planted = plant(bmc, monkeypatch)
    life = Life(hass, bmc, server, caplog, hass_storage, Evidence())
    for step in (
        life.add,
        life.poll_and_command,
        life.fail,
        life.use_library,
        life.reauthenticate,
        life.reconfigure,
        life.lose_trust,
        life.remove,
    ):
        await step()
    assert life.evidence.texts.keys() == PLACES
    assert "***" in life.evidence.texts["log"][0]
    secrets = planted.credentials | planted.kept | {"wrong": WRONG}
    del secrets["own"]  # no private key belongs where a certificate is shown
    assert life.evidence.leaks(secrets) == set()


@pytest.mark.parametrize(
    "spelt", ['a"\\ä', r"a\"\\ä", r"a\"\\\u00e4", r'a"\\\xc3\xa4', "a%22%5C%C3%A4"]
)
def test_a_secret_is_found_however_it_is_spelt(spelt: str) -> None:
    """In what led to an exception, too: else this module would prove nothing."""
    evidence = Evidence()
    error = TypeError("harmless")
    error.__cause__ = ValueError(spelt)
    evidence.add("errors", error)
    evidence.add("text", f"before{spelt}after")
    evidence.add("other", "a")
    secret = {"it": 'a"\\ä'}
    assert evidence.leaks(secret) == {("it", "errors"), ("it", "text")}
