"""Serve the shipped boards, run the validators, and print unaccepted findings."""

from __future__ import annotations

import argparse
import asyncio
from dataclasses import dataclass
import json
import os
from pathlib import Path
import shutil
import sys

from tests.simulator import Bmc, Board, serve
from tests.simulator.certificate import Certificate

from .judge import Finding, objections, read_accepted
from .schemas import read_index, write_schemas

_FEWEST_PASSES = {"protocol": 200, "service": 1500}
"""Minimum number of checks that a validator must pass, to detect a failed run."""

_TIMEOUT = 600.0

_RUN = Path(__file__).with_name("run.py")

_CREATED = {"Session.v1_3_0.Session"}
"""The types of resources that the simulator creates."""


class ValidatorError(Exception):
    """Validator that did not run to its end."""


@dataclass(frozen=True)
class Run:
    """A run of a validator against a board."""

    validator: str
    board: str
    python: Path
    """The Python that has the validators."""
    folder: Path
    """The folder for the reports."""

    async def validate(self) -> list[Finding]:
        """Serve the board, run the validator, and return the checks that failed."""
        bmc = Bmc(Board.load(self.board), password="Validator-1")
        certificate = Certificate.generate("127.0.0.1")
        environment = self._prepare(bmc, certificate)
        async with serve(bmc) as server:
            server.renew_certificate(certificate)
            process = await asyncio.create_subprocess_exec(
                self.python,
                _RUN,
                *(self.validator, server.url, bmc.username, bmc.password),
                str(self.folder),
                env=environment,
            )
            try:
                await asyncio.wait_for(process.wait(), _TIMEOUT)
            finally:
                if process.returncode is None:
                    process.kill()
        return self._read_findings()

    def _prepare(self, bmc: Bmc, certificate: Certificate) -> dict[str, str]:
        """Write the certificate and the schemas, and return the environment."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        bundle = self.folder / "certificate.pem"
        bundle.write_bytes(certificate.pem.partition(b"-----BEGIN PRIVATE")[0])
        if self.validator == "service":
            packages = self.python.parent.parent / "lib"
            (index,) = packages.glob("*/site-packages/*/data/redfish_index.json.gz")
            write_schemas(read_index(index), _types(bmc), self.folder / "schemas")
        return {**os.environ, "REQUESTS_CA_BUNDLE": str(bundle), "NO_PROXY": "*"}

    def _read_findings(self) -> list[Finding]:
        """Return the findings of a validator that ran to its end."""
        file = self.folder / "findings.json"
        if not file.exists():
            raise ValidatorError(f"the {self.validator} validator wrote no findings")
        report = json.loads(file.read_text("utf-8"))
        if (passed := report["passed"]) < _FEWEST_PASSES[self.validator]:
            raise ValidatorError(f"the {self.validator} validator passed only {passed}")
        return [Finding(self.validator, *item) for item in report["findings"]]


def _types(bmc: Bmc) -> set[str]:
    """Return the types of all resources, and those that the simulator creates."""
    bodies = [bmc.store[path] for path in bmc.store.paths]
    return _CREATED | {str(body.get("@odata.type", "")).lstrip("#") for body in bodies}


async def main() -> int:
    """Run the validators, and return the exit code."""
    parser = argparse.ArgumentParser(prog="tests.validators", description=__doc__)
    parser.add_argument("python", type=Path, help="the Python that has the validators")
    parser.add_argument("folder", type=Path, help="the folder for the reports")
    options = parser.parse_args()
    findings = []
    for board in Board.names():
        for validator in _FEWEST_PASSES:
            folder = options.folder / board / validator
            run = Run(validator, board, options.python, folder)
            findings += await run.validate()
    found = list(objections(findings, read_accepted()))
    summary = f"{len(findings)} deviations, {len(found)} objections"
    sys.stdout.write("\n".join([*found, summary, ""]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
