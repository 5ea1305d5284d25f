"""Files that hold several images open with the one that is meant to be shown."""

from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from pie_desktop.imaging.decode import load_photo, probe


@pytest.mark.parametrize("primary", [0, 1, 2])
def test_heic_opens_the_primary_image(tmp_path: Path, primary: int) -> None:
    """Bursts and edited photos hold several images, and the one to show need not be the first."""
    shown = [((96, 64), (30, 60, 200)), ((128, 96), (230, 140, 20)), ((64, 64), (20, 160, 60))]
    file = pillow_heif.HeifFile()
    for size, color in shown:
        file.add_from_pillow(Image.new("RGB", size, color))
    file.save(tmp_path / "a.heic", quality=95, primary_index=primary)
    size, color = shown[primary]
    assert (probe(tmp_path / "a.heic").width, probe(tmp_path / "a.heic").height) == size
    opened = load_photo(tmp_path / "a.heic")
    assert opened.shape[1::-1] == size
    assert np.abs(opened.astype(int) - color).max() <= 6
