"""Opening a file with exiv2, for all that reads or copies metadata.

exiv2 is not thread safe, so one lock guards all of it.
"""

import threading
from pathlib import Path
from typing import Any

import exiv2

exiv2_lock = threading.Lock()
exiv2.LogMsg.setLevel(exiv2.LogMsg.Level.mute)
exiv2.XmpParser.initialize()


def open_image(path: Path) -> Any:
    """exiv2's image of a file with its metadata read; to be called and used under `exiv2_lock`.

    Raises:
        Exception: of any kind when exiv2 cannot read it.
    """
    # Absolute: exiv2 takes some names, such as those with a protocol, for something other than a file.
    name = str(path.absolute())
    try:
        name.encode()
    except UnicodeEncodeError:  # bytes that are no UTF-8, which exiv2's Python binding cannot pass on
        image = exiv2.ImageFactory.open(path.read_bytes())
    else:
        image = exiv2.ImageFactory.open(name)
    image.readMetadata()
    return image


def empty_image() -> Any:
    """exiv2's image of nothing, which takes metadata."""
    return exiv2.ImageFactory.create(exiv2.ImageType.xmp)


def has_tag(image: Any, key: str) -> bool:
    """Whether an image has an EXIF tag."""
    exif = image.exifData()
    return bool(exif.findKey(exiv2.ExifKey(key)) != exif.end())
