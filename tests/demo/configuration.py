"""The configuration folder that Home Assistant is started in."""

from collections.abc import Iterator
from contextlib import contextmanager
import json
from pathlib import Path
import shutil
from tempfile import TemporaryDirectory
from typing import Any, Final

DOMAIN: Final = "supermicro_redfish"
HOST: Final = "127.0.0.1"
ROOT: Final = Path(__file__).parents[2]
CONSOLE: Final = "console.log"
LOG: Final = "home-assistant.log"
REQUESTS: Final = "requests.log"

# This step of the onboarding adds weather, radio and speech services that are on the
# internet. The others are done as a browser does them.
_ONBOARDING = {"done": ["core_config"]}


@contextmanager
def temporary_configuration(
    port: int, keep: Path | None, *, bare: bool
) -> Iterator[Path]:
    """Make a fresh folder, and take it away when Home Assistant has ended.

    Its logs go to another folder, if one is given. A bare one is outside of this
    project, and has a copy of the integration instead of a link to it.
    """
    cache = ROOT / ".cache"
    cache.mkdir(exist_ok=True)
    with TemporaryDirectory(
        prefix="demo.", dir=None if bare else cache, ignore_cleanup_errors=True
    ) as folder:
        config = Path(folder)
        _fill(config, port)
        _install(config / "custom_components", bare=bare)
        try:
            yield config
        finally:
            if keep:
                _keep(config, keep)


def _fill(config: Path, port: int) -> None:
    """Write what is there before Home Assistant's first start."""
    shutil.copy(Path(__file__).with_suffix(".yaml"), config)
    for name in ("automations.yaml", "scripts.yaml", "scenes.yaml"):
        (config / name).touch()
    (config / ".storage").mkdir()
    _store(config, "onboarding", _ONBOARDING, version=4)
    _store(config, "http", _http(port), version=2, minor_version=2)


def _install(folder: Path, *, bare: bool) -> None:
    """Put the integration where Home Assistant looks for it."""
    folder.mkdir()
    integration = ROOT / "custom_components" / DOMAIN
    if bare:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(integration, folder / DOMAIN, ignore=ignored)
    else:
        (folder / DOMAIN).symlink_to(integration)


def _http(port: int) -> dict[str, Any]:
    """Return the settings of the web server as if somebody had confirmed them.

    From its YAML they would be a trial, which Home Assistant ends by a restart after
    five minutes unless it is confirmed in the page.
    """
    return {
        "stable": {
            "server_host": [HOST],
            "server_port": port,
            "cors_allowed_origins": [],
            "login_attempts_threshold": -1,
            "ip_ban_enabled": False,
            "ssl_profile": "modern",
            "use_x_frame_options": True,
            "created_at": "2026-01-01T00:00:00+00:00",
            "error": None,
            "error_message": None,
        },
        "pending": None,
        "yaml_migration_done": True,
    }


def _store(
    config: Path,
    key: str,
    content: dict[str, Any],
    *,
    version: int,
    minor_version: int = 1,
) -> None:
    """Write something that Home Assistant stores itself otherwise."""
    stored = {
        "version": version,
        "minor_version": minor_version,
        "key": key,
        "data": content,
    }
    (config / ".storage" / key).write_text(json.dumps(stored))


def _keep(config: Path, folder: Path) -> None:
    """Save the logs."""
    folder.mkdir(parents=True, exist_ok=True)
    for log in (CONSOLE, LOG, REQUESTS):
        if (config / log).exists():
            shutil.copy(config / log, folder)
