"""Test the record of lines that run."""

import json
from pathlib import Path
import subprocess
import sys

CODE = """def first():
    return 1

def second():
    return 2
"""
PROGRAM = """
import json, subprocess, sys
from sitecustomize import recorder
from custom_components.code import first
recorder.take()
first()
first()
taken = [recorder.take()]
first()
program = "from custom_components.code import second; second()"
subprocess.run([sys.executable, "-c", program], check=True)
taken += [recorder.take(), recorder.take()]
print(json.dumps(taken))
"""


def lines(bits: str) -> set[int]:
    """Return the numbers of lines."""
    number = int(bits, 16)
    return {line for line in range(number.bit_length()) if number >> line & 1}


def test_lines_are_those_since_the_last_call_and_of_child_processes(
    tmp_path: Path,
) -> None:
    """Record a line again after each call, and add a process when it has ended."""
    (tmp_path / "lines").mkdir()
    (tmp_path / "custom_components").mkdir()
    (tmp_path / "custom_components/code.py").write_text(CODE, "utf-8")
    recorder = Path(__file__).with_name("lines.py")
    (tmp_path / "sitecustomize.py").symlink_to(recorder)
    done = subprocess.run(  # noqa: S603 - ours
        (sys.executable, "-c", PROGRAM),
        check=True,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
    )
    name = "custom_components/code.py"
    taken = [
        {path: lines(bits) for path, bits in x.items()} for x in json.loads(done.stdout)
    ]
    assert taken == [{name: {2}}, {name: {1, 2, 4, 5}}, {}]
