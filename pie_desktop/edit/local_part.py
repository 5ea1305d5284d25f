"""Parts of an edit whose effect on a pixel depends on its place or on the pixels around it; no LUT can hold them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pie_desktop.edit.part import Part

if TYPE_CHECKING:
    import numpy as np

    from pie_desktop.imaging.frame import Frame


@dataclass(frozen=True)
class LocalPart(Part):
    """A part that acts on the picture after all colours: after the LUT, before a file's size and output sharpening.

    Local parts act in their `ORDER`, as colour parts do, and among themselves only. The picture comes in pieces, each
    with as many pixels around it as `reach` asks for; what `local` gives for a pixel must not depend on the piece that
    it is in, so that the view at 1:1 and the file are the same. Where it is not `active`, it costs nothing.
    """

    @property
    def active(self) -> bool:
        """Whether it does anything; a part whose main number is 0 may have others set."""
        return True

    def reach(self, frame: "Frame") -> int:
        """How many pixels at hand around a zone its result depends on; small against the picture, for speed."""
        return 0

    def local(self, image: "np.ndarray", frame: "Frame") -> "np.ndarray":
        """The image with the part's effect.

        Args:
            image: float32 (H, W, 3), sRGB-encoded; values may lie outside [0, 1]. It may be changed.
            frame: where the image lies in the photo.

        Returns:
            Such an array; `image` itself where nothing is to be done. Values are clipped after each part, but where
            the photo's wide gamut is kept.
        """
        raise NotImplementedError
