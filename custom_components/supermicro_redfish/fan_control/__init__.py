"""Fan control over IPMI; the only package that writes fan speeds.

In the mode Full a BMC keeps the last duty and no longer cools by itself, even if its
client has died. The controller therefore gives the fans back in all cases of doubt:

    released ──set a percentage──► taking ──mode and duties written──► in control
       ▲                             │                                  │  ▲   │
       │                             │ failed            BMC reset, host│  │fan│
       │                             ▼                   off, no answer ▼  │reads
       └──mode read back──────── restoring ◄──guard, ── waiting ───────────┘   │
          (the trip is kept)         ▲        stop                             │
                                     └──preset, off, guard, stop───────────────┘

- *released*: the BMC controls its fans. Nothing is written.
- *taking*: the mode Full is written, and read back before the duties follow. If that
  fails, control cannot be taken until the fans have been given back for a minute.
- *in control*: every poll reads mode and duties back. A mode that something else has
  changed is left alone: the fans are released.
- *waiting*: after a reset of the BMC, or while the host is off. Nothing is written
  until a fan has a reading again; then the mode, unless it is Full, and the duties.
- *restoring*: the BMC's own mode is being written, again with every poll until it has
  been read back. It is never Full. Control cannot be taken meanwhile. As long as the
  BMC rejects the mode, all fans are driven at 100 %. The second failure is reported.

A trip of the guard leads to *restoring* as well. It stays recorded, also over restarts,
and control cannot be taken until the user has confirmed its repair issue. The state is
stored before each write that matters, so that a start after a crash finds it: states
with control continue in *waiting*, *restoring* continues. The controller needs the
readings of Redfish. If these are not there at the start, `recovery` gives the fans back
meanwhile.

| module | |
| --- | --- |
| `models` | states, zones, what is stored |
| `guard` | reasons to give the fans back |
| `fan_watch` | fans that are too slow, or driven up and down by the BMC |
| `zone_fans` | which fans follow a zone |
| `access` | mode and duties, with the waits that a BMC needs |
| `transitions` | the ways from one state to another |
| `controller` | commands and polls, which decide on the way |
| `interfaces` | what the controller needs of others |
| `device` | the fans of a BMC over IPMI |
| `probe` | what a BMC answers before the option is turned on |
| `recovery` | the store, and the fans while no controller runs |
| `setup` | connection with Home Assistant and Redfish: polls, storage, entities |
| `options_flow` | the steps that turn the option on |
| `issues` | repair issues |

Only `setup`, `issues`, `recovery` and `options_flow` use Home Assistant's API, and only
`setup`, `recovery`, `probe` and `options_flow` send requests over Redfish. Only
`device` and `probe` import IPMI; they are imported while the option is on, or while the
user turns it on.
"""
