"""An environment of its own for each client, made when it is needed."""

import asyncio
from importlib.metadata import version
import os
from pathlib import Path
import sys

from .errors import BenchError
from .processes import ROOT

CLIENTS = {
    "ours": ("--editable", str(ROOT)),
    "published": ("supermicro-redfish-client==1.1.0",),
    "sushy": ("sushy==5.14.0",),
    "dmtf": ("redfish==3.4.2", "redfish_utilities==3.5.2"),
}
_FOLDER = ROOT / ".cache" / "bench-environments"
_UV = ROOT / ".venv/bin/uv"


async def environments() -> dict[str, Path]:
    """Return the interpreters of all clients.

    Both that use aiohttp have the same release of it, the one that Home Assistant has.
    """
    aiohttp = f"aiohttp=={version('aiohttp')}"
    found = {}
    for name, wanted in CLIENTS.items():
        uses_aiohttp = name in ("ours", "published")
        packages = (*wanted, aiohttp) if uses_aiohttp else wanted
        found[name] = await _environment(name, packages)
    return found


async def _environment(name: str, packages: tuple[str, ...]) -> Path:
    """Return the interpreter of one client."""
    folder = _FOLDER / name
    stamp, wanted = folder / ".stamp", "\n".join((sys.version, *packages))
    python = folder / "bin/python"
    if not stamp.exists() or stamp.read_text() != wanted:
        await _uv(
            "venv", "-q", "--clear", "--no-project", "--python", sys.executable, folder
        )
        await _uv("pip", "install", "-q", "--python", python, *packages)
        stamp.write_text(wanted)
    return python


async def _uv(*arguments: str | Path) -> None:
    """Run uv."""
    cache = os.environ.get("UV_CACHE_DIR", str(ROOT / ".cache/uv"))
    process = await asyncio.create_subprocess_exec(
        _UV, *arguments, env=os.environ | {"UV_CACHE_DIR": cache}
    )
    if await process.wait():
        raise BenchError(f"uv {arguments[0]} failed")
