"""One scenario harness for the fault, soak and security tests.

- `hass_instance`: a Home Assistant and the actions of its user.
- `network`: names, routes, and a proxy between Home Assistant and the BMC.
- `scenario`: a Home Assistant, a BMC and the faults that can be injected.
- `fault_scenario`, `fault_table`: checks and table of single faults.
- `expected`, `entity_values`: the states that the BMC's reports allow.
- `traffic`: checks of all that the integration sends.
- `virtual_time`: an event loop that does not wait.
- `fixtures`: the fixtures for a conftest.
"""
