"""`pie-desktop adjustments`: a photo's edit as sliders, written as a file that an export takes."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pie_desktop.imaging.color.difference import mean_delta_e
from pie_desktop.imaging.samples import copy_sample_photos


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pie_desktop", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def photo(tmp_path: Path, pie_home: Path) -> Path:
    return next(one for one in copy_sample_photos(tmp_path / "photos") if one.stem == "coffee")


def test_auto_in_a_file_exports_nearly_what_the_enhancement_exports(photo: Path, tmp_path: Path) -> None:
    file = tmp_path / "auto.json"
    told = run("adjustments", photo, "--auto", "-o", file, "--json")
    assert told.returncode == 0, told.stderr
    document = json.loads(told.stdout)
    assert document["edit"] == json.loads(file.read_text("utf-8")) and document["remaining"] < document["before"]
    for name, options in (("enhanced", ["--neutral"]), ("sliders", ["--edit", file])):
        done = run("export", photo, tmp_path / name, *options, "--workers", 1)
        assert done.returncode == 0, done.stderr
    enhanced, sliders = (
        np.asarray(Image.open(next((tmp_path / name).iterdir())).convert("RGB")) for name in ("enhanced", "sliders")
    )
    assert mean_delta_e(enhanced, sliders) == pytest.approx(document["remaining"], abs=0.5)  # and two JPEG files
    refused = run("adjustments", photo, "-o", file)
    assert refused.returncode == 2 and "exists" in refused.stderr


def test_sliders_are_listed_with_what_is_left(photo: Path) -> None:
    told = run("adjustments", photo, "--amount", 0, "--adjust", "exposure=1")
    assert told.returncode == 0, told.stderr
    lines = told.stdout.splitlines()
    assert any(line.startswith("Exposure: +0.9") or line.startswith("Exposure: +1.0") for line in lines)
    assert "is left of" in lines[-1]


def test_auto_has_no_style(photo: Path) -> None:
    told = run("adjustments", photo, "--auto", "--style", "Warm evening")
    assert told.returncode == 2 and "--auto" in told.stderr
