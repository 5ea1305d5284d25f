"""3D LUT files: Iridas/Adobe `.cube` and HaldCLUT images."""

from pathlib import Path

import cv2
import numpy as np

from pie_desktop.errors import DecodeError, EncodeError
from pie_desktop.imaging.atomic import atomic_write
from pie_desktop.imaging.formats.parts.png_chunks import for_decoder
from pie_desktop.imaging.formats.registry import read_header

MAX_READ_SIZE = 129
_MAX_FILE_BYTES = 200_000_000
_MAX_HALD_LEVEL = 16  # 4096 x 4096 pixels; those in use have 8 to 12


def load_lut(path: Path) -> np.ndarray:
    """LUT of a `.cube` file or a HaldCLUT image (`.png`, `.tif`).

    Raises:
        DecodeError: neither of them, or damaged.
    """
    path = Path(path)
    if path.suffix.lower() == ".cube":
        return read_cube(path)
    if path.suffix.lower() in {".png", ".tif", ".tiff"}:
        return read_haldclut(path)
    raise DecodeError(f"{path.name} is not a LUT that can be read; choose a .cube file or a HaldCLUT PNG.")


def write_cube(path: Path, lut: np.ndarray, title: str) -> None:
    """Write a LUT as `.cube` (red fastest, as its specification wants; seven decimals).

    Args:
        lut: float32 (S, S, S, 3), indexed [r, g, b].
        title: free text; quotes and line ends are replaced.

    Raises:
        EncodeError: the file cannot be written.
    """
    path = Path(path)
    text = cube_text(lut, title)
    try:
        with atomic_write(path) as temporary:
            temporary.write_text(text, encoding="utf-8")
    except OSError as error:
        raise EncodeError(f"The LUT {path} could not be written ({error.strerror or error}).") from error


def cube_text(lut: np.ndarray, title: str, comment: str = "") -> str:
    """The text of a `.cube` file; see `write_cube`. `comment` becomes one line."""
    return f"{_cube_head(title, comment)}LUT_3D_SIZE {lut.shape[0]}\n{cube_rows(lut)}\n"


def _cube_head(title: str, comment: str) -> str:
    """How a `.cube` file begins."""
    clean_title = " ".join(title.split()).replace('"', "'")
    head = f'TITLE "{clean_title}"\n'
    return f"# {' '.join(comment.split())}\n{head}" if comment else head


def cube_rows(lut: np.ndarray) -> str:
    """The colours of a LUT, float32 (S, S, S, 3), red fastest, with seven decimals."""
    rows = lut.transpose(2, 1, 0, 3).reshape(-1, 3)
    return "\n".join(f"{r:.7f} {g:.7f} {b:.7f}" for r, g, b in rows.tolist())


def read_cube(path: Path) -> np.ndarray:
    """LUT of a 3D `.cube` file, float32 (S, S, S, 3), indexed [r, g, b].

    A domain other than [0, 1] (`DOMAIN_MIN`, `DOMAIN_MAX`, `LUT_3D_INPUT_RANGE`) is resampled to [0, 1].
    Format: Adobe, Cube LUT Specification 1.0 (2013).

    Raises:
        DecodeError: unreadable, not a 3D `.cube`, or with too few, too many or senseless numbers.
    """
    path = Path(path)
    try:
        if path.stat().st_size > _MAX_FILE_BYTES:
            raise DecodeError(f"{path.name} is too large for a .cube LUT.")
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise DecodeError(f"The LUT {path} could not be read ({error.strerror or error}).") from error
    try:
        return _parse_cube(text)
    except ValueError as error:
        raise DecodeError(f"{path.name} is not a usable .cube LUT: {error}.") from error


def _parse_cube(text: str) -> np.ndarray:
    size = 0
    domain = np.array([[0.0] * 3, [1.0] * 3])
    numbers: list[str] = []
    for line in text.splitlines():
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        keyword = words[0].upper()
        if keyword == "LUT_3D_SIZE" and len(words) == 2:
            size = int(words[1])
        elif keyword == "LUT_1D_SIZE":
            raise ValueError("it is a 1D LUT, a 3D LUT is needed")
        elif keyword in ("DOMAIN_MIN", "DOMAIN_MAX") and len(words) == 4:
            domain[int(keyword == "DOMAIN_MAX")] = [float(word) for word in words[1:]]
        elif keyword == "LUT_3D_INPUT_RANGE" and len(words) == 3:
            domain[:] = [[float(words[1])], [float(words[2])]]
        elif len(words) == 3 and not keyword[0].isalpha():
            numbers += words
    if not 2 <= size <= MAX_READ_SIZE:
        raise ValueError(f"its LUT_3D_SIZE is missing or not from 2 to {MAX_READ_SIZE}")
    if len(numbers) != 3 * size**3:
        raise ValueError(f"it has {len(numbers) // 3} entries where {size**3} belong")
    lut = np.array(numbers, dtype=np.float32).reshape(size, size, size, 3).transpose(2, 1, 0, 3)
    if not np.isfinite(lut).all() or not np.isfinite(domain).all() or (domain[1] <= domain[0]).any():
        raise ValueError("it has values that make no sense")
    if (domain != [[0.0] * 3, [1.0] * 3]).any():
        axis = np.linspace(0, 1, size)
        lut = _sample(lut, [(axis - low) / (high - low) * (size - 1) for low, high in domain.T])
    return np.ascontiguousarray(lut)


def read_haldclut(path: Path) -> np.ndarray:
    """LUT of a HaldCLUT image (a square of side L^3 with L^2 nodes per axis), 8 or 16 bit.

    Levels above 11 are resampled to 129 nodes, and those above 16 refused by the header: a file of 200 bytes may claim
    an image of 2 GB. An embedded profile is ignored: the numbers are the LUT.
    Format: E. Smith, The Hald CLUT (2008).

    Raises:
        DecodeError: unreadable, or not a HaldCLUT.
    """
    path = Path(path)
    try:
        data = np.fromfile(path, dtype=np.uint8)
    except OSError as error:
        raise DecodeError(f"The LUT {path} could not be read ({error.strerror or error}).") from error
    not_hald = f"{path.name} is not a HaldCLUT; it must be a square RGB image with a side of 8, 27, 64, 125 … pixels."
    try:
        header = read_header(path)
        level = round(header.width ** (1 / 3))
        if header.height != header.width or level**3 != header.width or level < 2:
            raise DecodeError(not_hald)
        if level > _MAX_HALD_LEVEL:
            largest = _MAX_HALD_LEVEL**3
            raise DecodeError(f"{path.name} is a HaldCLUT beyond {largest} x {largest} pixels; use a smaller one.")
        if header.format == "png":
            data = np.frombuffer(for_decoder(data.tobytes()), np.uint8)
        image = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
    except (cv2.error, ValueError):  # also where a chunk of a PNG is not as it was written
        image = None
    if image is None or image.ndim != 3 or image.dtype not in (np.uint8, np.uint16):
        raise DecodeError(not_hald)
    if image.shape[:2] != (level**3, level**3):
        raise DecodeError(not_hald)
    size = level * level
    rgb = image[..., 2::-1].astype(np.float32) / np.iinfo(image.dtype).max
    lut = rgb.reshape(size, size, size, 3).transpose(2, 1, 0, 3)
    if size > MAX_READ_SIZE:
        lut = _sample(lut, [np.linspace(0, size - 1, MAX_READ_SIZE)] * 3)
    return np.ascontiguousarray(lut)


def _sample(lut: np.ndarray, positions: list[np.ndarray]) -> np.ndarray:
    """Trilinear samples of a LUT on a grid; `positions[c]` are node coordinates along axis c, clamped."""
    last = lut.shape[0] - 1
    for axis, unclamped in enumerate(positions):
        position = np.clip(unclamped, 0, last)
        lower = np.minimum(position.astype(int), last - 1)
        shape = [1, 1, 1, 1]
        shape[axis] = -1
        weight = (position - lower).reshape(shape).astype(np.float32)
        lut = np.take(lut, lower, axis) * (1 - weight) + np.take(lut, lower + 1, axis) * weight
    return lut
