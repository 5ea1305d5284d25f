"""TIFF: 8 bits read through Pillow; all else, and what Pillow cannot read, through tifffile, which also writes."""

import io
import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pie_desktop.errors import DecodeError
from pie_desktop.imaging.formats.format import (
    Coding,
    Density,
    Depth,
    FileExtras,
    FileFormat,
    OtherFormat,
    Writing,
    lossless_density,
)
from pie_desktop.imaging.formats.parts import ycbcr
from pie_desktop.imaging.formats.parts.depth import full_range
from pie_desktop.imaging.formats.parts.pillow import pixels_of, says_adobe_rgb, valid_orientation
from pie_desktop.imaging.stored import MAX_PIXELS, Header, StoredPixels, composite_on_white, damaged, from_float

if TYPE_CHECKING:
    import tifffile

MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")

_ORIENTATION = 274
_DNG_VERSION = 50706
_SUB_IFDS = 330
_ICC_PROFILE = 34675
_MAX_SUB_IFDS = 16
# TIFF 6.0 and its supplements, PhotometricInterpretation
_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB, _SEPARATED, _YCBCR, _CIELAB, _ICCLAB = 0, 1, 2, 5, 6, 8, 9
_LAB = {_CIELAB, _ICCLAB}
_COLORS = {_RGB, _SEPARATED, _YCBCR, *_LAB}
_READABLE = {_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB, _SEPARATED, _YCBCR, *_LAB}
_LEVEL = 4  # of deflate: those beyond take two to four times as long for 3 to 5 % smaller photographs
_COMPRESSIONS = {"deflate": "zlib", "lzw": "lzw", "none": None}


def is_raw(path: Path) -> bool:
    """Whether a file with the structure of a TIFF is a RAW photo: a DNG, or images of a colour filter array in it."""
    import tifffile

    with tifffile.TiffFile(path) as tiff:
        page = tiff.pages[0]
        if _DNG_VERSION in page.tags or page.photometric == tifffile.PHOTOMETRIC.CFA:
            return True
        try:
            offsets = page.tags.valueof(_SUB_IFDS) or ()
            if not offsets or len(offsets) > _MAX_SUB_IFDS:
                return False
            return any(sub.photometric == tifffile.PHOTOMETRIC.CFA for sub in page.pages or ())
        except Exception:  # other images in the file may be damaged without harm to the first
            return False


def read_header(path: Path) -> Header:
    """Header of the first page; raises OtherFormat for a RAW photo."""
    if is_raw(path):
        raise OtherFormat("raw")
    mode, adobe_rgb = _by_pillow(path)
    return _by_tifffile(path, mode, adobe_rgb)


def _by_pillow(path: Path) -> tuple[str, bool]:
    """The mode in which Pillow opens the file, empty if it does not; and whether EXIF declares Adobe RGB."""
    from PIL import TiffImagePlugin

    mode, adobe_rgb = "", False
    try:
        with TiffImagePlugin.TiffImageFile(path) as image:
            mode, adobe_rgb = image.mode, says_adobe_rgb(image.getexif())
    except Exception:
        pass  # tifffile reads more kinds
    return mode, adobe_rgb


def _by_tifffile(path: Path, pillow_mode: str, adobe_rgb: bool) -> Header:
    """Header of the first page; the mode is used for 8 bits only, EXIF's Adobe RGB where there is no profile."""
    import tifffile

    from pie_desktop.imaging.color.cicp import adobe_rgb_profile

    with tifffile.TiffFile(path) as tiff:
        page = tiff.pages[0]
        icc = page.tags.valueof(_ICC_PROFILE)
        orientation = page.tags.valueof(_ORIENTATION)
        bits = _bits(page)
        bit_depth = 8 if bits <= 8 else 16 if bits <= 16 and page.sampleformat in (1, 2) else 32
        if page.photometric in _LAB or (page.photometric == _YCBCR and ycbcr.is_plain(page)):
            pillow_mode = ""
        width, height = page.imagewidth, page.imagelength
    if not isinstance(width, int) or not isinstance(height, int):  # several numbers, or bytes, in a damaged tag
        raise damaged(path)
    name = None
    if not icc and adobe_rgb:
        icc, name = adobe_rgb_profile(), "Adobe RGB"
    mode = pillow_mode if bit_depth == 8 and width * height <= MAX_PIXELS else ""
    return Header(path, FORMAT.name, width, height, valid_orientation(orientation), bit_depth, icc or None, mode, name)


def read_pixels(header: Header, min_side: int | None) -> StoredPixels:
    """Samples of the first page, by whichever library reads them."""
    from PIL import TiffImagePlugin

    if header.mode:
        try:
            with TiffImagePlugin.TiffImageFile(header.path) as image:
                return pixels_of(image, min_side, oriented=True)  # Pillow turns TIFFs, and only these, by itself
        except Exception:
            pass  # tifffile knows more compressions
    return _read_with_tifffile(header.path)


def _read_with_tifffile(path: Path) -> StoredPixels:
    """16 bit, floating point, L*a*b*, separate planes, and compressions that Pillow does not know."""
    import tifffile

    with tifffile.TiffFile(path) as tiff:
        page = tiff.pages[0]
        photometric, extra = page.photometric, tuple(page.extrasamples)
        if photometric not in _READABLE:
            kind = photometric.name
            raise DecodeError(f"{path.name} is a {kind} TIFF, which cannot be opened; save it as an RGB TIFF.")
        convert = photometric == _YCBCR and not ycbcr.is_converted(page)
        if _misses_segments(page):
            raise damaged(path)  # tifffile takes them for black
        bits = _bits(page)
        if bits == 1 and photometric in _COLORS:
            raise damaged(
                path
            )  # what is meant where the number of bits is lost (TIFF 6.0); no photo in colours has one
        if convert and not (ycbcr.has_full_color(page) and bits in (8, 16)):
            if not ycbcr.is_plain(page):
                raise damaged(path)  # libtiff would have read it
            kind = "a YCbCr TIFF of an unusual kind"
            raise DecodeError(f"{path.name} is {kind}, which cannot be opened; save it as an RGB TIFF.")
        array = page.asarray()
        separate = page.planarconfig == tifffile.PLANARCONFIG.SEPARATE and array.ndim == 3
        if separate:
            array = np.moveaxis(array, 0, -1)
        if convert:
            array, extra = ycbcr.to_rgb(array, page), ()
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[..., 0]
    if array.ndim not in (2, 3) or np.iscomplexobj(array):
        raise DecodeError(f"{path.name} is a TIFF of a scientific kind that is not a photo; save it as an RGB TIFF.")
    if photometric in _LAB and array.ndim == 3 and array.shape[2] >= 3:
        signed = photometric == _CIELAB
        return StoredPixels(_icc_lab(path, np.ascontiguousarray(array[..., :3]), signed), "lab")
    if array.dtype.kind == "f" and _is_lost(array):
        raise damaged(path)
    array = full_range(array, bits)
    if photometric == _WHITE_IS_ZERO:
        array = (np.iinfo(array.dtype).max if array.dtype != np.float32 else np.float32(1)) - array
    if array.ndim == 2:
        return StoredPixels(np.ascontiguousarray(array), "gray")
    if photometric == _SEPARATED and array.shape[2] >= 4:
        return StoredPixels(np.ascontiguousarray(from_float(array[..., :4])), "cmyk")
    colors = 3 if array.shape[2] >= 3 else 1
    base = np.ascontiguousarray(array[..., :colors])
    if extra and int(extra[0]) in (1, 2) and array.shape[2] > colors:
        premultiplied = extra[0] == tifffile.EXTRASAMPLE.ASSOCALPHA
        base = composite_on_white(base, array[..., colors], premultiplied)
    return StoredPixels(base if colors == 3 else base[..., 0], "rgb" if colors == 3 else "gray")


def _misses_segments(page: "tifffile.TiffPage") -> bool:
    """Whether strips or tiles have no place in the file: the holes of a map are lost parts of a photo."""
    offsets, counts, end = page.dataoffsets, page.databytecounts, page.parent.filehandle.size
    if min(len(offsets), len(counts)) < math.prod(page.chunked):
        return True
    places = zip(offsets, counts, strict=False)  # numbers of a damaged tag can be of any type
    return not all(isinstance(n, int) and 0 < n < end for place in places for n in place)


def _is_lost(array: np.ndarray) -> bool:
    """Whether some samples are no numbers, and no other says more than black: as of integers that are called floats.

    Samples that are no numbers around a photo are black: programs that join panoramas write them. So is a photo of
    nothing else, which whoever wants to learn from it is told.
    """
    missing = np.isnan(array)
    return bool(missing.any()) and not bool(missing.all()) and not bool(np.nanmax(array) > 0)


def _bits(page: "tifffile.TiffPage") -> int:
    return page.bitspersample if isinstance(page.bitspersample, int) else max(page.bitspersample)


def _icc_lab(path: Path, array: np.ndarray, signed: bool) -> np.ndarray:
    """TIFF's L*a*b* (TIFF 6.0, section 23: a* and b* are signed) in the encoding of ICC profiles."""
    if array.dtype.itemsize > 2:
        raise DecodeError(f"{path.name} is an L*a*b* TIFF beyond 16 bits; save it as an RGB TIFF.")
    array = array.view(np.uint8 if array.dtype.itemsize == 1 else np.uint16)
    if not signed:
        return array
    if array.dtype == np.uint8:
        array[..., 1:] ^= 128
        return array
    # a* and b* are 1/256 steps there and 1/257 here.
    values = array[..., 1:].view(np.int16).astype(np.float32)
    array[..., 1:] = np.clip(np.round((values / 256 + 128) * 257), 0, 65535).astype(np.uint16)
    return array


def _encode(samples: np.ndarray, coding: Coding, extras: FileExtras) -> bytes:
    import tifffile

    buffer = io.BytesIO()
    resolution = extras.resolution
    tifffile.imwrite(
        buffer,
        samples,
        photometric="rgb",
        compression=_COMPRESSIONS[coding.compression],
        compressionargs={"level": _LEVEL} if coding.compression == "deflate" else None,
        predictor=coding.compression != "none",
        rowsperstrip=64,
        iccprofile=extras.icc,
        resolution=(resolution.x, resolution.y) if resolution is not None else None,
        resolutionunit=resolution.unit if resolution is not None else None,
        metadata=None,
        software=False,
    )
    return buffer.getvalue()


def _density(coding: Coding, source_bits: int) -> Density:
    if coding.compression == "none":
        return Density(3 * coding.bits / 8, detail=0)
    return lossless_density(coding.bits, source_bits, with_8=1.82, with_16=2.4)


FORMAT = FileFormat(
    name="tiff",
    title="TIFF",
    suffixes=(".tif", ".tiff"),
    read_header=read_header,
    read_pixels=read_pixels,
    magic=MAGIC,
    preload=("tifffile", "PIL.TiffImagePlugin"),
    writing=Writing(
        place=2,
        suffix=".tif",
        depths=(Depth("tiff8"), Depth("tiff16", 16)),
        encode=_encode,
        density=_density,
        choice="compression",
    ),
)
