"""Temperatures, fans and power of any board, as the models `Thermal` and `Power`.

Boards provide them in different ways. Each way is a module, and the first two have a
`ReadingSource`:

- `thermal_power`: the resources Thermal and Power (X10 to X13).
- `single_resources`: a resource for each fan, supply and sensor (Gen 14, OpenBMC).
  Where `resources.expansion` works, one request reads all of a collection; where it
  does not, `round_robin` reads a few of them in each poll.
- `telemetry`: metric reports with the sensors of all chassis (`inner_sensors`), which
  `report_search` finds.

The values of sensors (`sensor_pool`) come from each `ValueSource` that shows many: a
metric report, an expanded collection (`expanded_sensors`), or the metrics of a chassis
(`excerpts`). `source_schedule` selects those of a poll. `reading_items` reads the
single resources of one reading.

`power_history` reads the averages of the past that X12 and X13 keep.

`Readings` selects the source of a board by trial, never by its name. `conversion` maps
the resources of newer boards to the models of the older ones.
"""

from .readings import Readings
from .source import Reading, Scope

__all__ = ["Reading", "Readings", "Scope"]
