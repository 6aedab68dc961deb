"""Tests for leaked secrets, misdirected credentials and hostile BMCs.

Threat model
============

Assets, the most valuable first:

1. The credentials of the BMC: password, session token. They control the server.
2. The server itself: power, boot device, settings of the BMC, its event log.
3. The identity of owner and machine: serial numbers, addresses, names, licenses.
4. Home Assistant: its event loop, memory, registries, database and web page.
5. The releases of this project.

Adversaries, with what they can do:

- An impostor: a machine on the network that announces itself, takes over an address,
  or claims the MAC address of a known BMC. It has no certificate that is trusted.
- A hostile BMC: taken over, or with broken firmware. It knows its own credentials, and
  chooses every byte of its responses.
- A user of Home Assistant without permission for the server, also over the WebSocket.
- A local user of the machine on which a developer runs the scripts.
- A reader of published data: logs, diagnostics, recordings, bug reports.
- A contributor or a dependency with malicious code.

Not held: an administrator of Home Assistant, root on its machine, another custom
integration (all run in one process), and a BMC that was hostile when its certificate
was accepted.

What holds them, and which test proves it:

Impostor
    Credentials are sent over TLS only, to the certificate that is pinned or verified;
    the check is part of each handshake. An announcement moves an entry only to a
    trusted certificate. No flow changes an existing entry, except reconfiguration and
    the request for a new password. A repair pins what it shows, if that is still there.
    tests/security/test_impersonation.py,
    tests/security/test_certificate_integration.py,
    tests/security/test_certificate_library.py, tests/library/http/test_certificate.py
Impostor, command line and demo
    Both show the certificate before they send a password, and trust only that one.
    tests/library/test_cli.py, tests/demo/test_certificate.py, tests/demo/test_script.py
Hostile BMC, credentials
    Redirects and links lead to no other host. There is one login, without repetition of
    a rejected password. Errors and logs do not contain what the BMC repeats.
    tests/security/test_redirects.py, tests/library/http/test_authenticator.py,
    tests/security/test_secrets.py
Impostor or eavesdropper, IPMI
    IPMI has no certificates: an impostor learns the username, but nothing of the
    password, which the BMC has to prove first. Anyone who can reach the BMC can get a
    hash of the password from it. IPMI is off by default. It uses encrypted sessions
    only, attempts a password once, and the password appears in no text.
    tests/library/ipmi/test_login.py, tests/integration/fan_control/test_fan.py,
    tests/integration/fan_control/test_options.py,
    tests/integration/fan_control/test_secrets.py
Hostile BMC, Home Assistant
    The size, depth and number of everything that is read are limited; the limits are in
    const.py, with the figure of the largest recorded board. One bad value affects
    nothing else. Texts are a single line, and escaped where they are displayed.
    tests/library/test_payload.py, tests/library/http/test_transport.py,
    tests/security/test_hostile_values.py, tests/browser/test_injection.py
Hostile BMC, discovery of another one
    What was found out about a board is kept without secrets, used only for a BMC with
    the same service root, UUID and serial number, and leads to no other host.
    tests/library/resources/test_memory.py, tests/integration/test_restart.py
Hostile BMC, developer
    A recording stays in its folder. Its paths come from an allow-list; its requests and
    its size are limited.
    tests/library/test_mockup.py
User without permission
    Each action needs the permission for the entities of its device.
    tests/security/test_permissions.py
Local user
    The demo listens on 127.0.0.1. With a real BMC, its user has a random password. No
    option takes a password, since all users can list the arguments of a process.
    Recordings are written to a private folder without following links.
    tests/demo/test_script.py, tests/demo/test_options.py, tests/library/test_mockup.py
Reader of published data
    Identifiers are replaced and secrets removed, by key and by shape. A recording that
    was interrupted has no text whose identifiers are not known yet.
    tests/security/test_exported_data.py, tests/library/test_redaction.py,
    tests/library/test_mockup.py
Contributor or dependency
    Actions and packages are pinned by hash. A release packs committed files only, and
    needs the tests. Only the publishing job may write. Security rules of ruff apply.
    tests/repository/test_workflows.py, tests/repository/test_release.py,
    tests/security/test_lint_rules.py

A change that adds a request, displays a text of the BMC, changes an entry, or writes a
file belongs to one of these. Extend its test with the attack before the change.
"""
