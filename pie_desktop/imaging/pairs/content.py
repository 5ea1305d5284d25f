"""Comparison of what two images show: the same frame, the same edit, or nothing at all.

Edges stay where they are in any edit of tone and colour, so small parts of the edge map of one image are looked for in
that of the other; where they are found shows by how much the frame differs.

Averages over large parts of an image survive saving it again, in another format, size or quality. Measured on 60
photographs, the mean difference of these averages is at most 0.5 of 255 for 97 of 100 after JPEG at quality 85, and for
95 after WebP at half the size and quality 50. It is above 0.5 for 98 of 100 of the weakest whole edits of simulated
users, and for 88 of 100 of average edits blended in at 10 %; what lies below is invisible.
"""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from pie_desktop.imaging.decode import load_photo
from pie_desktop.imaging.stored import to_uint8

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
class FrameMatch:
    """How two images lie on each other.

    Attributes:
        tiles: parts of the image with enough texture in both to be found.
        found: share of these that were found again.
        shift: 80th percentile of how far away they were found, as a share of the long side.
    """

    tiles: int
    found: float
    shift: float

    @property
    def conclusive(self) -> bool:
        """Whether there is enough texture for an answer."""
        return self.tiles >= MIN_TILES

    @property
    def same(self) -> bool:
        return self.conclusive and self.found >= MIN_FOUND and self.shift <= SAME_FRAME

    @property
    def exact(self) -> bool:
        return self.same and self.shift <= EXACT


def compare_frames(a: np.ndarray, b: np.ndarray) -> FrameMatch:
    """Compare two uint8 images (H, W, 3) that are to lie on each other; both are brought to one size."""
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
    return FrameMatch(tiles, len(shifts) / max(tiles, 1), shift)


def edge_map(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Square root of the gradient's length, so that strong edges do not outweigh all others; float32 (height, width).

    Over all three channels, for a black-and-white mix may turn the grey value of a colour edge around.
    """
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    across, down = (cv2.Sobel(small, cv2.CV_32F, *axis) for axis in ((1, 0), (0, 1)))
    return np.sqrt(np.sqrt((across**2 + down**2).sum(-1)))


def explained(edited: np.ndarray, original: np.ndarray) -> float:
    """Share of the variance of one image's colours that a simple function of the other's explains, at most 1.

    Of averages over 16 x 16 parts of uint8 images (H, W, 3); the function is quadratic in each channel.
    """
    of, by = (
        cv2.resize(image, (16, 16), interpolation=cv2.INTER_AREA).reshape(-1, 3).astype(np.float64) / 255
        for image in (edited, original)
    )
    terms = np.hstack([np.ones((len(by), 1)), by, by**2])
    rest = of - terms @ np.linalg.lstsq(terms, of, rcond=None)[0]
    return 1 - float((rest**2).sum() / (((of - of.mean(0)) ** 2).sum() + 1e-9))


def _peak(scores: np.ndarray, place: int) -> float:
    """Position of the maximum at `place` between the samples, by a parabola through it and its neighbours."""
    if not 0 < place < len(scores) - 1:
        return place
    before, here, after = (float(score) for score in scores[place - 1 : place + 2])
    bend = before - 2 * here + after
    return place + (0.5 * (before - after) / bend if bend < 0 else 0.0)


EMPTY_RANGE = 6  # of 255, between the 1st and the 99th percentile: what compression makes of one colour
ENDS = 12  # of 255, from black or white
GRAY_SPREAD = 2.5 / 255  # between the channels of a gray pixel, after JPEG and conversions of colour
GRAY_SPECKS = 0.001  # of all pixels
SIGNATURE_SIDE = 32
BLUR = 1.5  # px
SAME_MEAN = 1.5  # of 255, mean difference of the averages over 32 x 32 parts
SAME_MOST = 6.0  # of 255, 99th percentile of these differences
SAME_SHAPE = 0.01
SAME_EDIT_MEAN = 0.5  # of 255, as SAME_MEAN, of an edit and its original, which may differ by a subtle look
SAME_EDIT_MOST = 2.5


def blankness(image: np.ndarray) -> str | None:
    """`black`, `white` or `of a single colour` for a uint8 image (H, W, 3) that shows nothing, else None."""
    pixels = image[:: max(1, image.shape[0] // 128), :: max(1, image.shape[1] // 128)].reshape(-1, 3)
    low, high = np.percentile(pixels, (1, 99), axis=0)
    if (high - low).max() > EMPTY_RANGE:
        return None
    if high.max() <= ENDS:
        return "black"
    return "white" if low.min() >= 255 - ENDS else "of a single colour"


def is_gray(image: np.ndarray) -> bool:
    """Whether a float image (H, W, 3) in [0, 1] has no colour but for rounding, and for a speck that may be dirt."""
    r, g, b = (image[..., channel] for channel in range(3))  # along so short an axis numpy takes ten times as long
    spread = np.maximum(np.maximum(r, g), b) - np.minimum(np.minimum(r, g), b)
    return float((spread > GRAY_SPREAD).mean()) <= GRAY_SPECKS


@dataclass(frozen=True, eq=False)
class Signature:
    """What stays of an image when it is saved again: averages (32, 32, 3) float32 and width by height."""

    colors: np.ndarray
    shape: float

    @classmethod
    def of(cls, image: np.ndarray) -> "Signature":
        """Of a uint8 image (H, W, 3)."""
        small = cv2.resize(image, (SIGNATURE_SIDE, SIGNATURE_SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
        # Another size of the same image is off by a fraction of a pixel.
        return cls(cv2.GaussianBlur(small, (0, 0), BLUR), image.shape[1] / image.shape[0])

    @classmethod
    def of_file(cls, path: Path) -> "Signature":
        """Raises DecodeError, OSError."""
        return cls.of(to_uint8(load_photo(path)))

    def same(self, other: "Signature") -> bool:
        """Whether both are one image, perhaps saved in another format, size or quality."""
        if abs(self.shape / other.shape - 1) > SAME_SHAPE:
            return False
        difference = np.abs(self.colors - other.colors)
        return bool(difference.mean() <= SAME_MEAN and np.percentile(difference, 99) <= SAME_MOST)


def same_edit(edited: np.ndarray, original: np.ndarray) -> bool:
    """Whether two uint8 images (H, W, 3) in one frame hardly differ, so that there is no edit between them."""
    difference = np.abs(Signature.of(edited).colors - Signature.of(original).colors)
    return bool(difference.mean() <= SAME_EDIT_MEAN and np.percentile(difference, 99) <= SAME_EDIT_MOST)
