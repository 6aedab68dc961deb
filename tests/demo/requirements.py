"""List what Home Assistant would install by itself for all that the demo loads."""

import json
from pathlib import Path
import sys

from homeassistant import bootstrap

core = Path(bootstrap.__file__).parent
wanted = {*bootstrap.DEFAULT_INTEGRATIONS, "dhcp", "isal", "recorder", "ssdp"}
wanted |= {"energy", "history", "logbook", "my", "sun", "zeroconf"}
requirements: set[str] = set()
done: set[str] = set()
while wanted:
    done.add(name := wanted.pop())
    manifest = json.loads((core / "components" / name / "manifest.json").read_text())
    requirements |= set(manifest.get("requirements", ()))
    wanted |= set(manifest.get("dependencies", ())) - done
work = Path(sys.argv[1])
(work / "home-assistant.in").write_text("\n".join(sorted(requirements)))
(work / "constraints.txt").write_text((core / "package_constraints.txt").read_text())
