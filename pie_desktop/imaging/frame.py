"""Where the pixels at hand lie in the photo: what anything that depends on the place of a pixel works from."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

IDENTITY = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)


@dataclass(frozen=True)
class Frame:
    """A zone of the picture at some scale.

    The *photo* is what the file has, upright and uncropped; the *picture* is what geometry makes of it (the same where
    nothing is cropped or turned), and what is shown and written. Masks are stored in coordinates of the photo, so that
    they stay put whatever is cropped.

    Attributes:
        photo: width and height of the photo in its own pixels.
        whole: width and height of the whole picture in pixels at hand.
        zone: left, top, width and height of what the array at hand covers, in such pixels.
        scale: pixels at hand per pixel of the photo; 1 in a file before it is resized, below 1 in a reduced view.
        to_photo: 3 x 3 matrix by rows, from coordinates of the picture in [0, 1] (x to the right, y downwards,
            homogeneous) to those of the photo in [0, 1].
    """

    photo: tuple[int, int]
    whole: tuple[int, int]
    zone: tuple[int, int, int, int]
    scale: float = 1.0
    to_photo: tuple[float, ...] = IDENTITY

    @classmethod
    def of(cls, image: np.ndarray, photo: tuple[int, int] | None = None) -> "Frame":
        """That of a whole photo, uncropped.

        Args:
            image: (H, W, 3).
            photo: width and height of the photo where the image is a reduced one.
        """
        height, width = image.shape[:2]
        photo = photo or (width, height)
        return cls(photo, (width, height), (0, 0, width, height), width / photo[0])

    @classmethod
    def of_picture(cls, photo: tuple[int, int], image: np.ndarray, to_photo: tuple[float, ...]) -> "Frame":
        """That of a whole picture in full size, cropped or turned; see the attributes."""
        height, width = image.shape[:2]
        return cls(photo, (width, height), (0, 0, width, height), 1.0, to_photo)

    def part(self, left: int, top: int, width: int, height: int) -> "Frame":
        """That of a part of the array at hand, whose place is counted from the top left of the array."""
        return replace(self, zone=(self.zone[0] + left, self.zone[1] + top, width, height))

    def reduced(self, width: int, height: int) -> "Frame":
        """That of the array at hand resized to another width and height, as near as whole pixels come to it."""
        across, down = width / self.zone[2], height / self.zone[3]
        whole = (max(width, round(self.whole[0] * across)), max(height, round(self.whole[1] * down)))
        left = min(round(self.zone[0] * across), whole[0] - width)
        top = min(round(self.zone[1] * down), whole[1] - height)
        return replace(self, whole=whole, zone=(left, top, width, height), scale=self.scale * across)

    def photo_place(self, x: float, y: float) -> tuple[float, float]:
        """The place in the photo of a place in the picture, both in [0, 1] of their width and height."""
        return _mapped(np.reshape(self.to_photo, (3, 3)), x, y)

    def picture_place(self, x: float, y: float) -> tuple[float, float]:
        """The place in the picture of a place in the photo; outside of [0, 1] where it is cropped off."""
        return _mapped(np.linalg.inv(np.reshape(self.to_photo, (3, 3))), x, y)

    @property
    def long_side(self) -> float:
        """The long side of the photo, in pixels at hand: what radii that belong to the whole photo are parts of."""
        return max(self.photo) * self.scale

    @cached_property
    def across(self) -> np.ndarray:
        """x of the middles of the columns in the picture, [0, 1], float32 (1, width)."""
        left, _, width, _ = self.zone
        return ((np.arange(left, left + width, dtype=np.float64) + 0.5) / self.whole[0]).astype(np.float32)[None]

    @cached_property
    def down(self) -> np.ndarray:
        """y of the middles of the rows in the picture, [0, 1], float32 (height, 1)."""
        _, top, _, height = self.zone
        return ((np.arange(top, top + height, dtype=np.float64) + 0.5) / self.whole[1]).astype(np.float32)[:, None]

    def along(self, x: float, y: float, offset: float) -> np.ndarray:
        """`x * X + y * Y + offset` at every pixel, where X and Y are its coordinates in the photo, [0, 1].

        Returns:
            float32 (height, width).
        """
        a, b, c, d, e, f, g, h, i = self.to_photo
        across, down = self.across, self.down
        terms = [x * p + y * q + offset * r for p, q, r in ((a, d, g), (b, e, h), (c, f, i))]
        value = np.float32(terms[0]) * across + (np.float32(terms[1]) * down + np.float32(terms[2]))
        if (g, h) == (0, 0):
            return value if i == 1 else value * np.float32(1 / i)
        return value / (np.float32(g) * across + (np.float32(h) * down + np.float32(i)))


def _mapped(matrix: np.ndarray, x: float, y: float) -> tuple[float, float]:
    across, down, depth = matrix @ (x, y, 1.0)
    return float(across / depth), float(down / depth)
