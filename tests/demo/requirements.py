"""Write the packages that Home Assistant installs for the integrations of the demo.

Run by script/lock and script/home-assistant as a script, with the interpreter of a Home
Assistant release and a folder for the two output files. The packages of the voice
assistant, which `launch` replaces, are left out.
"""

import json
from pathlib import Path
import sys

from homeassistant import bootstrap

core = Path(bootstrap.__file__).parent
pending = {*bootstrap.DEFAULT_INTEGRATIONS, "dhcp", "isal", "recorder", "ssdp"}
pending |= {"energy", "history", "logbook", "my", "sun", "zeroconf"}
requirements: set[str] = set()
done: set[str] = set()
while pending:
    done.add(name := pending.pop())
    manifest = json.loads((core / "components" / name / "manifest.json").read_text())
    requirements |= set(manifest.get("requirements", ()))
    pending |= set(manifest.get("dependencies", ())) - done
voice = ("pymicro-vad", "pyspeex-noise")
wanted = sorted(line for line in requirements if not line.startswith(voice))
folder = Path(sys.argv[1])
(folder / "home-assistant.in").write_text("\n".join(wanted))
(folder / "constraints.txt").write_text((core / "package_constraints.txt").read_text())
