"""What the enhancement does to one photo, in numbers that a person can look at: tone curves, hues, zones."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pie_desktop.edit.edit import STRENGTH, Edit
from pie_desktop.edit.parts.style import StylePart
from pie_desktop.edit.transform import Attribution, Transform
from pie_desktop.imaging.color import difference
from pie_desktop.imaging.lut.apply import apply_lut
from pie_desktop.imaging.stored import to_uint8

TONES = 65  # greys of the tone curves
SECTORS = 12  # of hue, the first around 0 degrees
ZONES = (0.0, 33.0, 67.0, 101.0)  # L* that bound shadows, midtones and highlights
_COLORED = 8.0  # C*ab from which on a pixel has a hue
_FEW = 0.02  # share of the pixels below which nothing is told of a zone or of a sector


@dataclass(frozen=True)
class Step:
    """How the colours of a photo change from one state to the next, in CIE L*a*b* (D65).

    Attributes:
        zones: (3, 3) mean change of L*, a* and b* of greys as light as shadows, midtones and highlights of the photo;
            NaN where it has none. Of greys, as richer colours would else be taken for a cast, and the other way round.
        chroma: of the mean chroma afterwards to that before, 1 for no change.
        sectors: (SECTORS, 2) turn of the hue in degrees and change of C*ab by sector; NaN where the photo has none.
        gray: whether all colour is gone.
    """

    zones: np.ndarray
    chroma: float
    sectors: np.ndarray
    gray: bool


@dataclass(frozen=True)
class Explanation:
    """What the general enhancement and the style do to a photo.

    Attributes:
        general, own: the two steps: from the original to the neutral enhancement, from there to the style's.
        tones: (2, TONES, 3) what becomes of greys from black to white, [0, 1]: with the neutral enhancement, and with
            the style.
        hues: (SECTORS, 2, 2) a* and b* of twelve colours of L* 60 before and after.
        present: (SECTORS,) how much of the photo is of each hue, in parts of the most frequent one.
        attribution: how much of it is whose.
    """

    general: Step
    own: Step
    tones: np.ndarray
    hues: np.ndarray
    present: np.ndarray
    attribution: Attribution


def explain(proxy: np.ndarray, transform: Transform, edit: Edit) -> Explanation:
    """Say what a transform does to its photo at the strengths of an edit.

    Args:
        proxy: (H, W, 3) uint8 or uint16, sRGB.
        transform: of this photo.
        edit: only its style, strengths and amount count: what is adjusted by hand is seen at the sliders.
    """
    styled = edit.only(StylePart)
    luts = [transform.lut(styled.with_value(STRENGTH, 0.0)), transform.lut(styled)]
    image = to_uint8(proxy)
    labs = [difference.to_lab(one).reshape(-1, 3) for one in (image, *(apply_lut(image, lut) for lut in luts))]
    apart = [float(difference.delta_e_2000_lab(*pair).mean(dtype=np.float64)) for pair in pairwise(labs)]
    greys = np.repeat(np.linspace(0, 1, TONES, dtype=np.float32)[:, None], 3, 1)
    tones = np.stack([np.clip(_through(greys, lut), 0, 1) for lut in luts])
    scales = [difference.to_lab(one) for one in (greys, *tones)]
    wheel = _wheel()
    after = difference.to_lab(np.clip(_through(wheel, luts[1]), 0, 1))
    return Explanation(
        _step(labs[0], labs[1], scales[0], scales[1]),
        _step(labs[1], labs[2], scales[1], scales[2]),
        tones,
        np.stack([difference.to_lab(wheel)[:, 1:], after[:, 1:]], 1),
        _present(labs[0]),
        Attribution(*apart),
    )


def _step(before: np.ndarray, after: np.ndarray, greys: np.ndarray, greys_after: np.ndarray) -> Step:
    """The step that pixels (N, 3) take, and greys (TONES, 3) with them; L*a*b*."""
    order = np.argsort(greys[:, 0], kind="stable")
    lightness, moved = greys[order, 0], (greys_after - greys)[order]
    change = np.stack([np.interp(before[:, 0], lightness, moved[:, axis]) for axis in range(3)], 1)
    zones = [_mean(change, (before[:, 0] >= low) & (before[:, 0] < high)) for low, high in pairwise(ZONES)]
    chroma = [np.hypot(lab[:, 1], lab[:, 2]) for lab in (before, after)]
    sector = _sector(before)
    turn = np.degrees(np.arctan2(after[:, 2], after[:, 1]) - np.arctan2(before[:, 2], before[:, 1]))
    turned = np.stack([(turn + 180) % 360 - 180, chroma[1] - chroma[0]], 1)
    sectors = [_mean(turned, (sector == number) & (chroma[0] > _COLORED)) for number in range(SECTORS)]
    most, mean = float(np.percentile(chroma[1], 99)), float(chroma[0].mean())
    ratio = float(chroma[1].mean()) / mean if mean > 1 else 1.0
    return Step(np.stack(zones), ratio, np.stack(sectors), gray=most < 1.5 and mean > 1.5)


def _mean(values: np.ndarray, where: np.ndarray) -> np.ndarray:
    """Mean of the rows (C,); NaN where there are hardly any."""
    if where.mean() < _FEW:
        return np.full(values.shape[1], np.nan)
    return values[where].mean(0, dtype=np.float64)


def _sector(lab: np.ndarray) -> np.ndarray:
    hue = np.degrees(np.arctan2(lab[:, 2], lab[:, 1])) % 360
    return np.rint(hue / (360 / SECTORS)).astype(int) % SECTORS


def _present(lab: np.ndarray) -> np.ndarray:
    colored = np.hypot(lab[:, 1], lab[:, 2]) > _COLORED
    counts = np.bincount(_sector(lab[colored]), minlength=SECTORS).astype(np.float64)
    return counts / max(1.0, counts.max())


def _wheel() -> np.ndarray:
    """Twelve colours (SECTORS, 3) of L* 60 and one chroma, sRGB-encoded, all of which sRGB has."""
    angles = np.radians(np.arange(SECTORS) * (360 / SECTORS))
    lab = np.stack([np.full(SECTORS, 60.0), 28 * np.cos(angles), 28 * np.sin(angles)], 1)
    return np.clip(difference.from_lab(lab), 0, 1).astype(np.float32)


def _through(colors: np.ndarray, lut: np.ndarray) -> np.ndarray:
    return apply_lut(np.ascontiguousarray(colors[None], np.float32), lut)[0]
