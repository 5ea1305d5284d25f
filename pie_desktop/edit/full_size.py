"""A photo in full size with its edit, as it is written: decoded, looked at by the model, put through LUT and parts."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from pie_desktop.edit.edit import Edit
from pie_desktop.edit.finishing import finished
from pie_desktop.imaging.edited import FullPhoto, full_photo
from pie_desktop.imaging.encode_options import EncodeOptions
from pie_desktop.imaging.frame import Frame
from pie_desktop.imaging.lut.apply import AnyLut, apply_any, apply_lut_padded, apply_lut_wide
from pie_desktop.imaging.lut.shaped import ShapedLut

ForProxy = AnyLut | Callable[[np.ndarray], AnyLut]


def edited_photo(
    source: Path,
    options: EncodeOptions,
    colors: ForProxy,
    photo: FullPhoto | None = None,
    edit: Edit = Edit(),
) -> np.ndarray:
    """A photo with its edit, at full size and depth.

    The order is: the development of RAW photos; what the model looks at, which is the whole photo; crop and geometry,
    with one resampling; the LUT of the model and the adjustments; the local parts. Sizing, output sharpening and
    profile follow when it is written.

    Args:
        source: the photo.
        options: how it will be written.
        colors: the LUT of the edit, of either form, or what gives it for the photo's proxy.
        photo: `full_photo` of these and of the edit, where it is there already; its pixels may be overwritten.
        edit: the edit, of which all but the colours is done here.

    Returns:
        (H, W, 3) of the kind of `FullPhoto.pixels`, of the size of the edit's placement.

    Raises:
        DecodeError: the photo cannot be opened.
    """
    if photo is None:
        photo = full_photo(source, options, edit.development)
    lut = colors(photo.proxy) if callable(colors) else colors
    placement = edit.placement((photo.pixels.shape[1], photo.pixels.shape[0]))
    image = placement.apply(photo.pixels)
    # In place where the decoder allows it: fresh memory for 24 MP costs as much as half of the LUT.
    out = image if image.flags.writeable else None
    if edit.local_parts:
        return finished(image, lut, edit.local_parts, Frame.of_picture(placement.photo, image, placement.in_parts), out)
    if image.dtype == np.float32:
        return apply_lut_wide(image, lut)
    padded = options.writing.takes_padded and image.dtype == np.uint8 and not options.changes_pixels
    if padded and isinstance(lut, np.ndarray):
        return apply_lut_padded(image, lut)
    if padded and isinstance(lut, ShapedLut):
        return lut.apply_padded(image)
    return apply_any(image, lut, out=out)
