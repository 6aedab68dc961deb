"""The IPMI service of the simulated BMC: RMCP+ on a UDP socket.

It shares the state of the Redfish service: account, fan mode, lockdown, restarts, and
the readings of fans and temperatures, which change as soon as IPMI is served:

    async with serve(bmc) as server, serve_ipmi(bmc, loss=0.1) as ipmi:
        ...  # a client that uses ipmi.port
    assert bmc.fan_mode == "Optimal"
    assert bmc.cooling.duties[0] == 40
    assert ipmi.open_sessions == 0

The fields of `IpmiServer` are its switches: a silent BMC, lost packets, completion
codes, firmware stacks, IPMI 1.5 only, a BMC key, the session limit. `bmc.restart()`
restarts both services. `bmc.cooling` has the load, the ambient temperature and the
duties, which a test may overwrite as a BMC does.

| module | |
| --- | --- |
| `server` | the UDP socket; its switches |
| `sessions` | open session requests, RAKP, the session table |
| `commands` | fan commands of firmware stacks |
| `packets` | formats, checksums, encryption |

It is written from the specification, and imports nothing of the library. `ipmitool` is
its judge: see `test_ipmi.py`.
"""

from .commands import STACKS
from .server import IpmiServer, serve_ipmi

__all__ = ["STACKS", "IpmiServer", "serve_ipmi"]
