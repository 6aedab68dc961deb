"""Run the integration in a real Home Assistant.

The demo starts a simulated BMC and a Home Assistant process, creates its user, and adds
the server through the config flow's HTTP API, in the same way as the web page.

How to run:
    script/demo          Serve the page until Ctrl-C. `--help` lists the options.
    script/demo --check  Print one JSON document and fail if anything is wrong.
    pytest tests/demo    Test the demo itself.

Modules, in the order in which a run uses them:
    options        Command line.
    demo           The command: run, check, print the overview.
    environment    BMC, configuration folder, Home Assistant and config entry.
    configuration  Configuration folder of Home Assistant.
    process        Process of Home Assistant.
    api            Home Assistant's HTTP and WebSocket API, and its onboarding.
    config_flow    Steps of the config flow.
    certificate    Confirmation of a real BMC's certificate.
    inventory      Config entry, devices and entities of the server.
    traffic        Requests to the simulated BMC.
    report         Document and problems of a check.
    console        Progress and errors on the terminal.

Two scripts are run by the interpreter of a Home Assistant release: `launch`, which
`process` starts, and `requirements`, which script/lock and script/home-assistant use.

To add a check, add a method to `report.Report` that enters a fact into the document or
appends to `problems`, and call it in `environment` or `demo`. The browser tests in
tests/browser use the same environment.
"""
