"""torch's libraries are loaded ahead of the import, which still works afterwards."""

import subprocess
import sys

import pytest

PROGRAM = """
import sys
from pathlib import Path
from pie_desktop.model.runtime import load_torch_libraries
load_torch_libraries()
assert "torch" not in sys.modules
assert "libtorch_cpu" in Path("/proc/self/maps").read_text()
import torch
print(float(torch.ones(3).sum()))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_libraries_are_there_before_the_import() -> None:
    command = [sys.executable, "-c", PROGRAM]
    child = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert (child.returncode, child.stdout.strip()) == (0, "3.0"), child.stderr
