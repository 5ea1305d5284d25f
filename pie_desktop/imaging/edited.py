"""A photo in full size and its edit: decoded once, looked at by the model in small, and put through the LUT."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from pie_desktop.imaging.color.output import keeps_wide_gamut
from pie_desktop.imaging.decode import load_photo, load_wide, proxy_of
from pie_desktop.imaging.encode_options import EncodeOptions
from pie_desktop.imaging.formats.registry import read_header
from pie_desktop.imaging.lut.apply import AnyLut, apply_any, apply_lut_padded, apply_lut_wide
from pie_desktop.imaging.stored import from_float

Edit = AnyLut | Callable[[np.ndarray], AnyLut]


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


def full_photo(source: Path, options: EncodeOptions) -> FullPhoto:
    """Decode a photo for an export.

    Args:
        source: the photo.
        options: how it will be written: its colours beyond sRGB are kept when the file can hold them.

    Raises:
        DecodeError: the photo cannot be opened.
    """
    header = read_header(source)
    load = load_wide if keeps_wide_gamut(options.color, header.icc) else load_photo
    return FullPhoto(load(source), header.bit_depth > 8, header.format == "jpeg")


def edited_photo(source: Path, options: EncodeOptions, edit: Edit, photo: FullPhoto | None = None) -> np.ndarray:
    """A photo with its edit, at full size and depth.

    Args:
        source: the photo.
        options: how it will be written.
        edit: a LUT of either form, or what gives it for the photo's proxy.
        photo: `full_photo` of these two, where it is there already; its pixels may be overwritten.

    Returns:
        (H, W, 3) of the kind of `FullPhoto.pixels`.

    Raises:
        DecodeError: the photo cannot be opened.
    """
    if photo is None:
        photo = full_photo(source, options)
    lut = edit(photo.proxy) if callable(edit) else edit
    image = photo.pixels
    if image.dtype == np.float32:
        return apply_lut_wide(image, lut)
    padded = options.writing.takes_padded and image.dtype == np.uint8 and not options.changes_pixels
    if padded and isinstance(lut, np.ndarray):
        return apply_lut_padded(image, lut)
    # In place where the decoder allows it: fresh memory for 24 MP costs as much as half of the LUT.
    return apply_any(image, lut, out=image if image.flags.writeable else None)
