"""From the working space to the colours of a monitor. For showing alone: never part of a file."""

import logging
from functools import lru_cache

import numpy as np

from pie_desktop.imaging.colour import is_srgb, srgb_profile
from pie_desktop.imaging.lut import identity_lut

_log = logging.getLogger(__name__)
_SIZE = 65  # nodes: what a display's curve differs from that of sRGB in the dark needs them
_RELATIVE_COLORIMETRIC, _BLACK_POINT = 1, 0x2000


@lru_cache(maxsize=4)
def display_table(icc: bytes) -> np.ndarray | None:
    """The LUT from sRGB to a monitor's own RGB by its profile: float32 (65, 65, 65, 3) for `lut.apply_lut`.

    Relative colorimetric with black point compensation, by LittleCMS. None for a monitor that is sRGB, and for a
    profile that cannot be used (damaged, or of something that is no RGB device): colours then go out as they are.
    """
    import imagecodecs

    if icc[16:20] != b"RGB ":
        return None
    try:
        if is_srgb(icc):
            return None
        nodes = identity_lut(_SIZE).reshape(_SIZE, -1, 3)
        table = imagecodecs.cms_transform(
            nodes,
            srgb_profile(),
            icc,
            colorspace="rgb",
            outcolorspace="rgb",
            outdtype="float32",
            intent=_RELATIVE_COLORIMETRIC,
            flags=_BLACK_POINT,
        )
    except Exception as error:  # whatever LittleCMS' wrapper raises on a profile that anybody may have installed
        _log.warning("The profile of the monitor cannot be used: %s", error)
        return None
    table = np.clip(table, 0, 1).reshape(_SIZE, _SIZE, _SIZE, 3)
    return np.ascontiguousarray(table) if np.isfinite(table).all() else None
