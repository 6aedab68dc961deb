"""Check the simulated BMC with the DMTF's validators.

`script/nightly validate` installs the validators below `.cache`, and runs
`python -m tests.validators`. It serves each shipped board over TLS on 127.0.0.1 and
runs both validators against it:

- the protocol validator checks methods, headers, statuses, sessions and queries.
- the service validator checks resources against the DMTF's schemas. `schemas.py` builds
  them from a package, because the DMTF publishes them on its web site only.

`accepted.toml` lists the deviations of real firmware, each with its source. Any other
failure fails, and so does an entry of the list that no longer occurs.
"""
