"""What a picture shows: nothing at all, or the same as another one."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from pie_desktop.imaging.decode import load_photo
from pie_desktop.imaging.depth import to_uint8

EMPTY_RANGE = 6  # of 255, between the 1st and the 99th percentile: what compression makes of one colour
ENDS = 12  # of 255, from black or white
SIDE = 32
BLUR = 1.5  # px
SAME_MEAN = 1.5  # of 255, mean difference of the averages over 32 x 32 parts
SAME_MOST = 6.0  # of 255, 99th percentile of these differences
SAME_SHAPE = 0.01


def emptiness(picture: np.ndarray) -> str | None:
    """`black`, `white` or `of a single colour` for a uint8 picture (H, W, 3) that shows nothing, else None."""
    pixels = picture[:: max(1, picture.shape[0] // 128), :: max(1, picture.shape[1] // 128)].reshape(-1, 3)
    low, high = np.percentile(pixels, (1, 99), axis=0)
    if (high - low).max() > EMPTY_RANGE:
        return None
    if high.max() <= ENDS:
        return "black"
    return "white" if low.min() >= 255 - ENDS else "of a single colour"


@dataclass(frozen=True, eq=False)
class Signature:
    """What stays of a picture when it is saved again: averages (32, 32, 3) float32 and width by height."""

    colours: np.ndarray
    shape: float

    @classmethod
    def of(cls, picture: np.ndarray) -> "Signature":
        """Of a uint8 picture (H, W, 3)."""
        small = cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
        # Another size of the same picture is off by a fraction of a pixel.
        return cls(cv2.GaussianBlur(small, (0, 0), BLUR), picture.shape[1] / picture.shape[0])

    @classmethod
    def of_file(cls, path: Path) -> "Signature":
        """Raises DecodeError, OSError."""
        return cls.of(to_uint8(load_photo(path)))

    def same(self, other: "Signature") -> bool:
        """Whether both are one picture, perhaps saved in another format, size or quality."""
        if abs(self.shape / other.shape - 1) > SAME_SHAPE:
            return False
        difference = np.abs(self.colours - other.colours)
        return bool(difference.mean() <= SAME_MEAN and np.percentile(difference, 99) <= SAME_MOST)
