"""Small RAW files made from an image: what a camera with a Bayer sensor would have written of it."""

import struct
from pathlib import Path

import numpy as np
import tifffile

from pie_desktop.imaging.color.spaces import srgb_to_linear

BLACK, WHITE = 512, 16383
_BAYER = np.array([[0, 1], [1, 2]])
_XTRANS = np.array(
    [
        [1, 1, 0, 1, 1, 2],
        [1, 1, 2, 1, 1, 0],
        [2, 0, 1, 0, 2, 1],
        [1, 1, 2, 1, 1, 0],
        [1, 1, 0, 1, 1, 2],
        [0, 2, 1, 2, 0, 1],
    ]
)
# Of a camera whose primaries are those of sRGB: XYZ (D65) to linear sRGB.
_COLOR_MATRIX = np.array([[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]])


def write_dng(
    path: Path,
    image: np.ndarray,
    *,
    preview: np.ndarray | None = None,
    exposure: float = 0.0,
    balance: tuple[float, float, float] = (2.0, 1.0, 1.6),
    orientation: int = 1,
    baseline: float = 0.0,
    xtrans: bool = False,
) -> Path:
    """A DNG (Adobe DNG 1.4) with a mosaic of the image, which has even sides.

    Args:
        image: uint8 (H, W, 3), sRGB: the scene.
        preview: uint8 (h, w, 3): an embedded JPEG as cameras store it, turned like the sensor; or None.
        exposure: EV by which the sensor got more light.
        balance: multipliers of the white balance.
        orientation: of EXIF.
        baseline: BaselineExposure in EV.
        xtrans: the 6x6 mosaic of Fujifilm instead of Bayer's RGGB.
    """
    light = srgb_to_linear(image / 255.0) / np.array(balance) * 2.0**exposure
    levels = np.clip(np.round(BLACK + light * (WHITE - BLACK)), 0, WHITE).astype(np.uint16)
    pattern = _XTRANS if xtrans else _BAYER
    tiles = [-(-side // len(pattern)) for side in levels.shape[:2]]
    sites = np.tile(pattern, tiles)[: levels.shape[0], : levels.shape[1]]
    mosaic = np.take_along_axis(levels, sites[..., None], axis=2)[..., 0]
    matrix = [part for value in _COLOR_MATRIX.ravel() for part in (round(value * 10000), 10000)]
    neutral = [part for value in balance for part in (round(1e6 / value), 10**6)]
    main = [
        (50706, "B", 4, (1, 4, 0, 0), True),
        (50708, "s", 0, "PIE test camera", True),
        (271, "s", 0, "PIE", True),
        (272, "s", 0, "test camera", True),
        (274, "H", 1, orientation, True),
        (50721, "2i", 9, matrix, True),
        (50728, "2I", 3, neutral, True),
        (50730, "2i", 1, (round(baseline * 100), 100), True),
        (50778, "H", 1, 21, True),
    ]
    sensor = [
        (33421, "H", 2, pattern.shape, True),
        (33422, "B", pattern.size, tuple(pattern.ravel().tolist()), True),
        (50714, "H", 1, BLACK, True),
        (50717, "H", 1, WHITE, True),
    ]
    with tifffile.TiffWriter(path) as tiff:
        if preview is None:
            tiff.write(mosaic, photometric=32803, extratags=main + sensor, software=False, metadata=None)
        else:
            options = {"photometric": "rgb", "compression": "jpeg", "rowsperstrip": len(preview), "subfiletype": 1}
            tiff.write(preview, subifds=1, extratags=main, software=False, metadata=None, **options)
            tiff.write(mosaic, photometric=32803, subfiletype=0, extratags=sensor, software=False, metadata=None)
    return path


def write_tiff(
    path: Path, tags: list[tuple[int, str, list[int] | bytes]], offsets_tag: int, data: list[bytes]
) -> tuple[list[int], list[int]]:
    """A little-endian TIFF of one image, as RAW photos are; the offsets and the sizes of its tiles or strips.

    Args:
        path: the file.
        tags: number, kind (`B`, `s`, `H`, `I`, `i` or `R`, two integers a value) and values, by number.
        offsets_tag: the one that gets the offsets; it has as many values as there are parts.
        data: the parts.
    """
    kinds = {"B": (1, 1), "s": (2, 1), "H": (3, 1), "I": (4, 1), "R": (5, 2), "i": (10, 2)}
    sizes = [len(part) for part in data]
    start = 8 + 2 + 12 * len(tags) + 4

    def build(offsets: list[int]) -> bytes:
        entries, extra = b"", b""
        for tag, code, given in tags:
            values = offsets if tag == offsets_tag else given
            kind, per_value = kinds[code]
            if isinstance(values, bytes):
                content = values
            else:
                content = struct.pack(f"<{len(values)}{code.replace('R', 'I')}", *values)
            place = content.ljust(4, b"\0") if len(content) <= 4 else struct.pack("<I", start + len(extra))
            extra += b"" if len(content) <= 4 else content + bytes(len(content) % 2)
            entries += struct.pack("<HHI", tag, kind, len(values) // per_value) + place
        return b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + bytes(4) + extra

    first = len(build([0] * len(data)))
    offsets = [first + sum(sizes[:index]) for index in range(len(data))]
    path.write_bytes(build(offsets) + b"".join(data))
    return offsets, sizes
