"""Images and 24-megapixel JPEGs to measure with, made from scikit-image's photographs."""

import io
import struct
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import skimage.data
from PIL import Image

WIDTH, HEIGHT = 6000, 4000
_SOURCES = ("rocket", "coffee", "astronaut", "chelsea")


def camera_image(index: int) -> np.ndarray:
    """A 6000x4000 uint8 image; every index gives another one.

    An enlarged image alone would be smooth and decode faster than a camera's; grain at full resolution
    brings the file to the 8 to 12 MB that cameras write.
    """
    small = getattr(skimage.data, _SOURCES[index % len(_SOURCES)])()[..., :3]
    if index // len(_SOURCES) % 2:
        small = small[:, ::-1]
    image = cv2.resize(np.ascontiguousarray(small), (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    grain = np.random.default_rng(index).normal(0.0, 5.0, (500, 600)).astype(np.int16)
    tiled = np.tile(grain, (HEIGHT // 500, WIDTH // 600))[..., None]
    return np.clip(image.astype(np.int16) + tiled, 0, 255).astype(np.uint8)


def small_images(count: int, side: int) -> list[np.ndarray]:
    """`count` different uint8 images `(2/3 side, side, 3)`: scikit-image's photographs, cut and flipped."""
    images = []
    for index in range(count):
        small = getattr(skimage.data, _SOURCES[index % len(_SOURCES)])()[..., :3]
        cut = 12 * (index // len(_SOURCES))
        small = np.ascontiguousarray(small[cut:, cut:][:, :: (-1) ** index])
        images.append(cv2.resize(small, (side, side * 2 // 3), interpolation=cv2.INTER_AREA))
    return images


def camera_jpegs(folder: Path, count: int, look: Callable[[np.ndarray], np.ndarray] | None = None) -> list[Path]:
    """Writes `count` 24-megapixel JPEGs of quality 92 to `folder`, each through `look` if there is one."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for index in range(count):
        image = camera_image(index)
        file = folder / f"photo_{index:03d}.jpg"
        Image.fromarray(look(image) if look else image).save(file, quality=92)
        files.append(file)
    return files


def exif_with_thumbnail(thumbnail: bytes, orientation: int = 1) -> bytes:
    """EXIF as cameras write it, for Pillow's `exif=`; by hand, as Pillow leaves out the thumbnail itself.

    Args:
        thumbnail: a small JPEG.
        orientation: EXIF orientation, 1 to 8.
    """
    first = struct.pack("<HHHII", 1, 0x0112, 3, 1, orientation)
    second_at = 8 + len(first) + 4
    data_at = second_at + 2 + 3 * 12 + 4
    entries = ((0x0103, 3, 6), (0x0201, 4, data_at), (0x0202, 4, len(thumbnail)))
    second = struct.pack("<H", 3) + b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in entries)
    tiff = b"II*\0" + struct.pack("<I", 8) + first + struct.pack("<I", second_at) + second + bytes(4)
    return b"Exif\0\0" + tiff + thumbnail


def camera_jpegs_with_thumbnails(folder: Path, count: int) -> list[Path]:
    """As `camera_jpegs`, each with a thumbnail of 160x107 in its header."""
    files = camera_jpegs(folder, count)
    for file in files:
        with Image.open(file) as image:
            image.load()
        buffer = io.BytesIO()
        image.resize((160, 107)).save(buffer, "JPEG", quality=85)
        image.save(file, quality=92, exif=exif_with_thumbnail(buffer.getvalue()))
    return files
