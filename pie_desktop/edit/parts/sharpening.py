"""Sharpening of the picture itself; output sharpening, for what resizing takes, is a matter of the export."""

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from pie_desktop.edit.local_part import LocalPart
from pie_desktop.edit.part import parameter, register
from pie_desktop.imaging.frame import Frame
from pie_desktop.imaging.local.detail import add_to_luma, blur_reach, blurred, luma_of, smoothstep

_HALO = 0.04  # of the range: how far beyond its neighbourhood a sharpened value may lie
_EDGE = 0.1  # difference of luma to its surroundings that counts as an edge at full masking


@register
@dataclass(frozen=True)
class SharpeningPart(LocalPart):
    """An unsharp mask on luma, all channels moved alike, held back where it would draw a halo.

    With Y, the luma, and G, the same blurred by the radius (standard deviation of a Gaussian): `Y + a m (Y - G)`,
    limited to 0.04 beyond the smallest and largest value within the radius. The masking m is 1 without; else it rises
    from 0 in even areas to 1 where luma differs from its blurred self by a tenth of the range times the masking.

    Attributes:
        sharpening: a in percent, 0 to 150.
        sharpen_radius: in pixels of the photo, 0.5 to 3.
        sharpen_masking: 0 (everything is sharpened) to 100 (edges only).
    """

    KEY: ClassVar[str] = "sharpening"
    LABEL: ClassVar[str] = "Sharpening"
    GROUP: ClassVar[str] = "Detail"
    ORDER: ClassVar[int] = 230

    sharpening: float = parameter("Sharpening", 0.0, 0.0, 150.0, "Crisper edges; look at 1:1.", step=1.0)
    sharpen_radius: float = parameter(
        "Sharpening radius",
        1.0,
        0.5,
        3.0,
        "How broad the edges are that get crisper, in pixels.",
        unit="px",
        under="sharpening",
        short="Radius",
    )
    sharpen_masking: float = parameter(
        "Sharpening mask",
        0.0,
        0.0,
        100.0,
        "Spares even areas, so that noise stays as it is.",
        step=1.0,
        under="sharpening",
        short="Masking",
    )

    @property
    def active(self) -> bool:
        return self.sharpening > 0

    def reach(self, frame: Frame) -> int:
        sigma = self.sharpen_radius * frame.scale
        return 2 * max(blur_reach(sigma), 1 + round(sigma))

    def local(self, image: np.ndarray, frame: Frame) -> np.ndarray:
        sigma = self.sharpen_radius * frame.scale
        luma = luma_of(image)
        lacking = luma - blurred(luma, sigma)
        change = lacking * np.float32(self.sharpening / 100)
        if self.sharpen_masking:
            edges = blurred(np.abs(lacking), sigma)
            change *= smoothstep(edges, 0.0, _EDGE * self.sharpen_masking / 100)
        around = np.ones((2 * max(1, round(sigma)) + 1,) * 2, np.uint8)
        lowest, highest = cv2.erode(luma, around), cv2.dilate(luma, around)
        np.clip(change, lowest - luma - np.float32(_HALO), highest - luma + np.float32(_HALO), out=change)
        return add_to_luma(image, change)
