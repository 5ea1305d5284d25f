"""Do an edit and its supposed original show the same picture in the same frame?

Edges stay where they are in any edit of tone and colour, so small parts of the edge map of one are looked for in that
of the other. Where they are found says by how much the frame differs.
"""

from dataclasses import dataclass

import cv2
import numpy as np

SIDE = 384  # long side of the edge maps, px
TILES = 6  # along the long side
REACH = 8  # px that a tile is looked for in each direction
SAFE_SCORE = 0.35  # normalised cross-correlation of a tile that was found
MIN_TEXTURE = 0.02  # standard deviation of the edges in a tile that can be found
MIN_TILES = 4
MIN_FOUND = 0.5
SAME_FRAME = 0.003  # of the long side: less than one pixel of what the model looks at
EXACT = 0.0015  # as near as an edit that has not been moved at all


@dataclass(frozen=True)
class Frame:
    """How two pictures lie on each other.

    Attributes:
        tiles: parts of the picture with enough texture in both to tell.
        found: share of these that were found again.
        shift: 80th percentile of how far away they were found, as a share of the long side.
    """

    tiles: int
    found: float
    shift: float

    @property
    def tells(self) -> bool:
        """Whether there is enough texture to tell anything."""
        return self.tiles >= MIN_TILES

    @property
    def same(self) -> bool:
        return self.tells and self.found >= MIN_FOUND and self.shift <= SAME_FRAME

    @property
    def exact(self) -> bool:
        return self.same and self.shift <= EXACT


def compare_frames(a: np.ndarray, b: np.ndarray) -> Frame:
    """Compare two uint8 pictures (H, W, 3) that are to lie on each other; both are brought to one size."""
    height, width = a.shape[:2]
    scale = min(1.0, SIDE / max(height, width))
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    first, second = edge_map(a, size), edge_map(b, size)
    side = max(size) // TILES
    reach = min(REACH, side // 4)
    shifts, tiles = [], 0
    for top in range(0, size[1] - side + 1, side):
        for left in range(0, size[0] - side + 1, side):
            part = np.s_[top + reach : top + side - reach, left + reach : left + side - reach]
            around = np.s_[top : top + side, left : left + side]
            if min(first[part].std(), second[part].std()) < MIN_TEXTURE:
                continue
            tiles += 1
            scores = cv2.matchTemplate(second[around], first[part], cv2.TM_CCOEFF_NORMED)
            row, column = np.unravel_index(int(scores.argmax()), scores.shape)
            if scores[row, column] >= SAFE_SCORE:
                shifts.append(
                    np.hypot(_peak(scores[:, column], int(row)) - reach, _peak(scores[row], int(column)) - reach)
                )
    shift = float(np.percentile(shifts, 80)) / max(size) if shifts else 1.0
    return Frame(tiles, len(shifts) / max(tiles, 1), shift)


def edge_map(picture: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Square root of the gradient's length, so that strong edges do not outweigh all others; float32 (height, width).

    Over all three channels, for a black-and-white mix may turn the grey value of a colour edge around.
    """
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    across, down = (cv2.Sobel(small, cv2.CV_32F, *axis) for axis in ((1, 0), (0, 1)))
    return np.sqrt(np.sqrt((across**2 + down**2).sum(-1)))


def _peak(scores: np.ndarray, place: int) -> float:
    """Position of the maximum at `place` between the samples, by a parabola through it and its neighbours."""
    if not 0 < place < len(scores) - 1:
        return place
    before, here, after = (float(score) for score in scores[place - 1 : place + 2])
    bend = before - 2 * here + after
    return place + (0.5 * (before - after) / bend if bend < 0 else 0.0)
