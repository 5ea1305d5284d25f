"""Resizing."""

import numpy as np
import pytest

from pie_desktop.imaging.resize.resize import resize_long_side


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_long_side_and_ratio(dtype: type) -> None:
    image = np.full((400, 600, 3), 77, dtype=dtype)
    small = resize_long_side(image, 256)
    assert small.shape == (171, 256, 3)
    assert small.dtype == dtype
    assert (small == 77).all()


def test_never_scales_up() -> None:
    image = np.zeros((10, 20, 3), dtype=np.uint8)
    assert resize_long_side(image, 256) is image


def test_extreme_ratio_keeps_one_pixel() -> None:
    assert resize_long_side(np.zeros((4, 65000, 3), dtype=np.uint8), 100).shape == (1, 100, 3)
