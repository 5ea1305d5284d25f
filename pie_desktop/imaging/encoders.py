"""One encoder per file format: samples as they are to be stored in, a whole file in memory out."""

import io
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import tifffile
from PIL import Image

from pie_desktop.imaging.encode_options import EncodeOptions

# Levels beyond these take two to four times as long for 3 to 5 % smaller photographs.
_PNG_LEVEL = 3
_TIFF_LEVEL = 4
# 24 MP take 17 s at this speed of libaom and 37 s at the next better one, for 1 % smaller files.
_AVIF_SPEED = 8
# x265's own choice takes eight times as long (107 s of a core for 24 MP) for 13 % smaller files of a larger error.
_HEIC_PRESET = "ultrafast"
_TIFF_COMPRESSIONS = {"deflate": "zlib", "lzw": "lzw", "none": None}
# What the formats, or the programs that read them, bear on a side.
MAX_SIDES = {"jpeg": 65_500, "webp": 16_383, "heic": 16_384, "avif": 32_768}
_CENTIMETRES = 3  # TIFF 6.0, ResolutionUnit
_MATRIX_BT601 = 6


@dataclass(frozen=True)
class Resolution:
    """Pixels per inch (unit 2), per centimetre (3) or without a unit (1), as in TIFF 6.0."""

    x: float
    y: float
    unit: int = 2

    @property
    def per_inch(self) -> tuple[float, float]:
        factor = 2.54 if self.unit == _CENTIMETRES else 1.0
        return self.x * factor, self.y * factor


@dataclass(frozen=True)
class FileExtras:
    """What a file holds beside its samples.

    Attributes:
        icc: profile of the samples.
        cicp: their colour primaries and transfer characteristics (ITU-T H.273), for HEIC and AVIF.
        resolution: of the print, or None.
        exif: a TIFF structure without preamble, xmp: a packet; for HEIC and AVIF alone.
    """

    icc: bytes
    cicp: tuple[int, int] = (2, 2)
    resolution: Resolution | None = None
    exif: bytes | None = None
    xmp: bytes | None = None


def encode_samples(samples: np.ndarray, options: EncodeOptions, extras: FileExtras) -> bytes:
    """A whole file.

    Args:
        samples: (H, W, 3) RGB; uint8 for formats of 8 bits, uint16 over its whole range for those of 10 and 16.
        options: format, quality, subsampling, compression.
        extras: profile and metadata.

    Raises:
        MemoryError, ValueError, RuntimeError: the encoder failed.
    """
    if options.container != "jpeg":
        samples = np.ascontiguousarray(samples)
    return _ENCODERS[options.container](samples, options, extras)


def _encode_jpeg(samples: np.ndarray, options: EncodeOptions, extras: FileExtras) -> bytes:
    height, width = samples.shape[:2]
    # Four bytes per pixel are what Pillow works with: taken over as they are, which saves a third of the time.
    image = Image.frombuffer("RGBX", (width, height), _padded(samples), "raw", "RGBX", 0, 1)
    buffer = io.BytesIO()
    dots = {"dpi": extras.resolution.per_inch} if extras.resolution is not None and extras.resolution.unit > 1 else {}
    image.save(buffer, "JPEG", quality=options.quality, subsampling=options.chroma, icc_profile=extras.icc, **dots)
    return buffer.getvalue()


def _padded(samples: np.ndarray) -> np.ndarray:
    """(H, W, 4): the array that `samples` is a view of (`lut.apply_lut_padded`), else a copy."""
    whole = samples.base
    if isinstance(whole, np.ndarray) and whole.flags.c_contiguous and whole.shape == (*samples.shape[:2], 4):
        view = whole[..., :3]
        if view.strides == samples.strides and view.ctypes.data == samples.ctypes.data:
            return whole
    return cv2.cvtColor(np.ascontiguousarray(samples), cv2.COLOR_RGB2RGBA)


def _encode_png(samples: np.ndarray, options: EncodeOptions, extras: FileExtras) -> bytes:
    bgr = cv2.cvtColor(samples, cv2.COLOR_RGB2BGR)
    done, data = cv2.imencode(".png", bgr, [cv2.IMWRITE_PNG_COMPRESSION, _PNG_LEVEL])
    if not done:
        raise MemoryError("the PNG encoder failed")
    # OpenCV writes 16 bits, which Pillow does not, but no profile: put it behind the header (8 + 25 bytes).
    chunks = _png_chunk(b"iCCP", b"ICC profile\0\0" + zlib.compress(extras.icc))
    if extras.resolution is not None and extras.resolution.unit > 1:
        dots = [round(number / 0.0254) for number in extras.resolution.per_inch]
        chunks += _png_chunk(b"pHYs", struct.pack(">IIB", *dots, 1))
    return b"".join((data[:33].tobytes(), chunks, data[33:].tobytes()))


def _png_chunk(name: bytes, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload)) + name + payload + struct.pack(">I", zlib.crc32(name + payload))


def _encode_tiff(samples: np.ndarray, options: EncodeOptions, extras: FileExtras) -> bytes:
    buffer = io.BytesIO()
    resolution = extras.resolution
    tifffile.imwrite(
        buffer,
        samples,
        photometric="rgb",
        compression=_TIFF_COMPRESSIONS[options.compression],
        compressionargs={"level": _TIFF_LEVEL} if options.compression == "deflate" else None,
        predictor=options.compression != "none",
        rowsperstrip=64,
        iccprofile=extras.icc,
        resolution=(resolution.x, resolution.y) if resolution is not None else None,
        resolutionunit=resolution.unit if resolution is not None else None,
        metadata=None,
        software=False,
    )
    return buffer.getvalue()


def _encode_webp(samples: np.ndarray, options: EncodeOptions, extras: FileExtras) -> bytes:
    buffer = io.BytesIO()
    # `exact` has no meaning without transparency; method 4 is libwebp's own balance of time and size.
    Image.fromarray(samples).save(
        buffer, "WEBP", quality=options.quality, lossless=options.lossless, method=4, icc_profile=extras.icc
    )
    return buffer.getvalue()


def _encode_heic(samples: np.ndarray, options: EncodeOptions, extras: FileExtras) -> bytes:
    import pillow_heif  # half a second that only HEIC files need

    buffer = io.BytesIO()
    primaries, transfer = extras.cicp
    if samples.dtype == np.uint16:
        samples = _to_10_bits(samples) << 6  # of which the encoder takes the upper 10 bits
    pillow_heif.encode(
        "RGB" if samples.dtype == np.uint8 else "RGB;16",
        samples.shape[1::-1],
        samples.tobytes(),
        buffer,
        quality=options.quality,
        enc_params={"preset": _HEIC_PRESET, "chroma": options.chroma.replace(":", "")},
        icc_profile=extras.icc,
        color_primaries=primaries,
        transfer_characteristics=transfer,
        matrix_coefficients=_MATRIX_BT601,
        full_range_flag=1,
        exif=extras.exif,
        xmp=extras.xmp,
    )
    return buffer.getvalue()


def _encode_avif(samples: np.ndarray, options: EncodeOptions, extras: FileExtras) -> bytes:
    import imagecodecs

    from pie_desktop.imaging.formats.avif import with_profile_and_metadata

    bits = options.bits(16)
    if bits == 10:
        samples = _to_10_bits(samples)
    encoded = imagecodecs.avif_encode(
        samples,
        level=options.quality,
        speed=_AVIF_SPEED,
        bitspersample=bits,
        pixelformat=options.chroma.replace(":", ""),
        primaries=extras.cicp[0],
        transfer=extras.cicp[1],
        matrix=_MATRIX_BT601,
        numthreads=1,  # the processes of an export are the parallelism
    )
    return with_profile_and_metadata(bytes(encoded), extras.icc, extras.exif, extras.xmp)


def _to_10_bits(samples: np.ndarray) -> np.ndarray:
    """65535 becomes 1023, rounded."""
    return ((samples.astype(np.uint32) * 1023 + 32767) // 65535).astype(np.uint16)


_ENCODERS: dict[str, Callable[[np.ndarray, EncodeOptions, FileExtras], bytes]] = {
    "jpeg": _encode_jpeg,
    "png": _encode_png,
    "tiff": _encode_tiff,
    "webp": _encode_webp,
    "heic": _encode_heic,
    "avif": _encode_avif,
}
