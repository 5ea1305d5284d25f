"""A look as a darktable style: a `.cube` for its LUT folder and a `.dtstyle` whose module *lut 3D* points to it."""

import re
import struct
from xml.sax.saxutils import escape

import numpy as np

from pie_desktop.imaging.lut_files import cube_text

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
4. Apply the style "{title}" to photos that are developed otherwise already: the look expects a finished picture, as a
   camera's JPEG is. The module "lut 3D" works in sRGB, with tetrahedral interpolation.

{comment}
"""


def style_files(name: str, table: np.ndarray, title: str, comment: str) -> dict[str, bytes]:
    """What belongs into the folder of a style, by name with `/`.

    Args:
        name: of the style's files; characters that are no plain ones are replaced.
        table: float32 (S, S, S, 3).
    """
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.") or "look"
    cube, style = f"{FOLDER}/{plain}.cube", f"{plain}.dtstyle"
    readme = _README.format(title=title, folder=FOLDER, style=style, comment=comment).rstrip() + "\n"
    return {
        cube: cube_text(table, title, comment).encode("utf-8"),
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
