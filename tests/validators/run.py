"""Run a validator, in the environment that has it, and write its findings as JSON.

Usage: run.py protocol|service URL USER PASSWORD FOLDER

The folder receives the reports. For the service validator it contains the schemas.
`REQUESTS_CA_BUNDLE` names the certificate of the server.
"""

import json
import os
from pathlib import Path
import sys
from typing import Any

Finding = tuple[str, str, str]
"""The check that failed, the place in the service, and the message."""


def write(passed: int, findings: list[Finding]) -> None:
    """Write the number of passed checks, and the failures."""
    text = json.dumps({"passed": passed, "findings": findings})
    (folder / "findings.json").write_text(text, "utf-8")


def run_protocol() -> None:
    """Run the protocol validator."""
    from redfish_protocol_validator import (  # type: ignore[import-not-found]  # noqa: PLC0415
        console_scripts,
        report,
        utils,
    )

    def collect(sut: Any, *_: Any) -> str:
        """Collect the results in place of a report."""
        results = [item for items in sut.results.values() for item in items]
        write(
            sum(item["result"].name == "PASS" for item in results),
            [
                (item["assertion"].name, f"{item['method']} {item['uri']}", item["msg"])
                for item in results
                if item["result"].name == "FAIL"
            ],
        )
        return "findings.json"

    # It would look for the service by multicast, beyond this machine.
    utils.discover_ssdp = lambda **_: {}
    report.tsv_report = collect
    sys.argv[1:] = [
        *("--rhost", url, "--user", user, "--password", password),
        *("--ca-bundle", os.environ["REQUESTS_CA_BUNDLE"]),
        *("--report-dir", str(folder), "--report-type", "tsv"),
        # The simulator does not serve HTTP beside HTTPS.
        "--avoid-http-redirect",
    ]
    console_scripts.main()


def run_service() -> None:
    """Run the service validator with the schemas in the folder."""
    from redfish_service_validator import (  # type: ignore[import-not-found]  # noqa: PLC0415
        console_scripts,
        report,
    )

    def collect(sut: Any, *_: Any) -> str:
        """Collect the results in place of a report."""
        results = [
            (f"{uri}#{name}", item["Result"], item["Message"])
            for uri, resource in sut._resources.items()
            for name, item in resource["Results"].items()
        ]
        write(
            sum(result == "PASS" for _, result, _ in results),
            [
                (message.partition(":")[0], place, message)
                for place, result, message in results
                if result == "FAIL"
            ],
        )
        return "findings.json"

    report.html_report = collect
    report.xlsx_report = lambda *_: "none"
    sys.argv[1:] = [
        *("--rhost", url, "--user", user, "--password", password),
        *("--skipschema", "--schema_directory", str(folder / "schemas")),
        *("--logdir", str(folder / "logs")),
    ]
    console_scripts.main()


if __name__ == "__main__":
    validator, url, user, password, name = sys.argv[1:]
    folder = Path(name)
    {"protocol": run_protocol, "service": run_service}[validator]()
