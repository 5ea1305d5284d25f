"""Sample photographs to try the program with; scikit-image brings them, so nothing is downloaded."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pie_desktop.imaging.encode import EncodeOptions, save_photo

SAMPLE_NAMES = ("astronaut", "chelsea", "coffee", "rocket")


def sample_image(name: str) -> np.ndarray:
    """One of scikit-image's photographs, uint8 (H, W, 3) sRGB; `motorcycle` is the left one of its stereo pair."""
    # Slow to import, and needed at the first try of the program only.
    import skimage.data

    image = skimage.data.stereo_motorcycle()[0] if name == "motorcycle" else getattr(skimage.data, name)()
    return np.ascontiguousarray(image[..., :3])


def copy_sample_photos(folder: Path, names: Sequence[str] = SAMPLE_NAMES) -> list[Path]:
    """Writes sample photographs as JPEG files, unless they are there; the folder is made.

    Raises:
        EncodeError: the folder cannot be written.
        OSError: it cannot be made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    photos = [folder / f"{name}.jpg" for name in names]
    for name, photo in zip(names, photos, strict=True):
        if not photo.exists():
            save_photo(sample_image(name), photo, EncodeOptions(quality=95))
    return photos
