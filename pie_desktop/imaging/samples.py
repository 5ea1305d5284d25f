"""Sample photographs to try the program with; scikit-image brings them, so nothing is downloaded."""

from pathlib import Path

from pie_desktop.imaging.encode import EncodeOptions, save_photo

SAMPLE_NAMES = ("astronaut", "chelsea", "coffee", "rocket")


def copy_sample_photos(folder: Path) -> list[Path]:
    """Writes the sample photographs as JPEG files, unless they are there; the folder is made.

    Raises:
        EncodeError: the folder cannot be written.
        OSError: it cannot be made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    photos = []
    for name in SAMPLE_NAMES:
        photo = folder / f"{name}.jpg"
        if not photo.exists():
            # Slow to import, and needed this once only.
            import skimage.data

            save_photo(getattr(skimage.data, name)()[..., :3], photo, EncodeOptions(quality=95))
        photos.append(photo)
    return photos
