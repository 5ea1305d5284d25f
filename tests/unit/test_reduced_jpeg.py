"""A JPEG that is decoded at a reduced size keeps its colours."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pie_desktop.imaging.decode import load_photo


@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize("denominator", [1, 2, 4, 8])
def test_reduced_decoding_keeps_the_colors(
    tmp_path: Path, sample_images: dict[str, np.ndarray], denominator: int, mode: str
) -> None:
    photo = tmp_path / "coffee.jpg"
    Image.fromarray(sample_images["coffee"]).convert(mode).save(photo, quality=95)
    full = load_photo(photo)
    reduced = load_photo(photo, max_side=max(full.shape) // denominator)
    assert max(reduced.shape) == max(full.shape) // denominator
    np.testing.assert_allclose(reduced.mean((0, 1)), full.mean((0, 1)), atol=1.0)
