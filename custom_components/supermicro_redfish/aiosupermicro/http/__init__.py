"""HTTP access to a BMC: few requests at a time, one session, one cache.

The layers, from the wire up:

- `transport` sends one request to one of the host's `urls` and maps its failure to an
  exception. It waits for its turn at the `limiter` and counts in `stats`.
- `response` receives the body and checks the status; `document` parses the JSON.
- `authenticator` keeps the session of the account, whose `credentials` each request
  carries; `sessions` finds its resource. `authenticated_requests` logs in again after a
  401.
- `event_stream` listens to the server-sent events of OpenBMC.
- `connection` reads with the `cache`, shares `pending_reads`, writes, and follows
  tasks with `task_monitor`.
- `certificate` reads the certificate of a host before any password is sent.
"""
