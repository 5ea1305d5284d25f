"""Files that hold several images open with the one that is meant to be shown."""

from pathlib import Path

import imagecodecs
import numpy as np
import pillow_heif
import pytest
from PIL import Image

from pie_desktop.imaging import isolation
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


@pytest.mark.parametrize("bits", [8, 10, 12])
@pytest.mark.parametrize("isolated", [False, True])
def test_an_animated_avif_opens_with_its_first_frame(tmp_path: Path, bits: int, isolated: bool) -> None:
    top = 2**bits - 1
    colors = [(top // 4, top // 2, top), (top, 0, 0), (0, top, 0)]
    frames = np.array(colors, np.uint8 if bits == 8 else np.uint16)[:, None, None].repeat(48, 1).repeat(64, 2)
    data = imagecodecs.avif_encode(frames, level=95, bitspersample=bits, speed=10, primaries=1, transfer=13)
    (tmp_path / "a.avif").write_bytes(data)
    if isolated:
        isolation.start(processes=1)
    try:
        opened = load_photo(tmp_path / "a.avif")
    finally:
        isolation.stop()
    assert opened.shape == (48, 64, 3)
    assert opened.dtype == (np.uint8 if bits == 8 else np.uint16)
    assert np.abs(opened / np.iinfo(opened.dtype).max - np.array(colors[0]) / top).max() < 0.03
