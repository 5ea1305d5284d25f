"""Noise reduction: grain of the sensor out of the brightness and out of the colours."""

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from pie_desktop.edit.local_part import LocalPart
from pie_desktop.edit.part import parameter, register
from pie_desktop.imaging.frame import Frame
from pie_desktop.imaging.local.detail import base_of, luma_of

_LUMA_SPACE = 2.0  # pixels of the photo
_LUMA_RANGE = 0.15  # differences of luma that are noise, at 100
_LEAST = 1e-4
_COLOR_RADIUS = 8.0  # pixels of the photo
_COLOR_RANGE = 0.12  # standard deviation of a colour difference that is noise, at 100


@register
@dataclass(frozen=True)
class NoiseReductionPart(LocalPart):
    """Luma and colour differences smoothed apart from each other, edges kept.

    *Luma* goes through OpenCV's bilateral filter (C. Tomasi and R. Manduchi, Bilateral Filtering for Gray and Color
    Images, ICCV 1998) with a standard deviation of 2 pixels, and of `0.15 v^1.5` of the range. The *colour
    differences* red and blue minus luma go through the self-guided filter in windows of 8 pixels with `0.12 v^1.5`.
    v is the value from 0 to 1. Both in pixels of the photo; a reduced view, which has averaged noise away, is smoothed
    by less.

    Attributes:
        luminance_noise: 0 to 100.
        color_noise: 0 to 100.
    """

    KEY: ClassVar[str] = "noise_reduction"
    LABEL: ClassVar[str] = "Noise reduction"
    GROUP: ClassVar[str] = "Detail"
    ORDER: ClassVar[int] = 200

    luminance_noise: float = parameter(
        "Luminance noise", 0.0, 0.0, 100.0, "Smooths grain of brightness; look at 1:1.", step=1.0, short="Luma noise"
    )
    color_noise: float = parameter(
        "Colour noise", 0.0, 0.0, 100.0, "Smooths specks of colour; look at 1:1.", step=1.0, short="Colour noise"
    )

    def reach(self, frame: Frame) -> int:
        luma = _luma_radius(frame) if self.luminance_noise else 0
        return max(luma, 2 * _color_radius(frame) if self.color_noise else 0)

    def local(self, image: np.ndarray, frame: Frame) -> np.ndarray:
        luma = luma_of(image)
        smooth = self._luma(luma, frame) if self.luminance_noise else luma
        radius = _color_radius(frame)
        if not self.color_noise or not radius:
            image += (smooth - luma)[..., None]
            return image
        contrast = _COLOR_RANGE * (self.color_noise / 100) ** 1.5 * min(1.0, frame.scale)
        red, blue = (base_of(image[..., channel] - luma, radius, contrast) for channel in (0, 2))
        green = luma_of(np.dstack([red, np.zeros_like(red), blue])) / np.float32(-_GREEN)  # their luma is 0
        return np.dstack([smooth + red, smooth + green, smooth + blue])

    def _luma(self, luma: np.ndarray, frame: Frame) -> np.ndarray:
        radius = _luma_radius(frame)
        if not radius:
            return luma
        differences = _LUMA_RANGE * (self.luminance_noise / 100) ** 1.5 * min(1.0, frame.scale)
        differences = max(differences, _LEAST)  # OpenCV takes 0 for 1
        return np.asarray(
            cv2.bilateralFilter(
                luma, 2 * radius + 1, differences, _LUMA_SPACE * frame.scale, borderType=cv2.BORDER_REPLICATE
            )
        )


_GREEN = float(luma_of(np.array([[[0, 1, 0]]], np.float32))[0, 0])


def _luma_radius(frame: Frame) -> int:
    return round(_LUMA_SPACE * frame.scale)


def _color_radius(frame: Frame) -> int:
    return round(_COLOR_RADIUS * frame.scale)
