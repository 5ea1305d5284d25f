"""When a black image is a fault: its original is none, nobody said a word, and the file itself does not say so.

A changed file may rightly be black: its palette, the place of its pixels, its black level can be what was changed. Then
another reader of the format sees black, too.
"""

from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from pie_desktop.errors import PieError
from pie_desktop.imaging.decode import load_photo
from pie_desktop.imaging.formats.registry import read_header

_DARKEST = 0.02  # share of white; what lies below it all over the image looks black


def black_without_reason(path: Path, shown: np.ndarray, original: Path) -> bool:
    """Whether a photo that was opened as `shown` must not be black."""
    if not is_black(shown):
        return False
    try:
        if is_black(load_photo(original)):
            return False
    except PieError:
        return False
    return not _says_so(path)


def is_black(image: np.ndarray) -> bool:
    """Whether no value of an integer image (H, W, 3), or of an empty one, is above the darkest few."""
    return not image.size or image.max() <= _DARKEST * np.iinfo(image.dtype).max


def is_lit(image: np.ndarray) -> bool:
    """Whether one value in a hundred of an integer image is clearly above the darkest few: it stays when resized."""
    return bool(image.size) and bool(np.percentile(image, 99) > 2 * _DARKEST * np.iinfo(image.dtype).max)


def _says_so(path: Path) -> bool:
    """Whether another decoder than ours takes the same pixels for black; none for a format is no."""
    try:
        kind = read_header(path).format
    except PieError:
        return False
    if kind == "raw":
        return _sensor_is_dark(path)
    if kind == "psd":
        return _dark_for_pillow(path)
    other = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_UNCHANGED)
    if other is None:
        return False
    colors = other[..., :3] if other.ndim == 3 else other
    return bool(colors.max() <= _DARKEST * (np.iinfo(other.dtype).max if other.dtype.kind == "u" else 1.0))


def _dark_for_pillow(path: Path) -> bool:
    """As Pillow reads it, which takes nothing that is missing for black."""
    with Image.open(path) as image:
        return is_black(np.asarray(image.convert("RGB")))


def _sensor_is_dark(path: Path) -> bool:
    """Whether a RAW photo has signal that its own black level takes away; without any signal it is damaged."""
    import rawpy

    try:
        with rawpy.imread(str(path)) as raw:
            sensor, levels = raw.raw_image_visible, raw.black_level_per_channel
            return bool(sensor.any() and sensor.max() <= max(levels) + _DARKEST * max(raw.white_level, 1))
    except rawpy.LibRawError:
        return False
