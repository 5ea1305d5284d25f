"""What a style cannot know, or always does, because all of its references have something in common.

Each reference may be as good as any; it is their likeness that limits the style. Nothing here needs the model. Measured
on photographs with a long side of 640 px: of 200 random draws of five, none shows one scene, and none is dark.
"""

from collections.abc import Sequence

import cv2
import numpy as np

from pie_desktop.imaging.pairs.content import is_gray
from pie_desktop.imaging.pairs.scene import one_scene
from pie_desktop.styles.style import Limit

# Of 255, the luma that 95 % of a dark photo stay below. Of published photographs 3 % do, all that are taken off by two
# stops, and a quarter of those taken off by one.
DARK = 140


def limits_among(references: Sequence[tuple[np.ndarray, np.ndarray | None]]) -> tuple[Limit, ...]:
    """What all of some references have in common.

    Args:
        references: each edit with its original where that is known, as the model sees them, uint8 (H, W, 3).
    """
    if not references:
        return ()
    edits = [after for after, _ in references]
    originals = [before for _, before in references if before is not None]
    dark_edits = all(map(_is_dark, edits))
    found = {
        Limit.ONE_SCENE: one_scene([after if before is None else before for after, before in references]),
        Limit.DARK_EDITS: dark_edits,
        Limit.DARK_ORIGINALS: bool(originals) and not dark_edits and all(map(_is_dark, originals)),
        Limit.BLACK_AND_WHITE: all(is_gray(edit / np.float32(255)) for edit in edits),
    }
    return tuple(limit for limit, holds in found.items() if holds)


def _is_dark(image: np.ndarray) -> bool:
    return float(np.percentile(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), 95)) < DARK
