"""RAW photos through LibRaw: the development, and the camera's own preview.

Developed with the camera's white balance, AHD demosaicing, highlights clipped, no automatic brightness (it would hide
how the photo was exposed), in linear Rec. 2020 with 16 bits. The tone curve is fitted so that the tones are those of
the embedded preview, as photographers expect from a RAW converter; without one it is a fixed curve plus the DNG's
BaselineExposure. It is computed from the sensor data before demosaicing, so that all sizes get the same curve.
"""

import io
import logging
import os
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import tifffile
from PIL import JpegImagePlugin

from pie_desktop.errors import DecodeError
from pie_desktop.imaging.cicp import adobe_rgb_profile, development_profile
from pie_desktop.imaging.decoders import raw_tone
from pie_desktop.imaging.decoders.exif import says_adobe_rgb
from pie_desktop.imaging.difference import SRGB_TO_XYZ
from pie_desktop.imaging.stored import Header, StoredPixels, check_size

_log = logging.getLogger(__name__)
_FLIP_ORIENTATIONS = {3: 3, 5: 8, 6: 6}  # LibRaw's flip to the orientation of EXIF
_BASELINE_EXPOSURE = 50730
_WHITE = 65535
_LUMINANCE = SRGB_TO_XYZ[1]
_LUMINANCE_2020 = np.array([0.2627, 0.6780, 0.0593])


def read_raw_header(path: Path) -> Header:
    """Header by LibRaw; raises DecodeError for a camera that it does not know."""
    with open_raw(path) as raw:
        sizes = raw.sizes
        width, height = sizes.iwidth, sizes.iheight
        if 0 < sizes.pixel_aspect < 1:
            height = round(height / sizes.pixel_aspect)
        elif sizes.pixel_aspect > 1:
            width = round(width * sizes.pixel_aspect)
        check_size(path, max(width, sizes.raw_width), max(height, sizes.raw_height))
        orientation = _FLIP_ORIENTATIONS.get(sizes.flip, 1)
        return Header(path, "raw", width, height, orientation, 16, development_profile(), color_name="Camera RAW")


def open_raw(path: Path) -> Any:
    """rawpy's file, to be closed after use; the sensor data is not unpacked yet."""
    import rawpy

    raw = rawpy.RawPy()
    try:
        if os.name == "nt" and not str(path).isascii():
            # There LibRaw takes names in the code page of the system only.
            raw.open_buffer(io.BytesIO(path.read_bytes()))
        else:
            raw.open_file(str(path))  # reads only what is needed of a large file
        return raw
    except rawpy.LibRawFileUnsupportedError as error:
        raw.close()
        message = f"{path.name} is a RAW photo of a kind that is not known, or damaged; convert it to DNG first."
        raise DecodeError(message) from error
    except BaseException:
        raw.close()
        raise


def read_raw(header: Header, min_side: int | None) -> StoredPixels:
    """The developed photo, upright: uint16 (H, W, 3) in `cicp.development_profile`.

    Args:
        header: of the file.
        min_side: at half size (a 2x2 block of the sensor becomes a pixel) where the long side keeps that many pixels.
    """
    import rawpy

    half = min_side is not None and max(header.width, header.height) >= 2 * min_side
    with open_raw(header.path) as raw:
        preview = _preview(raw)
        sensor = _sensor_percentiles(raw)
        linear = raw.postprocess(
            half_size=half,
            use_camera_wb=True,
            no_auto_bright=True,
            adjust_maximum_thr=0.0,  # the scale must not depend on the brightest pixel
            highlight_mode=rawpy.HighlightMode.Clip,
            output_color=rawpy.ColorSpace.Rec2020,
            output_bps=16,
            gamma=(1, 1),
        )
    if linear.ndim == 2:
        linear = np.repeat(linear[..., None], 3, axis=2)
    if sensor is None:  # no mosaic: all sizes are the same picture
        sensor = np.percentile(linear[::4, ::4] @ _LUMINANCE_2020 / _WHITE, raw_tone.PERCENTILES)
    exposure, contrast = _tone(header.path, sensor, preview)
    table = np.round(raw_tone.tone_table(exposure, contrast) * _WHITE).astype(np.uint16)
    for row in range(0, len(linear), 256):
        linear[row : row + 256] = table[linear[row : row + 256]]
    return StoredPixels(linear, "rgb", oriented=True)


def read_raw_preview(path: Path) -> tuple[StoredPixels, bytes | None] | None:
    """The largest preview that the camera embedded, upright uint8 sRGB or by the profile given with it; or None."""
    with open_raw(path) as raw:
        check_size(path, raw.sizes.raw_width, raw.sizes.raw_height)
        return _preview(raw)


def _preview(raw: Any) -> tuple[StoredPixels, bytes | None] | None:
    import rawpy

    try:
        thumbnail = raw.extract_thumb()
        if thumbnail.format == rawpy.ThumbFormat.JPEG:
            array, icc = _decode_jpeg(thumbnail.data)
        else:
            array, icc = np.asarray(thumbnail.data), None
    except (rawpy.LibRawError, cv2.error, OSError, SyntaxError, ValueError) as error:
        _log.debug("No preview: %s", error)
        return None
    if array is None or array.ndim != 3 or array.dtype != np.uint8 or min(array.shape[:2]) < 1:
        return None
    sizes = raw.sizes
    # Cameras store the preview as the sensor sees it; some programs turn it.
    turned = (array.shape[0] > array.shape[1]) != (sizes.iheight > sizes.iwidth)
    if sizes.flip in (5, 6) and not turned:
        array = np.rot90(array, 1 if sizes.flip == 5 else -1)
    elif sizes.flip == 3:
        array = np.rot90(array, 2)
    return StoredPixels(np.ascontiguousarray(array), "rgb", oriented=True), icc


def _decode_jpeg(data: bytes) -> tuple[np.ndarray | None, bytes | None]:
    with JpegImagePlugin.JpegImageFile(io.BytesIO(data)) as image:
        if image.width * image.height > 4 * 10**8:
            return None, None
        icc = image.info.get("icc_profile") or (adobe_rgb_profile() if says_adobe_rgb(image.getexif()) else None)
    flags = cv2.IMREAD_IGNORE_ORIENTATION | cv2.IMREAD_COLOR_RGB
    return cv2.imdecode(np.frombuffer(data, dtype=np.uint8), flags), icc


def _tone(path: Path, sensor: np.ndarray, preview: tuple[StoredPixels, bytes | None] | None) -> tuple[float, float]:
    from pie_desktop.imaging.colour import to_srgb

    if preview is not None:
        pixels, icc = preview
        small = pixels.array[:: max(1, len(pixels.array) // 500), :: max(1, pixels.array.shape[1] // 500)]
        picture = to_srgb(StoredPixels(np.ascontiguousarray(small), "rgb"), icc)
        matched = raw_tone.match_tone(sensor, raw_tone.luma_percentiles(picture))
        if matched is not None:
            return matched
    return raw_tone.DEFAULT_EXPOSURE + _baseline_exposure(path), raw_tone.DEFAULT_CONTRAST


def _sensor_percentiles(raw: Any) -> np.ndarray | None:
    """Luminance in [0, 1] at `raw_tone.PERCENTILES`, in the scale of LibRaw's output; None without a mosaic of RGB."""
    pattern, visible = raw.raw_pattern, raw.raw_image_visible
    letters = raw.color_desc.decode("ascii", "replace")
    if pattern is None or raw.num_colors != 3 or letters[:3] != "RGB":
        return None
    balance = _balance(raw)
    step = max(1, round((visible.size / 4e6) ** 0.5))
    planes = []
    for color in range(3):
        row, column = np.argwhere(pattern == color)[0]
        plane = visible[row :: pattern.shape[0] * step, column :: pattern.shape[1] * step].astype(np.float64)
        black = raw.black_level_per_channel[color]
        planes.append(np.clip((plane - black) / max(1, raw.white_level - black) * balance[color], 0, 1))
    height, width = np.min([plane.shape for plane in planes], axis=0)
    light = np.stack([plane[:height, :width] for plane in planes], axis=-1) @ _luminance_weights(raw)
    return np.percentile(np.clip(light, 0, 1), raw_tone.PERCENTILES)


def _balance(raw: Any) -> np.ndarray:
    """Multipliers of red, green and blue, the smallest 1, as LibRaw applies them."""
    for balance in (raw.camera_whitebalance, raw.daylight_whitebalance):
        multipliers = np.array(balance[:3], dtype=np.float64)
        if (multipliers > 1e-5).all():
            return multipliers / multipliers.min()
    return np.ones(3)


def _luminance_weights(raw: Any) -> np.ndarray:
    """Of the camera's balanced red, green and blue, by its colour matrix (rows summed to 1, as in dcraw)."""
    camera_from_srgb = np.asarray(raw.rgb_xyz_matrix, dtype=np.float64)[:3] @ SRGB_TO_XYZ
    sums = camera_from_srgb.sum(axis=1, keepdims=True)
    if not (np.abs(sums) > 1e-6).all() or abs(np.linalg.det(camera_from_srgb / sums)) < 1e-6:
        return _LUMINANCE
    return _LUMINANCE @ np.linalg.inv(camera_from_srgb / sums)


def _baseline_exposure(path: Path) -> float:
    """EV by which a DNG asks to be brightened (DNG 1.7, tag 50730), within reason; 0 for others."""
    try:
        with tifffile.TiffFile(path) as tiff:
            value = tiff.pages[0].tags.valueof(_BASELINE_EXPOSURE)
        return float(np.clip(value[0] / value[1], -2, 3)) if value and value[1] else 0.0
    except Exception:
        return 0.0
