"""Create the configuration folder of Home Assistant."""

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

# The step core_config adds weather, radio and speech services on the internet, so only
# this step is skipped. The demo completes the others.
_ONBOARDING = {"done": ["core_config"]}


@contextmanager
def temporary_configuration(
    port: int, keep: Path | None, *, bare: bool
) -> Iterator[Path]:
    """Create a configuration folder and delete it at the end of the context.

    `keep` is a folder to which the logs are copied first. With `bare`, the folder lies
    outside of this project and contains a copy of the integration instead of a link.
    """
    cache = ROOT / ".cache"
    cache.mkdir(exist_ok=True)
    with TemporaryDirectory(
        prefix="demo.", dir=None if bare else cache, ignore_cleanup_errors=True
    ) as folder:
        config = Path(folder)
        _write_files(config, port)
        _install(config / "custom_components", bare=bare)
        try:
            yield config
        finally:
            if keep:
                _copy_logs(config, keep)


def _write_files(config: Path, port: int) -> None:
    """Write the files that Home Assistant needs at its first start."""
    shutil.copy(Path(__file__).with_suffix(".yaml"), config)
    for name in ("automations.yaml", "scripts.yaml", "scenes.yaml"):
        (config / name).touch()
    (config / ".storage").mkdir()
    _store(config, "onboarding", _ONBOARDING, version=4)
    _store(config, "http", _http(port), version=2, minor_version=2)


def _install(folder: Path, *, bare: bool) -> None:
    """Install the integration as a custom component."""
    folder.mkdir()
    integration = ROOT / "custom_components" / DOMAIN
    if bare:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(integration, folder / DOMAIN, ignore=ignored)
    else:
        (folder / DOMAIN).symlink_to(integration)


def _http(port: int) -> dict[str, Any]:
    """Return the settings of the web server in their confirmed form.

    Settings from YAML are a trial: Home Assistant reverts them by a restart after five
    minutes unless the user confirms them in the page.
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
    """Write a file in the format of Home Assistant's storage."""
    stored = {
        "version": version,
        "minor_version": minor_version,
        "key": key,
        "data": content,
    }
    (config / ".storage" / key).write_text(json.dumps(stored))


def _copy_logs(config: Path, folder: Path) -> None:
    """Copy the logs to a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for log in (CONSOLE, LOG, REQUESTS):
        if (config / log).exists():
            shutil.copy(config / log, folder)
