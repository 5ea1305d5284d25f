"""The command line answers at once: neither torch nor Qt is imported before something needs it."""

import json
import subprocess
import sys

import pytest

HEAVY = ("torch", "torchvision", "PySide6", "cv2", "skimage", "scipy")


def _modules_after(code: str) -> set[str]:
    script = f"import json, sys\n{code}\nprint(json.dumps(sorted(sys.modules)))"
    answer = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, timeout=60)
    return set(json.loads(answer.stdout.splitlines()[-1]))


@pytest.mark.parametrize("module", ["pie_desktop.cli", "pie_desktop.__main__"])
def test_entry_points_import_nothing_heavy(module: str) -> None:
    assert _modules_after(f"import {module}").isdisjoint(HEAVY)


def test_printing_the_version_imports_nothing_heavy() -> None:
    code = """
import pie_desktop.cli
try:
    pie_desktop.cli.main(["--version"])
except SystemExit as end:
    assert not end.code
"""
    assert _modules_after(code).isdisjoint(HEAVY)


def test_the_editor_starts_without_torch() -> None:
    modules = _modules_after("import pie_desktop.app, pie_desktop.app")
    assert "PySide6" in modules
    assert "torch" not in modules


def test_writing_photos_takes_no_checker_of_documents() -> None:
    """Every worker process would have to load it."""
    assert "pydantic" not in _modules_after("import pie_desktop.export.worker")


def test_knowing_the_formats_takes_no_decoder() -> None:
    code = """
from pie_desktop.imaging.encode_options import EncodeOptions
from pie_desktop.imaging.listing import is_photo
assert is_photo("a.jpg") and EncodeOptions().suffix == ".jpg"
"""
    decoders = {"cv2", "PIL", "tifffile", "imagecodecs", "rawpy", "pillow_heif", "psd_tools", "PyOpenColorIO"}
    assert _modules_after(code).isdisjoint(decoders)
