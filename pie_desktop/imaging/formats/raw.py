"""RAW photos: developed through LibRaw, and the camera's own preview.

Developed with the camera's white balance, AHD demosaicing, highlights clipped, no automatic brightness (it would hide
how the photo was exposed), in linear Rec. 2020 with 16 bits. The tone curve is fitted so that the tones are those of
the embedded preview, as photographers expect from a RAW converter; without one it is a fixed curve plus the DNG's
BaselineExposure. It is computed from the sensor data before demosaicing, so that all sizes get the same curve.
"""

import contextlib
import io
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from pie_desktop.errors import DecodeError
from pie_desktop.imaging.development import AS_SHOT, Development
from pie_desktop.imaging.formats.format import FileFormat, OtherFormat, Preview
from pie_desktop.imaging.formats.parts import raw_gaps
from pie_desktop.imaging.formats.parts.pillow import says_adobe_rgb
from pie_desktop.imaging.formats.tiff import MAGIC as TIFF_MAGIC
from pie_desktop.imaging.formats.tiff import is_raw
from pie_desktop.imaging.native_messages import captured
from pie_desktop.imaging.stored import MAX_PIXELS, Header, StoredPixels, check_size, damaged

_log = logging.getLogger(__name__)

# fmt: off
_SUFFIXES = (
    ".3fr", ".ari", ".arw", ".bay", ".cap", ".cr2", ".cr3", ".crw", ".dcr", ".dcs", ".dng", ".drf",
    ".erf", ".fff", ".gpr", ".iiq", ".k25", ".kdc", ".mdc", ".mef", ".mos", ".mrw", ".nef", ".nrw",
    ".orf", ".pef", ".ptx", ".pxn", ".raf", ".raw", ".rw2", ".rwl", ".rwz", ".sr2", ".srf", ".srw", ".x3f",
)
_MAGIC = (
    b"FUJIFILMCCD-RAW", b"IIRO", b"IIRS", b"MMOR", b"IIU\0", b"FOVb", b"\0MRM", b"II\x1a\0\0\0HEAPCCDR",
)
# fmt: on
_FLIP_ORIENTATIONS = {3: 3, 5: 8, 6: 6}  # LibRaw's flip to the orientation of EXIF
_BASELINE_EXPOSURE = 50730
_WHITE = 65535
_FAULTS = ("Unexpected end of file", "data corrupted")
_TONE_SIDE = 500  # pixels of the preview from which its tones are taken
_LUMINANCE_2020 = np.array([0.2627, 0.6780, 0.0593])


def _matches(start: bytes, suffix: str) -> bool:
    """Whether it is one of the kinds with the structure of a TIFF."""
    return start[:4] in TIFF_MAGIC and (suffix in _SUFFIXES or start[8:11] == b"CR\x02")


def read_header(path: Path) -> Header:
    """Header by LibRaw; raises DecodeError for a camera that it does not know, OtherFormat for a plain TIFF."""
    try:
        return _read_header(path)
    except DecodeError as error:
        if _is_plain_tiff(path):
            raise OtherFormat("tiff") from error
        raise


def _is_plain_tiff(path: Path) -> bool:
    """Whether a file under the name of a RAW photo is a TIFF; a damaged RAW photo must not be taken for its preview."""
    try:
        return not is_raw(path)
    except Exception:  # tifffile raises nearly anything on what is none
        return False


def _read_header(path: Path) -> Header:
    from pie_desktop.imaging.color.cicp import development_profile

    with _opened(path) as raw:
        sizes = raw.sizes
        width, height = sizes.iwidth, sizes.iheight
        if 0 < sizes.pixel_aspect < 1:
            height = round(height / sizes.pixel_aspect)
        elif sizes.pixel_aspect > 1:
            width = round(width * sizes.pixel_aspect)
        check_size(path, max(width, sizes.raw_width), max(height, sizes.raw_height))
        orientation = _FLIP_ORIENTATIONS.get(sizes.flip, 1)
        return Header(path, FORMAT.name, width, height, orientation, 16, development_profile(), color_name="Camera RAW")


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """rawpy's file; the sensor data is not unpacked yet. Inside, kinds that LibRaw cannot read raise a DecodeError."""
    import rawpy

    raw = rawpy.RawPy()
    try:
        if os.name == "nt" and not str(path).isascii():
            # There LibRaw takes names in the code page of the system only.
            raw.open_buffer(io.BytesIO(path.read_bytes()))
        else:
            raw.open_file(str(path))  # reads only what is needed of a large file
        yield raw
    except rawpy.LibRawFileUnsupportedError as error:
        message = f"{path.name} is a RAW photo of a kind that is not known, or damaged; convert it to DNG first."
        raise DecodeError(message) from error
    finally:
        raw.close()


def read_pixels(header: Header, min_side: int | None) -> StoredPixels:
    """The developed photo, upright: uint16 (H, W, 3) in `cicp.development_profile`.

    Args:
        header: of the file.
        min_side: at half size (a 2x2 block of the sensor becomes a pixel) where the long side keeps that many pixels.
    """
    return read_developed(header, min_side, AS_SHOT)


def read_developed(header: Header, min_side: int | None, development: Development) -> StoredPixels:
    """As `read_pixels`, with another exposure and white balance; the tone curve is that of the photo as it was shot."""
    from pie_desktop.imaging.formats.parts import raw_development, raw_tone

    half = min_side is not None and max(header.width, header.height) >= 2 * min_side
    with _opened(header.path) as raw:
        preview = _extract_preview(raw, _TONE_SIDE)
        _unpack(raw, header.path)
        sensor = raw_tone.sensor_percentiles(raw)
        linear, gain = np.empty(0, np.uint16), 1.0
        if sensor is None or development == AS_SHOT:
            linear = raw_development.as_shot(raw, half)
        if sensor is None:  # no mosaic: all sizes are the same image
            light = linear[::4, ::4] if linear.ndim == 2 else linear[::4, ::4] @ _LUMINANCE_2020
            sensor = np.percentile(light / _WHITE, raw_tone.PERCENTILES)
        if development != AS_SHOT:
            linear, gain = raw_development.developed(raw, development, half)
    if linear.ndim == 2:
        linear = np.repeat(linear[..., None], 3, axis=2)
    exposure, contrast = _tone(header.path, sensor, preview)
    table = np.round(raw_tone.tone_table(exposure, contrast, gain) * _WHITE).astype(np.uint16)
    for row in range(0, len(linear), 256):
        linear[row : row + 256] = table[linear[row : row + 256]]
    return StoredPixels(linear, "rgb", oriented=True)


def _unpack(raw: Any, path: Path) -> None:
    """Read the sensor data; raise DecodeError where LibRaw finds it faulty, or where parts of it are missing."""
    with captured() as messages, raw_gaps.unread_is_zero():
        raw.unpack()
    for message in messages:
        _log.info("LibRaw: %s", message)
    # LibRaw goes on after such a message, with whatever it made of the data.
    if any(fault in message for message in messages for fault in _FAULTS):
        raise damaged(path)
    if raw_gaps.has_gaps(raw, path):
        lost = "parts of the image are missing in the file"
        raise DecodeError(f"{path.name} is incomplete: {lost}; copy it again or restore it from a backup.")


def read_preview(header: Header, side: int) -> Preview | None:
    """The largest preview that the camera embedded, upright, with its profile; reduced to not less than `side`."""
    with _opened(header.path) as raw:
        check_size(header.path, raw.sizes.raw_width, raw.sizes.raw_height)
        return _extract_preview(raw, side)


def _extract_preview(raw: Any, side: int) -> Preview | None:
    """The largest preview of an open RAW file, or None where there is none that can be read.

    Args:
        raw: rawpy's file.
        side: a JPEG may be decoded at a reduced size, with a long side of at least that many pixels.
    """
    import cv2
    import rawpy

    try:
        thumbnail = raw.extract_thumb()
        if thumbnail.format == rawpy.ThumbFormat.JPEG:
            array, icc = _decode_jpeg(thumbnail.data, side)
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


def _decode_jpeg(data: bytes, side: int) -> tuple[np.ndarray | None, bytes | None]:
    import cv2
    from PIL import JpegImagePlugin

    from pie_desktop.imaging.color.cicp import adobe_rgb_profile

    with JpegImagePlugin.JpegImageFile(io.BytesIO(data)) as image:
        if image.width * image.height > MAX_PIXELS:
            return None, None
        icc = image.info.get("icc_profile") or (adobe_rgb_profile() if says_adobe_rgb(image.getexif()) else None)
        long_side = max(image.size)
    scales = {8: cv2.IMREAD_REDUCED_GRAYSCALE_8, 4: cv2.IMREAD_REDUCED_GRAYSCALE_4, 2: cv2.IMREAD_REDUCED_GRAYSCALE_2}
    scale = next((flag for factor, flag in scales.items() if long_side >= factor * side), 0)
    flags = cv2.IMREAD_IGNORE_ORIENTATION | cv2.IMREAD_COLOR_RGB | scale
    return cv2.imdecode(np.frombuffer(data, dtype=np.uint8), flags), icc


def _tone(path: Path, sensor: np.ndarray, preview: Preview | None) -> tuple[float, float]:
    from pie_desktop.imaging.color.working import to_srgb
    from pie_desktop.imaging.formats.parts import raw_tone

    if preview is not None:
        pixels, icc = preview
        step = max(1, max(pixels.array.shape) // _TONE_SIDE)
        small = StoredPixels(np.ascontiguousarray(pixels.array[::step, ::step]), "rgb")
        matched = raw_tone.match_tone(sensor, raw_tone.luma_percentiles(to_srgb(small, icc)))
        if matched is not None:
            return matched
    return raw_tone.DEFAULT_EXPOSURE + _baseline_exposure(path), raw_tone.DEFAULT_CONTRAST


def _baseline_exposure(path: Path) -> float:
    """EV by which a DNG asks to be brightened (DNG 1.7, tag 50730), within reason; 0 for others."""
    import tifffile

    try:
        with tifffile.TiffFile(path) as tiff:
            value = tiff.pages[0].tags.valueof(_BASELINE_EXPOSURE)
        return float(np.clip(value[0] / value[1], -2, 3)) if value and value[1] else 0.0
    except Exception:
        return 0.0


FORMAT = FileFormat(
    name="raw",
    title="RAW",
    suffixes=_SUFFIXES,
    read_header=read_header,
    read_pixels=read_pixels,
    read_developed=read_developed,
    magic=_MAGIC,
    brands=(b"crx ",),
    matches=_matches,
    read_preview=read_preview,
    preload=("cv2", "tifffile", "PIL.JpegImagePlugin"),
)
