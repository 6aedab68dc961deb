"""A simulated Supermicro BMC on a real socket.

`Bmc` is the state: the resources, the host, the sessions. `serve` is the wire: an HTTPS
server on 127.0.0.1 with a BMC behind it. A test changes the state directly, sends
requests to the server, and inspects the state again:

    bmc = Bmc(Board.load("x12spi-tf"), role="Operator")
    async with serve(bmc, latency=0.1) as server:
        bmc.set_reading("CPU Temp", 71)
        bmc.fail("Chassis/1/Thermal", status=503, times=1)
        ...  # a client that uses server.url
    assert bmc.fan_mode == "Optimal"
    assert bmc.requests[-1].status == 200

The fixtures `bmc` and `server` of `tests/conftest.py` do the first two lines. A path
may be relative to `/redfish/v1`. Time is `time.monotonic` or a `clock` that tests
advance. `python -m tests.simulator x12spi-tf` serves a board for manual tests.

The package imports neither the library nor the integration, so that it does not repeat
their mistakes, and it runs on Python 3.11, as the library's tests do.

Faults and differences between boards are values, which a table of tests can name:

- a body that breaks off: `bmc.fail(path, status=401, delivery=…)` with a value of
  `faults.BROKEN_BODIES`, for any status, headers and body; for the BMC's own responses
  `bmc.deliver(path, …)`. Half of a license error: `body=license_error()`.
- one resource that fails, such as a member of a collection:
  `bmc.break_resource(path, "redirect loop")`, a name of `faults.BROKEN_RESOURCES`.
- late and missing responses, and restarts: `hang`, `drop`, `trickle`, `restart`.
- ETags in header and body: `Bmc(etags="quoted twice")`, see `etags.EtagSpelling`. The
  tag that a write must name: `Bmc(if_match="*")`, see `etags.IfMatch`.
- a login without Location and Id, or without a token: `Bmc(login_response=…)`.
- `$expand`: `Bmc(expand="paged", expand_advertised=True)`, see `expand.Expand`.
- repeated names, missing ids, other orders, control characters:
  `mutations.mutate(bmc, path, "Fans", "no ids")`, a name of `mutations.MUTATIONS`.
  Other texts with characters that JSON forbids: `bmc.change(path, {key: raw(text)})`.
- leak detectors: `mutations.add_leak_detectors(bmc, "Manifold")`, `set_leak_detector`.

All faults take `times`, the number of affected requests, and end with `bmc.heal()`. The
keywords of `Bmc` are attributes that a test may also change later.

The DMTF's validators judge the simulator every night: see `tests/validators`.

IPMI over LAN is a second service with the same state: see `tests.simulator.ipmi`. While
it is served, fan speeds follow the fan mode and temperatures follow fan speeds.

Words: a *board* is a set of recorded resources. The *old* firmware family is that of
X10 and X11, the *new* one that of X12 and later. An *assumption*, in a comment, is a
behavior that no recording shows.

To add ...

- a board: a folder `boards/NAME/redfish/v1` in the DMTF mockup layout, which
  `python -m aiosupermicro HOST dump FOLDER` writes. `Board.load(NAME)` finds it. The
  tests in `test_board.py` cover it and demand that its links resolve and its ETags are
  right. `Board.load` accepts any other folder too; `completion.py` adds the links that
  such a recording lacks.
- a fault: a field of `Fault` in `faults.py`, its effect in `Server._get_response`, a
  method of `FaultControls` beside `fail` and `drop`, and a test in `test_faults.py`.
  Faults are values: `bmc.faults.add(Fault(...))` activates any combination of fields.
- a way in which a body breaks: a name in `BROKEN_BODIES`, its effect in `delivery.py`.
- a difference between firmwares: a keyword of `Bmc`, such as `etags`, which
  `redfish.py` or another module of the table evaluates.
- a writable property: its name in `WRITABLE` of `validation.py`. If it changes other
  resources too, a function in `_EFFECTS` of `patch.py`.
- an action: a function in `_EFFECTS` of `actions.py`.

Modules:

| state | |
| --- | --- |
| `bmc` | the BMC; its switches, and changes by the hardware |
| `faults` | faults as values, and the methods of the BMC that activate them |
| `mutations` | change the parts of a board: names, ids, order; leak detectors |
| `board`, `completion` | load a recording, and add the resources that it lacks |
| `gen14` | boards of Gen 14 and OpenBMC |
| `shipped` | the boards that a command can name |
| `store`, `resources` | resources by path; paths, links and types |
| `host`, `host_state` | power and boot of the host, and their effect on resources |
| `sessions`, `tasks` | sessions and tasks |
| `scheduler` | delayed effects |
| `cooling`, `event_log` | fans, temperatures, and the log of pumping fans |
| `sensors`, `power_record` | repeated readings, and the averages of the past |

| requests | |
| --- | --- |
| `redfish` | handle a request: authentication, privileges, methods |
| `privileges` | privileges of roles |
| `patch`, `validation`, `changes` | execute, validate and merge a PATCH |
| `actions`, `media` | execute an action; insert and eject virtual media |
| `responses`, `message_registry` | responses other than resources, and their texts |
| `documents` | message registries and OData metadata |
| `etags` | ETags and their spellings |
| `expand` | reads with `$expand` |

| wire | |
| --- | --- |
| `server`, `certificate` | the HTTPS server and its certificate |
| `delivery` | bodies that arrive in parts |
| `event_streams` | streams of server-sent events |
| `ipmi` | the IPMI service |
| `__main__` | the command line |
| `testing` | a plain HTTP client, and helpers for tests |
"""

from .bmc import Bmc, Exchange
from .board import Board, BoardError
from .changes import REMOVED
from .server import Server, serve

__all__ = ["REMOVED", "Bmc", "Board", "BoardError", "Exchange", "Server", "serve"]
