"""Jobs that measure clients, each run by the interpreter of the client's environment.

`supermicro`, `openstack`, `dmtf` and `aiohttp_only` are clients with operations for
`driver`. `decoding`, `hour` and `scale` are jobs with the name of their measurement.
"""
