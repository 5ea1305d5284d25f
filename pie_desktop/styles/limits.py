"""What a style cannot know, or always does, because all of its references have something in common.

Each reference may be as good as any; it is their likeness that limits the style. Nothing here needs the model. Measured
on photographs with a long side of 640 px: of 200 random draws of five, none shows one scene, and none is dark.
"""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from pie_desktop.errors import PieError
from pie_desktop.imaging.decode import load_proxy
from pie_desktop.imaging.pairs.content import is_gray
from pie_desktop.imaging.pairs.scene import one_scene
from pie_desktop.imaging.stored import to_uint8
from pie_desktop.styles.style import Limit, Style

# Of 255, the luma that 95 % of a dark photo stay below. Of published photographs 3 % do, all that are taken off by two
# stops, and a quarter of those taken off by one.
DARK = 140


def limits_of(style: Style, check: Callable[[], object] = lambda: None) -> tuple[Limit, ...]:
    """What all references of a style have in common; copies that cannot be read do not count.

    Args:
        check: called before each photo; what it raises ends the work.
    """
    edits, originals, scenes = [], [], []
    if style.only_model is not None:  # colours in place of pictures
        return ()
    for reference in style.references:
        check()
        after = _read(reference.after)
        before = _read(reference.before) if reference.before is not None else None
        if after is not None:
            edits.append(after)
            scenes.append(before if before is not None else after)
        if before is not None:
            originals.append(before)
    if not edits:
        return ()
    dark_edits = all(map(_is_dark, edits))
    found = {
        Limit.ONE_SCENE: one_scene(scenes),
        Limit.DARK_EDITS: dark_edits,
        Limit.DARK_ORIGINALS: bool(originals) and not dark_edits and all(map(_is_dark, originals)),
        Limit.BLACK_AND_WHITE: all(is_gray(edit / np.float32(255)) for edit in edits),
    }
    return tuple(limit for limit, holds in found.items() if holds)


def _read(copy: Path) -> np.ndarray | None:
    """As the model sees it, uint8 (H, W, 3); None where the copy is damaged."""
    try:
        return to_uint8(load_proxy(copy))
    except (PieError, OSError):
        return None


def _is_dark(image: np.ndarray) -> bool:
    return float(np.percentile(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), 95)) < DARK
