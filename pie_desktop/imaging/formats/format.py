"""What a module of this package declares about its file format: a `FileFormat` named `FORMAT`.

Everything that the program knows of a format stands there: how its files are named and recognised, how they are read,
and, if they are written, with which options and limits. `registry` finds the modules by themselves. Importing one must
stay cheap, since the command line and the lists of photos do it: numpy and this package at the top, the libraries that
decode and encode inside the functions that use them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from pie_desktop.imaging.development import Development
from pie_desktop.imaging.stored import Header, StoredPixels

_CENTIMETRES = 3  # TIFF 6.0, ResolutionUnit
# Bytes per pixel as measured on sixteen photographs.
_JPEG_QUALITY = (1, 50, 70, 80, 89, 90, 92, 95, 98, 100)
_JPEG_BYTES = (0.02, 0.135, 0.183, 0.247, 0.326, 0.429, 0.448, 0.584, 0.742, 1.041)
_TRUE_16 = 4.6
# What is compressed without loss depends less on the detail.
_LOSSY_DETAIL, _LOSSLESS_DETAIL = 0.8, 0.5

Preview = tuple[StoredPixels, bytes | None]
"""A small image that came with the photo, uint8 RGB, upright; and its ICC profile, None for sRGB."""


class OtherFormat(Exception):
    """Raised by a `read_header` that finds a file of another format; its argument is the name of that one."""


@dataclass(frozen=True)
class Resolution:
    """Pixels per inch (unit 2), per centimetre (3) or without a unit (1), as in TIFF 6.0."""

    x: float
    y: float
    unit: int = 2

    @property
    def per_inch(self) -> tuple[float, float] | None:
        """Pixels per inch across and down, or None without a unit."""
        if self.unit == 1:
            return None
        factor = 2.54 if self.unit == _CENTIMETRES else 1.0
        return self.x * factor, self.y * factor


@dataclass(frozen=True)
class FileExtras:
    """What a file holds beside its samples.

    Attributes:
        icc: profile of the samples.
        cicp: their colour primaries and transfer characteristics (ITU-T H.273), for HEIC and AVIF.
        resolution: for printing, or None.
        exif: a TIFF structure without preamble, xmp: a packet; only for formats that `takes_metadata`.
    """

    icc: bytes
    cicp: tuple[int, int] = (2, 2)
    resolution: Resolution | None = None
    exif: bytes | None = None
    xmp: bytes | None = None

    @property
    def dots_per_inch(self) -> tuple[float, float] | None:
        """The resolution, if there is one with a unit."""
        return self.resolution.per_inch if self.resolution is not None else None


@dataclass(frozen=True)
class Coding:
    """How samples are stored; an encoder looks only at what its format offers.

    Attributes:
        bits: per sample: 8, 10 or 16.
        quality: 1 to 100, for lossy formats.
        chroma: resolution of the colour: `4:4:4`, `4:2:2` or `4:2:0`.
        lossless: store without loss where the format does both.
        compression: `deflate`, `lzw` or `none`.
    """

    bits: int = 8
    quality: int = 92
    chroma: str = "4:4:4"
    lossless: bool = False
    compression: str = "deflate"


@dataclass(frozen=True)
class Density:
    """Expected size of a file: bytes per pixel of a photograph of average detail.

    Attributes:
        bytes_per_pixel: as measured on sixteen photographs.
        detail: how much the size follows the detail of the photo, 0 (not at all) to 1 (in proportion).
    """

    bytes_per_pixel: float
    detail: float


def lossy_density(quality: int, share: float = 1.0) -> Density:
    """Of a lossy format whose files take a share of what a JPEG of the same quality takes (1 to 100)."""
    return Density(float(np.interp(quality, _JPEG_QUALITY, _JPEG_BYTES)) * share, _LOSSY_DETAIL)


def lossless_density(bits: int, source_bits: int, with_8: float = 1.74, with_16: float = 3.3) -> Density:
    """Of a format without loss.

    Args:
        bits: per sample of the file.
        source_bits: of the photo: true 16 bits can hardly be compressed.
        with_8, with_16: bytes per pixel of files with 8 and with 16 bits of photos that had 8; those of PNG by default.
    """
    if bits <= 8:
        return Density(with_8, _LOSSLESS_DETAIL)
    return Density(_TRUE_16 if source_bits > 8 else with_16, _LOSSLESS_DETAIL)


@dataclass(frozen=True)
class Depth:
    """A variant of a format by its bits per sample.

    Attributes:
        name: as on the command line and in presets, such as `tiff16`.
        bits: 8, 10 or 16; None for those of the photo.
    """

    name: str
    bits: int | None = 8

    @property
    def title(self) -> str:
        """Such as `16 bit`."""
        return "Auto" if self.bits is None else f"{self.bits} bit"


@dataclass(frozen=True)
class Writing:
    """How a format is written.

    Attributes:
        place: in menus and in the help, from 0 on.
        suffix: of new files.
        depths: the variants; at least one.
        encode: makes a whole file of (H, W, 3) RGB samples: uint8 for 8 bits, else uint16 over its whole range.
            Raises MemoryError, ValueError, RuntimeError or OSError when it fails.
        density: expected size with this coding, for a photo of so many bits per sample.
        lossy: the quality counts.
        choice: the one further field of `EncodeOptions` that the format offers, or None.
        max_side: pixels on a side that the format, or the programs that read it, can take; None for no such limit.
        takes_metadata: `encode` stores EXIF and XMP itself; otherwise exiv2 adds them to the finished file.
        takes_padded: `encode` is faster on samples that are a view of (H, W, 4).
    """

    place: int
    suffix: str
    depths: tuple[Depth, ...]
    encode: Callable[[np.ndarray, Coding, FileExtras], bytes]
    density: Callable[[Coding, int], Density]
    lossy: bool = False
    choice: Literal["subsampling", "compression", "lossless"] | None = None
    max_side: int | None = None
    takes_metadata: bool = False
    takes_padded: bool = False


@dataclass(frozen=True)
class FileFormat:
    """One file format.

    Attributes:
        name: such as `jpeg`; `Header.format` of its files.
        title: for people, such as `JPEG`.
        suffixes: of its files, in lower case, with the dot.
        read_header: the header without the pixels; may raise `OtherFormat`. Any other exception means a damaged file,
            a DecodeError is shown as it is.
        read_pixels: the samples of the first image, as they are stored. The second argument is None for full size;
            otherwise the image may be smaller, as long as its long side keeps at least that many pixels.
        magic: what its files start with.
        brands: those of its files, if they consist of ISO base media boxes.
        matches: further signs in the first 64 bytes and the suffix (in lower case), or None.
        read_preview: the preview that the file carries, with a long side of at least so many pixels if there is one
            that large; None for formats without.
        read_developed: `read_pixels` of files that hold the data of a sensor, with exposure and white balance; None for
            formats whose photos are developed already.
        goes_with_raw: cameras write such a file beside a RAW photo; both are then one photo.
        preload: modules that a process imports before it reads its first photo: quick to load, and often needed.
        writing: None for a format that is only read.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    read_header: Callable[[Path], Header]
    read_pixels: Callable[[Header, int | None], StoredPixels]
    magic: tuple[bytes, ...] = ()
    brands: tuple[bytes, ...] = ()
    matches: Callable[[bytes, str], bool] | None = None
    read_preview: Callable[[Header, int], Preview | None] | None = None
    read_developed: Callable[[Header, int | None, Development], StoredPixels] | None = None
    goes_with_raw: bool = False
    preload: tuple[str, ...] = ()
    writing: Writing | None = None
