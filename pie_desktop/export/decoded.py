"""Photos that are decoded before their LUT is known: for what the model looks at, and then for the file.

Every export shows the model the same small image of a photo, to the last bit: that of all pixels (`FullPhoto.proxy`).
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pie_desktop.export.staging import status_of
from pie_desktop.imaging import isolation
from pie_desktop.imaging.development import AS_SHOT, Development
from pie_desktop.imaging.edited import FullPhoto, full_photo
from pie_desktop.imaging.encode_options import EncodeOptions
from pie_desktop.imaging.isolation import isolated_within
from pie_desktop.imaging.isolation.limits import Limits
from pie_desktop.imaging.warm_up import warm_up

# Those of decoding and as much again for each of what follows: colours, size, sharpening, a slow codec.
LIMITS = Limits(seconds=100.0, patience=600.0, bytes_per_second=2e5, memory=4_000_000_000, memory_per_byte=20)


@dataclass(frozen=True, eq=False)
class DecodedPhoto:
    """A photo whose export follows.

    Attributes:
        status: the file as it was then.
        options: how it will be written.
        photo: all pixels.
        development: with which it was decoded.
    """

    status: object
    options: EncodeOptions
    photo: FullPhoto
    development: Development = AS_SHOT

    def __sizeof__(self) -> int:
        return object.__sizeof__(self) + self.photo.pixels.nbytes

    def current(self, source: Path, options: EncodeOptions, development: Development) -> FullPhoto | None:
        """The pixels, if the photo is still the one that it was, and is decoded and written in that way."""
        same = self.status == status_of(source) and self.options == options and self.development == development
        return self.photo if same else None


def decoded_photo(source: Path, options: EncodeOptions, development: Development) -> DecodedPhoto:
    """Decode a photo whose export follows. Raises DecodeError."""
    status = status_of(source)
    return DecodedPhoto(status, options, full_photo(source, options, development), development)


@isolated_within(LIMITS)
def exact_proxy(source: Path, options: EncodeOptions, development: Development = AS_SHOT) -> np.ndarray:
    """The proxy of all pixels, as a worker makes it of the photo that it has decoded.

    The decoding process keeps the pixels for `export_isolated`, if that is the next thing it is asked for.

    Args:
        source: the photo.
        options: how it will be written.
        development: exposure and white balance of a RAW photo.

    Raises:
        DecodeError, Cancelled: as `export_isolated`.
    """
    warm_up()
    kept: DecodedPhoto | None = isolation.take(source)
    if kept is None or kept.current(source, options, development) is None:
        kept = decoded_photo(source, options, development)
    isolation.keep(source, kept)
    return kept.photo.proxy
