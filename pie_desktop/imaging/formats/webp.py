"""WebP: read and written through Pillow, 8 bits, with or without loss."""

import io
from pathlib import Path

import numpy as np

from pie_desktop.imaging.formats.format import (
    Coding,
    Density,
    Depth,
    FileExtras,
    FileFormat,
    Writing,
    lossless_density,
    lossy_density,
)
from pie_desktop.imaging.formats.parts.pillow import header_of, pixels_of
from pie_desktop.imaging.stored import Header, StoredPixels

_SHARE = 0.6  # of a JPEG that looks the same


def read_header(path: Path) -> Header:
    """Header of the first image."""
    from PIL import WebPImagePlugin

    with WebPImagePlugin.WebPImageFile(path) as image:
        return header_of(path, FORMAT.name, image, image.getexif())


def read_pixels(header: Header, min_side: int | None) -> StoredPixels:
    """uint8 samples of the first image."""
    from PIL import WebPImagePlugin

    with WebPImagePlugin.WebPImageFile(header.path) as image:
        return pixels_of(image, min_side)


def _matches(start: bytes, suffix: str) -> bool:
    return start[:4] == b"RIFF" and start[8:12] == b"WEBP"


def _encode(samples: np.ndarray, coding: Coding, extras: FileExtras) -> bytes:
    from PIL import Image

    buffer = io.BytesIO()
    # `exact` has no meaning without transparency; method 4 is libwebp's own balance of time and size. What is coded
    # with loss is always 4:2:0.
    Image.fromarray(samples).save(
        buffer, "WEBP", quality=coding.quality, lossless=coding.lossless, method=4, icc_profile=extras.icc
    )
    return buffer.getvalue()


def _density(coding: Coding, source_bits: int) -> Density:
    return lossless_density(coding.bits, source_bits) if coding.lossless else lossy_density(coding.quality, _SHARE)


FORMAT = FileFormat(
    name="webp",
    title="WebP",
    suffixes=(".webp",),
    read_header=read_header,
    read_pixels=read_pixels,
    matches=_matches,
    preload=("PIL.WebPImagePlugin",),
    writing=Writing(
        place=3,
        suffix=".webp",
        depths=(Depth("webp"),),
        encode=_encode,
        density=_density,
        lossy=True,
        choice="lossless",
        max_side=16_383,
    ),
)
