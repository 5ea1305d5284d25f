"""What decoders give: a header and samples; and samples of 8 bits as 16, or the other way round."""

import hashlib
import logging
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from pie_desktop.errors import DecodeError

MAX_PIXELS = 300_000_000

T = TypeVar("T")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Header:
    """A photo before decoding.

    Attributes:
        path: the file.
        format: `jpeg`, `png`, `tiff`, `webp`, `raw`, `heic`, `avif`, `jxl` or `psd`, by content.
        width, height: as stored, before the orientation is applied.
        orientation: EXIF orientation, 1 to 8.
        bit_depth: 8 (also for fewer bits), 16 (10 to 16 bits), or 32 for floating point.
        icc: the profile of the samples: embedded, or made from what else the file says of its colours, or None.
        mode: Pillow's mode such as `RGB` or `CMYK`; empty when Pillow does not read the file.
        color_name: what the profile is called where it is not an embedded one that names itself.
    """

    path: Path
    format: str
    width: int
    height: int
    orientation: int
    bit_depth: int
    icc: bytes | None
    mode: str = ""
    color_name: str | None = None


@dataclass(frozen=True)
class StoredPixels:
    """Decoded samples.

    Attributes:
        array: uint8, uint16, or float32 (0 to 1 is black to white, values beyond are kept); (H, W) for `gray`,
            (H, W, 3) for `rgb` and `lab`, (H, W, 4) for `cmyk` (0 is no ink). Integer `lab` is encoded as in ICC
            profiles: L* over the whole range, a* and b* offset by 128 and times 1 or 257.
        space: which of these.
        oriented: the decoder applied the orientation already.
    """

    array: np.ndarray
    space: str
    oriented: bool = False


def damaged(path: Path) -> DecodeError:
    """The answer to a file that breaks off or contradicts itself."""
    return DecodeError(f"{path.name} is damaged or incomplete; copy it again or restore it from a backup.")


def check_size(path: Path, width: int, height: int) -> None:
    """Raise DecodeError for a photo without a size, or above `MAX_PIXELS`: before memory is allocated."""
    if width < 1 or height < 1:
        raise DecodeError(f"{path.name} is damaged: its header gives no size.")
    if width * height > MAX_PIXELS:
        raise DecodeError(
            f"{path.name} has {width} x {height} pixels ({round(width * height / 1e6)} megapixels); "
            f"at most {MAX_PIXELS // 1_000_000} megapixels can be opened, so make a smaller copy first."
        )


def file_digest(path: Path) -> str:
    """BLAKE2b of the whole file, 32 hexadecimal digits: equal for equal content. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


def read_start(path: Path, count: int) -> bytes:
    """The first bytes of a file.

    Raises:
        DecodeError: it is missing, may not be read, or is no file: opening a pipe would wait forever.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise DecodeError(f"{path} is not a file; open a photo instead.")
        with path.open("rb", buffering=0) as file:
            return file.read(count)
    except FileNotFoundError as error:
        raise DecodeError(f"{path} does not exist any more; was it moved or deleted?") from error
    except (OSError, ValueError) as error:
        raise DecodeError(f"{path} could not be read ({getattr(error, 'strerror', None) or error}).") from error


def guarded(path: Path, read: Callable[[], T]) -> T:
    """Run a decoder on a file that may be hostile; whatever it raises becomes a DecodeError about the file.

    Decoders written in Python raise nearly anything on damaged input (struct.error, IndexError, SyntaxError, ...).
    """
    try:
        return read()
    except DecodeError:
        raise
    except MemoryError as error:
        raise DecodeError(f"{path.name} is too large for the memory of this computer.") from error
    except FileNotFoundError as error:
        raise DecodeError(f"{path} does not exist any more; was it moved or deleted?") from error
    except PermissionError as error:
        raise DecodeError(f"{path} could not be read ({error.strerror or error}).") from error
    except Exception as error:
        _log.debug("Reading %s", path, exc_info=True)
        if _is_lack_of_memory(error):
            raise DecodeError(f"{path.name} is too large for the memory of this computer.") from error
        raise damaged(path) from error


def _is_lack_of_memory(error: Exception) -> bool:
    """Decoders in C have errors of their own for it: `Insufficient memory` (OpenCV), `Unsufficient memory` (LibRaw)."""
    text = str(error).lower()
    return "sufficient memory" in text or "out of memory" in text


def composite_on_white(rgb: np.ndarray, alpha: np.ndarray, premultiplied: bool = False) -> np.ndarray:
    """Colours over white; (H, W, 3) and (H, W) of one integer dtype, or float32.

    Args:
        rgb: colours.
        alpha: opacity.
        premultiplied: the colours have been multiplied by it already.
    """
    if rgb.dtype == np.float32:
        return (rgb if premultiplied else rgb * alpha[..., None]) + (1 - alpha[..., None])
    top = np.iinfo(rgb.dtype).max
    result = np.empty_like(rgb)
    for row in range(0, len(rgb), 256):  # in strips: the intermediate values need four to eight times the memory
        part = slice(row, row + 256)
        inverse = top - alpha[part].astype(np.uint64)[..., None]
        if premultiplied:
            result[part] = np.minimum(rgb[part] + inverse, top)
            continue
        opaque = rgb[part].astype(np.uint64) * (top - inverse)
        result[part] = (opaque + inverse * top + top // 2) // top
    return result


def reduction(header: Header, min_side: int | None) -> int:
    """The largest of 8, 4, 2, 1 by which the size may be divided so that the long side keeps `min_side` pixels."""
    if min_side is None:
        return 1
    long_side = max(header.width, header.height)
    return next((denominator for denominator in (8, 4, 2) if long_side >= denominator * min_side), 1)


def to_uint8(image: np.ndarray) -> np.ndarray:
    """An image with 8 bits, rounded; uint8 or uint16, any number of channels."""
    if image.dtype == np.uint8:
        return image
    result = np.empty(image.shape, dtype=np.uint8)
    for row in range(0, len(image), 256):  # in strips, for the memory of the intermediate values
        part = slice(row, row + 256)
        result[part] = (image[part].astype(np.uint32) + 128) // 257
    return result


def to_uint16(image: np.ndarray) -> np.ndarray:
    """An image with 16 bits: 255 becomes 65535."""
    return image if image.dtype == np.uint16 else image * np.uint16(257)


def to_10_bits(image: np.ndarray) -> np.ndarray:
    """uint16 over its whole range as uint16 with 10 bits: 65535 becomes 1023, rounded."""
    return ((image.astype(np.uint32) * 1023 + 32767) // 65535).astype(np.uint16)


def from_float(image: np.ndarray, dtype: type[np.uint8] | type[np.uint16] = np.uint16) -> np.ndarray:
    """float32 in [0, 1] as integers over their whole range, clipped and rounded; integers come back as they are."""
    if image.dtype != np.float32:
        return image
    result = np.empty(image.shape, dtype=dtype)
    top = np.float32(np.iinfo(dtype).max)
    for row in range(0, len(image), 256):
        part = slice(row, row + 256)
        result[part] = np.rint(np.clip(image[part], 0, 1) * top).astype(dtype)
    return result
