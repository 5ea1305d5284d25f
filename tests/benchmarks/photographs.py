"""Pictures and 24-megapixel JPEGs to measure with, made from scikit-image's photographs."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import skimage.data
from PIL import Image

WIDTH, HEIGHT = 6000, 4000
_SOURCES = ("rocket", "coffee", "astronaut", "chelsea")


def camera_picture(index: int) -> np.ndarray:
    """A 6000x4000 uint8 picture; every index gives another one.

    An enlarged picture alone would be smooth and decode faster than a camera's; grain at full resolution
    brings the file to the 8 to 12 MB that cameras write.
    """
    small = getattr(skimage.data, _SOURCES[index % len(_SOURCES)])()[..., :3]
    if index // len(_SOURCES) % 2:
        small = small[:, ::-1]
    picture = cv2.resize(np.ascontiguousarray(small), (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    grain = np.random.default_rng(index).normal(0.0, 5.0, (500, 600)).astype(np.int16)
    tiled = np.tile(grain, (HEIGHT // 500, WIDTH // 600))[..., None]
    return np.clip(picture.astype(np.int16) + tiled, 0, 255).astype(np.uint8)


def small_pictures(count: int, side: int) -> list[np.ndarray]:
    """`count` different uint8 pictures `(2/3 side, side, 3)`: scikit-image's photographs, cut and flipped."""
    pictures = []
    for index in range(count):
        small = getattr(skimage.data, _SOURCES[index % len(_SOURCES)])()[..., :3]
        cut = 12 * (index // len(_SOURCES))
        small = np.ascontiguousarray(small[cut:, cut:][:, :: (-1) ** index])
        pictures.append(cv2.resize(small, (side, side * 2 // 3), interpolation=cv2.INTER_AREA))
    return pictures


def camera_jpegs(folder: Path, count: int, look: Callable[[np.ndarray], np.ndarray] | None = None) -> list[Path]:
    """Writes `count` 24-megapixel JPEGs of quality 92 to `folder`, each through `look` if there is one."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for index in range(count):
        picture = camera_picture(index)
        file = folder / f"photo_{index:03d}.jpg"
        Image.fromarray(look(picture) if look else picture).save(file, quality=92)
        files.append(file)
    return files
