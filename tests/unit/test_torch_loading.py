"""Importing torch: its libraries ahead of the import, and parts that are not used only when they are asked for."""

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


LEAN = """
import sys
from pie_desktop.model.runtime import import_torch
import_torch()
import torch
print("torch._meta_registrations" in sys.modules, hasattr(torch, "_meta_registrations"))
print(float(torch.linalg.solve(2 * torch.eye(3), torch.ones(3)).sum()))
from torch._meta_registrations import meta_index_Tensor
print(torch.empty(4, 3, device="meta")[torch.empty(2, dtype=torch.long, device="meta")].shape[0])
"""


def test_what_only_tensors_without_values_need_is_imported_when_it_is_asked_for() -> None:
    child = subprocess.run([sys.executable, "-c", LEAN], check=False, capture_output=True, text=True, timeout=60)
    assert (child.returncode, child.stdout.split()) == (0, ["False", "False", "1.5", "2"]), child.stderr


LEARN = """
import sys
import numpy as np
from pie_desktop.engine.bundles import default_bundle
from pie_desktop.model.inference import Inference
from pie_desktop.model.preference import ReferencePixels
model = Inference(default_bundle(), "cpu")
photo = np.random.default_rng(1).integers(0, 256, (40, 60, 3), np.uint8)
model.luts(photo, model.encode([ReferencePixels(255 - photo, photo), ReferencePixels(photo)]))
print({"sympy", "torch.fx.experimental.symbolic_shapes"} & set(sys.modules))
"""


def test_using_the_model_imports_nothing_that_only_tracing_needs() -> None:
    child = subprocess.run([sys.executable, "-c", LEARN], check=False, capture_output=True, text=True, timeout=60)
    assert (child.returncode, child.stdout.strip()) == (0, "set()"), child.stderr
