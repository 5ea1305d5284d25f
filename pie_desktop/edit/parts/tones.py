"""Highlights, shadows, whites and blacks: each a part of the scale from black to white."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from pie_desktop.edit.hues import beyond, smoothstep
from pie_desktop.edit.part import Part, adjustment, register
from pie_desktop.imaging.color.spaces import LUMA, linear_to_srgb, srgb_to_linear

_LUMINANCE = np.array(LUMA, np.float32)
_TINY = 1e-7
_SHADOWS_END = 0.6
_SHADOWS_STOPS = 1.5  # of the encoded value, at black
_HIGHLIGHTS_BEGIN, _HIGHLIGHTS = 0.3, 0.18
_WHITES, _BLACKS = 0.15, 0.12


@register
@dataclass(frozen=True)
class TonesPart(Part):
    """Four parts of the scale of tones.

    *Highlights and shadows* act by luminance: all channels of a colour's linear light are multiplied alike, so that
    hue and chromaticity stay. With y, the sRGB-encoded luminance, and s and h from -1 to 1: first
    `y * 2^(1.5 s (1 - y / 0.6)^2)` below 0.6, then `y + 0.18 h w(y)`, where w rises smoothly from 0 at 0.3 to 1 at 1
    (a cubic). *Whites and blacks* move the ends of each channel: `x + 0.15 w x^4 + 0.12 b (1 - x)^4`. All rise with y
    or x for every setting and go on straight beyond 0 and 1. Greys stay grey.

    Attributes:
        highlights, shadows, whites, blacks: -100 (darker) to 100 (lighter).
    """

    KEY: ClassVar[str] = "tones"
    LABEL: ClassVar[str] = "Tones"
    GROUP: ClassVar[str] = "Light"
    ORDER: ClassVar[int] = 40

    highlights: float = adjustment("Highlights", "Brightness of the light parts of the photo.", end="bright")
    shadows: float = adjustment("Shadows", "Brightness of the dark parts of the photo.", end="dark")
    whites: float = adjustment("Whites", "Where white begins.", end="bright")
    blacks: float = adjustment("Blacks", "Where black ends.", end="dark")

    def apply(self, colors: np.ndarray) -> np.ndarray:
        if self.highlights or self.shadows:
            colors = self._by_luminance(colors)
        return self._ends(colors) if self.whites or self.blacks else colors

    def _by_luminance(self, colors: np.ndarray) -> np.ndarray:
        linear = srgb_to_linear(colors)
        light = np.maximum(linear @ _LUMINANCE, _TINY)[..., None]  # below it the gain is the limit at black
        y = linear_to_srgb(light)
        away = np.maximum(1 - y / _SHADOWS_END, 0)
        y = y * np.exp2(_SHADOWS_STOPS * self.shadows / 100 * away**2)
        y = y + (_HIGHLIGHTS * self.highlights / 100) * smoothstep(_HIGHLIGHTS_BEGIN, 1.0, y)
        return linear_to_srgb(linear * (srgb_to_linear(y) / light))

    def _ends(self, colors: np.ndarray) -> np.ndarray:
        white, black = _WHITES * self.whites / 100, _BLACKS * self.blacks / 100
        x = np.clip(colors, 0, 1)
        curve = x + white * x**4 + black * (1 - x) ** 4
        return beyond(colors, curve, 1 - 4 * black, 1 + 4 * white)
