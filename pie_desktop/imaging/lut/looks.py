"""Looks for other programs: a LUT as `.cube`, CLF, HaldCLUT or darktable style, and how those programs read it.

A darktable style is a `.cube` for darktable's LUT folder and a `.dtstyle` whose module *lut 3D* points to it.
"""

import itertools
import re
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Literal, get_args
from xml.sax.saxutils import escape

import cv2
import imagecodecs
import numpy as np
import PyOpenColorIO as ocio

from pie_desktop.errors import EncodeError
from pie_desktop.imaging.atomic import atomic_write, write_problem
from pie_desktop.imaging.formats.png import with_text
from pie_desktop.imaging.lut.apply import AnyLut, apply_any, apply_transform, identity_lut
from pie_desktop.imaging.lut.files import cube_rows, cube_text
from pie_desktop.imaging.lut.shaped import CURVE_POINTS, ShapedLut

FOLDER = "pie-desktop"  # within the user's LUT folder
# Parameters of darktable's module lut3d, version 3 (since darktable 3.4; later versions read it): the path within the
# LUT folder, colour space (0: sRGB), interpolation (0: tetrahedral), number of key points of a compressed LUT (none),
# room for these, and the name of such a LUT.
_MODULE_VERSION = 3
_PARAMETERS = struct.Struct("<512siii12288s128s")

_README = """{title}

1. In darktable: preferences, processing, "3D LUT root folder": choose a folder, or see which one it is.
2. Copy the folder "{folder}" from here into it.
3. In the lighttable, module "styles": import "{style}".
4. Apply the style "{title}" to photos that are developed otherwise already: the look expects a finished image, as a
   camera's JPEG is. The module "lut 3D" works in sRGB, with tetrahedral interpolation.

{comment}
"""


def style_files(name: str, lut: np.ndarray, title: str, comment: str) -> dict[str, bytes]:
    """What belongs into the folder of a style, by name with `/`.

    Args:
        name: of the style's files; characters that are no plain ones are replaced.
        lut: float32 (S, S, S, 3).
    """
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.") or "look"
    cube, style = f"{FOLDER}/{plain}.cube", f"{plain}.dtstyle"
    readme = _README.format(title=title, folder=FOLDER, style=style, comment=comment).rstrip() + "\n"
    return {
        cube: cube_text(lut, title, comment).encode("utf-8"),
        style: _style(title, comment, cube).encode("utf-8"),
        "README.txt": readme.encode("utf-8"),
    }


def _style(title: str, comment: str, cube: str) -> str:
    """A style with one module; without blending parameters darktable takes its defaults (no blending)."""
    parameters = _PARAMETERS.pack(cube.encode("ascii"), 0, 0, 0, b"", b"").hex()
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<darktable_style version="1.0">\n'
        f"<info><name>{escape(title)}</name><description>{escape(comment)}</description></info>\n"
        "<style><plugin>"
        f"<num>0</num><module>{_MODULE_VERSION}</module><operation>lut3d</operation>"
        f"<op_params>{parameters}</op_params><enabled>1</enabled>"
        "<blendop_params></blendop_params><blendop_version>0</blendop_version>"
        "<multi_priority>0</multi_priority><multi_name></multi_name>"
        "</plugin></style>\n"
        "</darktable_style>\n"
    )


LookFormat = Literal["cube", "resolve", "clf", "hald", "darktable"]
FORMATS: tuple[LookFormat, ...] = get_args(LookFormat)
SIZES = (17, 33, 65)
_EVEN = 1e-4  # of a curve that changes nothing
_HEAD = 8192  # bytes of a file in which it says what it is; every photo has a zero among them, no text has one
_OWN_COMMENT = b"PIE Desktop's own rendering"  # see `export.looks.LookReport`
HALD_LEVEL = 8  # 64 points per axis, an image of 512 x 512
SHAPED: frozenset[LookFormat] = frozenset({"resolve", "clf"})
"""Formats that hold a curve before the LUT."""
SUFFIXES: dict[LookFormat, str] = {"cube": ".cube", "resolve": ".cube", "clf": ".clf", "hald": ".png", "darktable": ""}

Rendering = Callable[[np.ndarray], np.ndarray]


def resampled(lut: AnyLut, size: int) -> np.ndarray:
    """A LUT with another number of points per axis, clipped to [0, 1]; from 17 to 33 and 65 nothing is lost."""
    # A LUT is itself an image of all colours, which another LUT can be applied to.
    colors = identity_lut(size).reshape(size * size, size, 3)
    return apply_any(colors, lut).reshape(size, size, size, 3)


def write_look(
    path: Path,
    lut: AnyLut,
    kind: LookFormat,
    title: str,
    comment: str = "",
    size: int = 33,
    overwrite: bool = True,
) -> None:
    """Write a LUT for other programs; its colours are sRGB in and out.

    Args:
        path: the file; of a darktable style the folder, which is made.
        lut: float32 (S, S, S, 3), or of the other form; `SHAPED` formats keep a `ShapedLut`, whatever `size` is.
        kind: of `FORMATS`.
        title, comment: kept in the file.
        size: points per axis; a HaldCLUT always has 64.
        overwrite: whether files may be replaced.

    Raises:
        EncodeError: it cannot be written.
    """
    path = Path(path)
    if overwrite and path.is_file() and not _is_look(path):
        raise EncodeError(f"{path} is no look, but a photo or another file; choose another name.")
    if kind == "hald":
        _save(path, _hald(resampled(lut, HALD_LEVEL**2), title, comment), overwrite)
    elif kind == "clf":
        _save(
            path,
            _clf(lut if isinstance(lut, ShapedLut) else resampled(lut, size), title, comment).encode("utf-8"),
            overwrite,
        )
    elif kind == "resolve":
        shaped = lut if isinstance(lut, ShapedLut) else ShapedLut.even(resampled(lut, size))
        _save(path, _shaped_cube(shaped, title, comment).encode("utf-8"), overwrite)
    elif kind == "cube":
        _save(path, cube_text(resampled(lut, size), title, comment).encode("utf-8"), overwrite)
    else:
        try:
            for name, data in style_files(path.name, resampled(lut, size), title, comment).items():
                (path / name).parent.mkdir(parents=True, exist_ok=True)
                _save(path / name, data, overwrite)
        except OSError as error:
            raise EncodeError(f"The folder {path} could not be made ({error.strerror or error}).") from error


def _is_look(path: Path) -> bool:
    """Whether a file may be a look, by its content: text, or of HaldCLUTs, which are images, one of this program."""
    try:
        with path.open("rb") as file:
            start = file.read(_HEAD)
    except OSError:
        return False
    return b"\0" not in start or _OWN_COMMENT in start


def read_look(path: Path, kind: LookFormat) -> Rendering:
    """How another program renders a look that was written: none of what wrote it is used to read it.

    `.cube` of both kinds and CLF by OpenColorIO's reader and its tetrahedral interpolation, as darktable does;
    HaldCLUT decoded by libspng and interpolated trilinearly, as RawTherapee does. Images are float32 (H, W, 3) in
    [0, 1].
    """
    if kind == "hald":
        opened = imagecodecs.png_decode(Path(path).read_bytes())
        size = round(opened.shape[0] ** (2 / 3))
        lut = (opened.astype(np.float32) / 65535).reshape(size, size, size, 3).transpose(2, 1, 0, 3)
        return lambda image: _trilinear(image, lut)
    ocio.ClearAllCaches()  # it would remember an earlier file of this name
    file = next(Path(path).rglob("*.cube")) if kind == "darktable" else Path(path)
    transform = ocio.FileTransform(src=str(file.absolute()), interpolation=ocio.INTERP_TETRAHEDRAL)
    return lambda image: apply_transform(image, transform)


def _trilinear(image: np.ndarray, lut: np.ndarray) -> np.ndarray:
    """The mean of a cell's eight corners, weighted by how near each is."""
    places = np.clip(image, 0, 1) * np.float32(lut.shape[0] - 1)
    cells = np.minimum(places.astype(int), lut.shape[0] - 2)
    fractions = places - cells
    result = np.zeros_like(image)
    for corner in itertools.product((0, 1), repeat=3):
        weights = np.where(np.array(corner) == 1, fractions, 1 - fractions).prod(axis=-1, keepdims=True)
        nodes = cells + np.array(corner)
        result += weights * lut[nodes[..., 0], nodes[..., 1], nodes[..., 2]]
    return result


def _clf(lut: np.ndarray | ShapedLut, title: str, comment: str) -> str:
    """Academy/ASC Common LUT Format 3.0 (S-2014-006), written by OpenColorIO; with a shaper where the LUT has one."""
    nodes = lut if isinstance(lut, np.ndarray) else lut.nodes  # beyond [0, 1], so that no edge is rounded off
    transform = ocio.Lut3DTransform(nodes.shape[0])
    transform.setInterpolation(ocio.INTERP_TETRAHEDRAL)
    transform.setData(np.ascontiguousarray(nodes, dtype=np.float32).ravel())
    transform.setFileOutputBitDepth(ocio.BIT_DEPTH_F32)
    group = ocio.GroupTransform([transform])
    if isinstance(lut, ShapedLut):
        curve = lut.curve(CURVE_POINTS)
        if np.abs(curve - np.linspace(0, 1, len(curve))).max() > _EVEN:
            shaper = ocio.Lut1DTransform(len(curve), False)
            shaper.setData(np.repeat(curve, 3))
            shaper.setFileOutputBitDepth(ocio.BIT_DEPTH_F32)
            group.prependTransform(shaper)
        # Only now: programs that compute with numbers beyond white would show what is clipped here otherwise.
        group.appendTransform(ocio.RangeTransform(minInValue=0, maxInValue=1, minOutValue=0, maxOutValue=1))
    metadata = group.getFormatMetadata()
    metadata.setName(title)
    metadata.addChildElement("InputDescriptor", "sRGB (IEC 61966-2-1), encoded")
    metadata.addChildElement("OutputDescriptor", "sRGB (IEC 61966-2-1), encoded")
    metadata.addChildElement("Description", comment or title)
    return str(group.write("Academy/ASC Common LUT Format"))


def _shaped_cube(lut: ShapedLut, title: str, comment: str) -> str:
    """The text of a `.cube` file with a curve before the LUT, as DaVinci Resolve and OpenColorIO read it.

    Format: Blackmagic Design, DaVinci Resolve Manual, LUT formats: `LUT_1D_SIZE` rows, then those of `LUT_3D_SIZE`,
    red fastest. Colours may lie outside [0, 1]: what reads it clips at the end.
    """
    told = "".join(f"# {' '.join(one.split())}\n" for one in (title, comment) if one)  # no TITLE: its readers refuse it
    curve = "\n".join(f"{value:.7f} {value:.7f} {value:.7f}" for value in lut.curve(CURVE_POINTS).tolist())
    size = lut.nodes.shape[0]
    return (
        f"{told}LUT_1D_SIZE {CURVE_POINTS}\nLUT_1D_INPUT_RANGE 0.0 1.0\n"
        f"LUT_3D_SIZE {size}\nLUT_3D_INPUT_RANGE 0.0 1.0\n{curve}\n{cube_rows(lut.nodes)}\n"
    )


def _hald(lut: np.ndarray, title: str, comment: str) -> bytes:
    """A 16-bit image, red fastest (E. Smith, The Hald CLUT, 2008)."""
    side = HALD_LEVEL**3
    image = np.rint(lut.transpose(2, 1, 0, 3).reshape(side, side, 3) * 65535).astype(np.uint16)
    done, data = cv2.imencode(".png", image[..., ::-1])
    if not done:
        raise MemoryError("the PNG encoder failed")
    return with_text(data.tobytes(), {"Title": title, "Comment": comment})


def _save(path: Path, data: bytes, overwrite: bool) -> None:
    try:
        with atomic_write(path, overwrite=overwrite) as temporary:
            temporary.write_bytes(data)
    except OSError as error:
        raise EncodeError(write_problem(path, error)) from error
