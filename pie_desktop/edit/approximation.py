"""What the model or an edit does to a photo, as sliders that a person can read and go on from."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pie_desktop.edit.compiling import adjusted
from pie_desktop.edit.edit import Edit
from pie_desktop.edit.fitting import PhotoColors, fit_sliders
from pie_desktop.edit.part import Parameter, Part, part_types
from pie_desktop.edit.parts.black_and_white import BlackAndWhitePart
from pie_desktop.edit.parts.contrast import ContrastPart
from pie_desktop.edit.parts.exposure import ExposurePart
from pie_desktop.edit.parts.hsl import HslPart
from pie_desktop.edit.parts.match import MatchPart
from pie_desktop.edit.parts.saturation import SaturationPart
from pie_desktop.edit.parts.style import StylePart
from pie_desktop.edit.parts.tones import TonesPart
from pie_desktop.edit.parts.white_balance import WhiteBalancePart
from pie_desktop.edit.transform import Transform
from pie_desktop.imaging.color.difference import delta_e_2000_lab, to_lab
from pie_desktop.imaging.lut.apply import AnyLut, apply_any

AUTO = (WhiteBalancePart, ExposurePart, ContrastPart, TonesPart)
"""What Auto sets."""

OFF = StylePart(None, amount=0.0)
"""The style part of an edit in which the adjustments act on the photo alone."""

_GREY = 1.0  # chroma in L*a*b* up to which a colour counts as grey


def auto_parts(proxy: np.ndarray, transform: Transform) -> tuple[Part, ...]:
    """The model's neutral enhancement of a photo as sliders of exposure, white balance, contrast and tones.

    Args:
        proxy: of the photo, uint8 or uint16 (H, W, 3), sRGB.
        transform: of the photo, in any style.
    """
    photo = PhotoColors.of(proxy)
    wanted = colors_with(photo.colors, transform.neutral)
    return fit_sliders(photo, wanted, [one for kind in AUTO for one in kind.parameters()]).parts


def with_auto(edit: Edit, parts: Sequence[Part]) -> Edit:
    """An edit with what `auto_parts` found in the place of the model.

    The style is off and the amount 0, so that nothing is enhanced twice, and what matched the model's result to other
    photos goes. All other adjustments stay: they act on nearly the same colours as before.
    """
    edit = edit.with_part(OFF).with_part(MatchPart())
    for part in (*(kind() for kind in AUTO), *parts):
        edit = edit.with_part(part)
    return edit


def with_model(edit: Edit) -> Edit:
    """An edit with the model in the place of the sliders again: the whole amount, and no adjustment of colours."""
    for part in edit.parts:
        if _is_color(part):
            edit = edit.with_part(type(part)())
    return edit.with_part(replace(edit.style, amount=1.0))


@dataclass(frozen=True)
class Approximation:
    """An edit as sliders.

    Attributes:
        edit: without a style, with the sliders instead; what is not colour (geometry, masks, development) is as before.
        remaining: mean CIEDE2000 over the photo between it and the edit that it stands for.
        before: mean CIEDE2000 over the photo between the photo and that edit.
    """

    edit: Edit
    remaining: float
    before: float

    @property
    def said(self) -> str:
        """How near it comes, in plain words."""
        known = (
            (0.5, "No difference from the edit can be seen."),
            (1.0, "The difference from the edit can hardly be seen, even side by side."),
            (2.0, "A small difference from the edit can be seen side by side."),
            (5.0, "A difference from the edit can be seen: it does more than sliders can."),
        )
        clear = "The difference from the edit is plain to see: it does what sliders cannot."
        return next((text for most, text in known if self.remaining < most), clear)

    def sliders(self) -> list[tuple[Parameter, float]]:
        """The sliders that do not stand at their defaults, with their values, in their order."""
        colors = [type(part) for part in self.edit.parts if _is_color(part)]
        all_of_them = [one for kind in colors for one in kind.parameters()]
        return [(one, value) for one in all_of_them if (value := self.edit.value(one)) != one.default]


def as_adjustments(proxy: np.ndarray, transform: Transform, edit: Edit) -> Approximation:
    """Sliders that come near to an edit on the colours of its photo, few of them and by little.

    Args:
        proxy: of the photo, uint8 or uint16 (H, W, 3), sRGB.
        transform: of the photo, in the style of the edit.
        edit: any.
    """
    photo, exact = PhotoColors.of(proxy), transform.exact(edit)
    wanted = colors_with(photo.colors, exact)
    kinds = [kind for kind in part_types() if kind.apply is not Part.apply and kind.parameters()]
    fixed = {}
    if _grey(wanted) and not _grey(photo.colors):
        kinds = [kind for kind in kinds if kind not in (SaturationPart, HslPart)]
        fixed = {BlackAndWhitePart.KEY: {"black_and_white": 100.0}}
    else:
        kinds.remove(BlackAndWhitePart)
    set_already = {name for numbers in fixed.values() for name in numbers}
    sliders = [one for kind in kinds for one in kind.parameters() if one.name not in set_already]
    found = fit_sliders(photo, wanted, sliders, fixed, few=True)
    approximate = edit.with_part(OFF)
    for part in (*(type(one)() for one in edit.parts if _is_color(one)), *found.parts):
        approximate = approximate.with_part(part)
    return _measured(proxy, exact, approximate)


def auto_approximation(proxy: np.ndarray, transform: Transform, edit: Edit) -> Approximation:
    """What Auto makes of an edit, measured against the neutral enhancement with the edit's other adjustments.

    Args:
        proxy, transform, edit: as for `as_adjustments`.
    """
    enhanced = edit.with_part(StylePart(strength=0.0)).with_part(MatchPart())
    for kind in AUTO:
        enhanced = enhanced.with_part(kind())
    return _measured(proxy, transform.exact(enhanced), with_auto(edit, auto_parts(proxy, transform)))


def _measured(proxy: np.ndarray, exact: AnyLut, approximate: Edit) -> Approximation:
    """An approximation with its distance from what it stands for, over all pixels of the proxy."""
    pixels = proxy.reshape(-1, 3).astype(np.float32) / np.float32(np.iinfo(proxy.dtype).max)
    result = to_lab(colors_with(pixels, exact))
    sliders = [part for part in approximate.parts if _is_color(part)]
    remaining = delta_e_2000_lab(to_lab(adjusted(pixels, sliders)), result).mean(dtype=np.float64)
    before = delta_e_2000_lab(to_lab(pixels), result).mean(dtype=np.float64)
    return Approximation(approximate, float(remaining), float(before))


def colors_with(colors: np.ndarray, edit: AnyLut) -> np.ndarray:
    """Colours (N, 3), float32 in [0, 1], with an edit, clipped as a file has them."""
    return np.clip(apply_any(np.ascontiguousarray(colors[None]), edit)[0], 0, 1)


def _grey(colors: np.ndarray) -> bool:
    _, a, b = to_lab(colors).T
    return bool(np.quantile(np.hypot(a, b), 0.99) <= _GREY)


def _is_color(part: Part) -> bool:
    return type(part).apply is not Part.apply
