"""Control fans by IPMI over LAN, which offers a duty in percent where Redfish does not.

Nothing imports this package unless it is needed: its only dependency beside the
standard library is `cryptography` (`pip install supermicro-redfish-client[ipmi]`).

Modules, from the wire up:

- `packets` encodes and decodes RMCP+ packets and IPMI messages.
- `transport` is the UDP socket: it repeats a packet until its response arrives.
- `cipher_suites` derives the keys of a session; `session` encrypts and authenticates.
- `login` opens a session; `client` keeps it open and offers the commands.
- `models` has the device id and the fan modes, `exceptions` the errors.

**Decision: a client of our own**, with asyncio and `cryptography`. Alternatives were
pyghmi in a thread and pyghmi in a helper process (1.6.19, tried on Python 3.14):

| case | pyghmi in a thread | in a process | this client |
| --- | --- | --- | --- |
| 1,200 open files | `select` hangs | passes | passes |
| login, logout, login | socket and thread stay | passes | passes |
| two clients, one account | one logout ends both | passes | passes |
| silent BMC | 5 s to 28 s, then the object is dead | same | at most 5 s |
| IPMI 1.5 only | fails on Python 3 | same | typed exception |
| cancellation | impossible | kill the process | passes |

A process per BMC needs more code than the protocol: supervision, a protocol between the
processes, and the password on yet another channel. A thread that hangs cannot be ended
at all. The client has few features because fans need few: no serial console, no SEL,
no sensors.

Security: only cipher suites 17 (SHA-256) and 3 (SHA-1), both with AES-128 and
authenticated packets. IPMI 1.5, cipher suite 0 and sessions without password are never
used. The password is used for one attempt per login, after the parameters are agreed
upon. RAKP lets anyone who can reach the BMC collect a hash of the password: a weakness
of IPMI itself, on the side of the BMC.
"""

from .client import IpmiClient as IpmiClient
from .exceptions import (
    BmcKeyError as BmcKeyError,
    IpmiCommandError as IpmiCommandError,
    SecureSessionUnavailableError as SecureSessionUnavailableError,
)
from .models import DeviceId as DeviceId, FanMode as FanMode
