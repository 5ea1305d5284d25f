"""A photo in full size: decoded once, for what the model looks at in small and for what is written."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from pie_desktop.imaging.color.output import keeps_wide_gamut
from pie_desktop.imaging.decode import load_photo, load_wide, proxy_of
from pie_desktop.imaging.development import AS_SHOT, Development
from pie_desktop.imaging.encode_options import EncodeOptions
from pie_desktop.imaging.formats.registry import read_header
from pie_desktop.imaging.stored import from_float


@dataclass(frozen=True)
class FullPhoto:
    """All pixels of a photo that is to be written.

    Attributes:
        pixels: (H, W, 3) in sRGB: uint8 or uint16, or float32 with values outside [0, 1] where a wide gamut is kept.
        deep: the file has more than 8 bits.
        from_jpeg: the file is a JPEG, see `decode.proxy_of`.
    """

    pixels: np.ndarray
    deep: bool
    from_jpeg: bool

    @cached_property
    def proxy(self) -> np.ndarray:
        """What the model looks at: long side at most 256 pixels, uint8 or uint16."""
        seen = self.pixels
        if seen.dtype == np.float32:
            seen = from_float(seen, np.uint16 if self.deep else np.uint8)  # what `load_photo` gives
        return proxy_of(seen, self.from_jpeg)


def full_photo(source: Path, options: EncodeOptions, development: Development = AS_SHOT) -> FullPhoto:
    """Decode a photo for an export.

    Args:
        source: the photo.
        options: how it will be written: its colours beyond sRGB are kept when the file can hold them.
        development: exposure and white balance of a RAW photo; others stay as they are.

    Raises:
        DecodeError: the photo cannot be opened.
    """
    header = read_header(source)
    load = load_wide if keeps_wide_gamut(options.color, header.icc) else load_photo
    return FullPhoto(load(source, None, development), header.bit_depth > 8, header.format == "jpeg")
