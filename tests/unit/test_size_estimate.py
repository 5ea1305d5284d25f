"""Expected sizes of files against those of files that were made."""

import numpy as np
import pytest

from pie_desktop.export.facts import estimate_bytes, size_text
from pie_desktop.imaging.encode import EncodeOptions, encode_photo
from pie_desktop.imaging.stored import to_uint16


@pytest.mark.parametrize(
    "options",
    [EncodeOptions(quality=60), EncodeOptions(), *(EncodeOptions(name) for name in ("png", "tiff8", "tiff16"))],
)
def test_the_order_is_right(sample_images: dict[str, np.ndarray], options: EncodeOptions) -> None:
    expected = real = 0
    for image in sample_images.values():
        pixels = image.shape[0] * image.shape[1]
        source = len(encode_photo(image, EncodeOptions(quality=92)))
        expected += estimate_bytes(options, pixels, 8, source / pixels)
        real += len(encode_photo(to_uint16(image) if options.format == "tiff16" else image, options))
    assert 0.6 < expected / real < 1.6


@pytest.mark.parametrize(
    ("size", "text"),
    [(12, "12 bytes"), (4096, "4.1 KB"), (3.21e6, "3.2 MB"), (320e6, "320 MB"), (1.44e9, "1.4 GB"), (9.99e6, "10 MB")],
)
def test_sizes_for_people(size: float, text: str) -> None:
    assert size_text(size) == text
