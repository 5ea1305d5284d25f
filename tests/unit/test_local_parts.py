"""Clarity, sharpening, noise reduction, vignette and grain: by hand, in pieces, and in reduced views."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from pie_desktop.edit import finishing
from pie_desktop.edit.edit import Edit
from pie_desktop.edit.finishing import finished, reach_of
from pie_desktop.edit.full_size import edited_photo
from pie_desktop.edit.local_part import LocalPart
from pie_desktop.edit.mask import Mask
from pie_desktop.edit.part import part_types
from pie_desktop.edit.parts.clarity import ClarityPart
from pie_desktop.edit.parts.grain import GrainPart
from pie_desktop.edit.parts.masks import MasksPart
from pie_desktop.edit.parts.noise_reduction import NoiseReductionPart
from pie_desktop.edit.parts.sharpening import SharpeningPart
from pie_desktop.edit.parts.vignette import VignettePart
from pie_desktop.imaging.color.difference import delta_e_2000
from pie_desktop.imaging.color.spaces import LUMA
from pie_desktop.imaging.encode import EncodeOptions, save_photo
from pie_desktop.imaging.frame import Frame
from pie_desktop.imaging.lut.apply import apply_lut, identity_lut

CASES: dict[str, LocalPart] = {
    "noise reduction": NoiseReductionPart(60.0, 70.0),
    "masks": MasksPart((Mask(exposure=1.0), Mask("radial", 0.6, 0.3, 20.0, 0.2, 0.1, exposure=-2.0, saturation=40.0))),
    "clarity": ClarityPart(60.0, 80.0),
    "softened": ClarityPart(-70.0, -60.0),
    "sharpening": SharpeningPart(120.0, 2.3, 40.0),
    "vignette": VignettePart(-70.0),
    "grain": GrainPart(60.0, 50.0),
}


def photo_like(height: int, width: int, seed: int = 3) -> np.ndarray:
    """Smooth colours, edges and noise, float32 in [0.05, 0.95]."""
    random = np.random.default_rng(seed)
    coarse = random.random((6, 8, 3), dtype=np.float32)
    image = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    image[height // 3 :, width // 2 :] *= 0.5
    image += random.normal(0, 0.03, image.shape).astype(np.float32)
    return np.clip(image, 0.05, 0.95)


def applied(part: LocalPart, image: np.ndarray, frame: Frame | None = None) -> np.ndarray:
    return part.local(image.copy(), frame or Frame.of(image))


def luma(image: np.ndarray) -> np.ndarray:
    return image @ np.array(LUMA, np.float32)


def test_every_local_part_has_a_case() -> None:
    assert {type(part) for part in CASES.values()} == {kind for kind in part_types() if issubclass(kind, LocalPart)}


@pytest.mark.parametrize("name", CASES)
def test_pieces_do_not_show(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    image = np.round(photo_like(150, 230) * 65535).astype(np.uint16)
    frame = Frame.of(image, (2300, 1500)) if name in ("clarity", "softened") else Frame.of(image)
    parts = (CASES[name],)
    whole = finished(image, identity_lut(2), parts, frame)
    assert np.abs(whole.astype(int) - image).max() > 600
    monkeypatch.setattr(finishing, "TILE", 48)
    pieces = finished(image, identity_lut(2), parts, frame)
    assert np.abs(pieces.astype(int) - whole).max() <= 3


def test_a_zone_grown_by_the_reach_of_all_is_that_of_the_whole() -> None:
    image = np.round(photo_like(400, 420) * 255).astype(np.uint8)
    frame, parts = Frame.of(image), tuple(CASES.values())
    whole = finished(image, identity_lut(2), parts, frame)
    reach = reach_of(parts, frame)
    assert 20 < reach < 120
    left, top, right, bottom = 150, 160, 230, 220
    grown = np.s_[top - reach : bottom + reach, left - reach : right + reach]
    part = image[grown]
    zone = finished(part, identity_lut(2), parts, frame.part(left - reach, top - reach, part.shape[1], part.shape[0]))
    assert np.abs(zone[reach:-reach, reach:-reach].astype(int) - whole[top:bottom, left:right]).max() <= 1


def test_what_does_nothing_costs_nothing(tmp_path: Path) -> None:
    idle = (SharpeningPart(0.0, 2.0, 50.0), VignettePart(0.0, 10.0), GrainPart(0.0, 80.0), MasksPart((Mask(),)))
    edit = Edit()
    for part in idle:
        edit = edit.with_part(part)
    assert len(edit.parts) == len(idle), "it is kept"
    assert edit.local_parts == ()
    image = np.round(photo_like(40, 60) * 255).astype(np.uint8)
    save_photo(image, tmp_path / "a.png", EncodeOptions("png"))
    lut = identity_lut() ** np.float32(0.8)
    written = edited_photo(tmp_path / "a.png", EncodeOptions("png"), lut, edit=edit)
    np.testing.assert_array_equal(written, apply_lut(image, lut))


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("size", [(1, 1), (1, 40), (20, 400), (2, 3)])
def test_odd_sizes(name: str, size: tuple[int, int]) -> None:
    result = finished(np.full((*size, 3), 120, np.uint8), identity_lut(2), (CASES[name],), Frame.of(np.empty(size)))
    assert result.shape == (*size, 3)


@pytest.mark.parametrize("name", CASES)
def test_wide_colors_and_not_a_number(name: str) -> None:
    image = np.full((30, 40, 3), [1.2, 0.4, -0.1], np.float32)
    image[5, 5] = np.nan
    result = finished(image, identity_lut(2), (CASES[name],), Frame.of(image))
    assert np.isfinite(result).all()
    assert result[20, 20, 0] > result[20, 20, 2]


def test_clarity_and_texture_leave_even_areas_and_colors_alone() -> None:
    even = np.full((60, 60, 3), [0.3, 0.5, 0.6], np.float32)
    np.testing.assert_allclose(applied(ClarityPart(100.0, 100.0), even), even, atol=1e-6)
    image = photo_like(120, 160)
    more = applied(ClarityPart(50.0, 80.0), image)
    moved = more - image
    np.testing.assert_allclose(moved[..., 0], moved[..., 2], atol=1e-6)


def test_clarity_by_hand() -> None:
    """Stripes of one pixel about mid grey: every window has the same variance, so that the base is known."""
    image = np.full((64, 64, 3), 0.5, np.float32)
    image[:, ::2] += 0.05
    image[:, 1::2] -= 0.05
    frame = Frame((1000, 1000), (64, 64), (0, 0, 64, 64), 1.0)  # windows of 2 * 12 + 1
    result = applied(ClarityPart(0.0, 100.0), image, frame)
    values = luma(image)
    window = cv2.boxFilter(values, -1, (25, 25), borderType=cv2.BORDER_REFLECT_101)
    variance = cv2.boxFilter(values * values, -1, (25, 25), borderType=cv2.BORDER_REFLECT_101) - window**2
    slope = variance / (variance + 0.01)
    assert slope[32, 32] == pytest.approx(0.0025 / 0.0125, rel=0.01)
    # The difference to the base is four fifths of 0.05, and near mid grey all of it counts.
    assert result[32, 32, 0] == pytest.approx(0.55 + 0.8 * 0.05, abs=0.002)
    assert result[32, 33, 0] == pytest.approx(0.45 - 0.8 * 0.05, abs=0.002)


def test_texture_is_finer_than_clarity() -> None:
    x = np.arange(600, dtype=np.float32)
    frame = Frame((6000, 4000), (600, 80), (0, 0, 600, 80), 1.0)

    def contrast(part: ClarityPart, period: float) -> float:
        row = 0.5 + 0.04 * np.sin(2 * np.pi * x / period)
        image = np.repeat(np.tile(row, (80, 1))[..., None], 3, axis=2).astype(np.float32)
        return float(applied(part, image, frame)[40, 200:400, 0].std() / image[40, 200:400, 0].std())

    assert contrast(ClarityPart(100.0, 0.0), 8) > 1.4
    assert contrast(ClarityPart(100.0, 0.0), 120) < 1.1
    assert contrast(ClarityPart(0.0, 100.0), 120) > 1.5
    assert contrast(ClarityPart(-100.0, 0.0), 8) < 0.7


def test_strong_edges_get_no_halo_from_clarity() -> None:
    image = np.full((200, 200, 3), 0.2, np.float32)
    image[:, 100:] = 0.8
    frame = Frame((2000, 2000), (200, 200), (0, 0, 200, 200), 1.0)
    change = np.abs(applied(ClarityPart(0.0, 100.0), image, frame) - image)
    plain = np.abs(luma(image) - cv2.boxFilter(luma(image), -1, (49, 49)))
    assert change.max() < 0.05 < plain.max() / 5, "an unsharp mask of the same radius has one of half of the step"


def test_sharpening_by_hand() -> None:
    image = np.full((41, 41, 3), 0.4, np.float32)
    image[:, 20:] = 0.6
    result = applied(SharpeningPart(100.0, 1.0), image)
    blurred = cv2.GaussianBlur(luma(image), (9, 9), 1.0, borderType=cv2.BORDER_REPLICATE)
    lacking = 0.6 - blurred[20, 20]
    assert lacking == pytest.approx(0.0601, abs=0.002), "beside the edge the Gaussian takes 30 % of the step"
    assert result[20, 20, 1] == pytest.approx(0.64, abs=1e-5), "no more than 0.04 beyond the neighbourhood"
    weak = applied(SharpeningPart(50.0, 1.0), image)
    assert weak[20, 20, 1] == pytest.approx(0.6 + 0.5 * lacking, abs=1e-5)
    np.testing.assert_allclose(result[:, :10], image[:, :10], atol=1e-6)


def test_masking_spares_noise_and_not_edges() -> None:
    random = np.random.default_rng(8)
    image = np.full((80, 80, 3), 0.4, np.float32) + random.normal(0, 0.005, (80, 80, 1)).astype(np.float32)
    image[:, 40:] += 0.3
    open_, masked = (applied(SharpeningPart(100.0, 1.0, masking), image) for masking in (0.0, 80.0))
    noise = np.s_[:, 5:25]
    before, unspared, spared = (luma(one)[noise].std() for one in (image, open_, masked))
    assert spared - before < 0.5 * (unspared - before)
    assert (masked - image)[40, 40, 0] > 0.8 * (open_ - image)[40, 40, 0] > 0.02


def test_noise_goes_and_edges_stay() -> None:
    random = np.random.default_rng(9)
    clean = np.full((120, 160, 3), [0.5, 0.4, 0.3], np.float32)
    clean[:, 80:] = [0.2, 0.3, 0.6]
    grey = random.normal(0, 0.03, (120, 160, 1)).astype(np.float32)
    colored = random.normal(0, 0.03, clean.shape).astype(np.float32)
    colored -= luma(colored)[..., None]
    noisy = clean + grey + colored
    even = np.s_[10:110, 10:70]

    brightness = applied(NoiseReductionPart(60.0, 0.0), noisy)
    assert luma(brightness)[even].std() < 0.35 * luma(noisy)[even].std()
    np.testing.assert_allclose((brightness - noisy)[..., 0], (brightness - noisy)[..., 1], atol=1e-6)

    colors = applied(NoiseReductionPart(0.0, 60.0), noisy)
    np.testing.assert_allclose(luma(colors), luma(noisy), atol=1e-5)
    differences, before = (image[..., 2] - luma(image) for image in (colors, noisy))
    assert differences[even].std() < 0.35 * before[even].std()
    across = differences[10:110, 84:].mean() - differences[10:110, :76].mean()
    clean_blue = clean[0, :, 2] - luma(clean)[0]
    assert across == pytest.approx(float(clean_blue[80] - clean_blue[0]), rel=0.03)


def test_vignette_by_hand() -> None:
    image = np.full((201, 301, 3), 0.5, np.float32)
    result = applied(VignettePart(-50.0, 50.0, 50.0), image)
    np.testing.assert_allclose(result[100, 150], 0.5, atol=1e-6)
    # Corner: d is nearly 1, beyond 0.7 + 0.26: all of 1.5 stops.
    np.testing.assert_allclose(result[0, 0], 0.5 * 2 ** (-1.5 / 2.2), rtol=1e-3)
    # Middle of the right edge: d is the root of a half.
    t = (np.sqrt(0.5) - 0.44) / 0.52
    weight = t * t * (3 - 2 * t)
    np.testing.assert_allclose(result[100, 300], 0.5 * 2 ** (-1.5 * weight / 2.2), rtol=0.01)
    light = applied(VignettePart(100.0), np.full((50, 50, 3), [0, 1, 0.5], np.float32))
    gain = 2 ** (3 / 2.2)
    np.testing.assert_allclose(light[0, 0], [0, 1, gain * 0.5 / (1 + (gain - 1) * 0.5)], atol=2e-3)


def test_a_round_vignette_is_round_in_pixels() -> None:
    frame = Frame((400, 200), (400, 200), (0, 0, 400, 200))
    weight = VignettePart(-50.0, 20.0, 30.0, 100.0).weight(frame)
    assert weight[100, 200 + 90] == pytest.approx(weight[100 + 90, 200], abs=0.02)
    oval = VignettePart(-50.0, 20.0, 30.0, 0.0).weight(frame)
    assert oval[100, 200 + 90] < oval[100 + 90, 200]


def test_grain_is_that_of_its_place() -> None:
    image = np.full((200, 300, 3), 0.5, np.float32)
    frame = Frame((4000, 3000), (4000, 3000), (1000, 900, 300, 200))
    part = GrainPart(100.0, 25.0)
    result = applied(part, image, frame)
    noise = result[..., 0] - 0.5
    assert abs(noise.mean()) < 0.01
    assert noise.std() == pytest.approx(0.06, rel=0.1)
    np.testing.assert_allclose(result[..., 0], result[..., 2], atol=1e-6)
    zone = applied(part, image[50:120, 40:240], frame.part(40, 50, 200, 70))
    np.testing.assert_array_equal(zone, result[50:120, 40:240])
    far = applied(part, image, Frame((4000, 3000), (4000, 3000), (1000 + 1021, 900, 300, 200)))
    alike = np.corrcoef(far[..., 0].ravel(), result[..., 0].ravel())[0, 1]
    assert abs(alike) < 0.6, "it does not repeat with the period of one pattern"
    for level in (0.0, 1.0):
        np.testing.assert_array_equal(applied(part, np.full((9, 9, 3), level, np.float32)), level)


def test_grain_in_a_reduced_view_is_what_averaging_leaves() -> None:
    part = GrainPart(100.0, 50.0)
    image = np.full((1200, 1200, 3), 0.5, np.float32)
    full = applied(part, image)[..., 0]
    for factor in (2, 4, 8):
        averaged = cv2.resize(full, None, fx=1 / factor, fy=1 / factor, interpolation=cv2.INTER_AREA)
        side = 1200 // factor
        view = applied(part, image[:side, :side], Frame((1200, 1200), (side, side), (0, 0, side, side), 1 / factor))
        assert view[..., 0].std() == pytest.approx(averaged.std(), rel=0.15)


@pytest.mark.parametrize("name", ["clarity", "softened", "vignette", "masks"])
def test_a_reduced_view_is_near_the_reduced_file(name: str) -> None:
    image = np.round(cv2.GaussianBlur(photo_like(900, 1200), (0, 0), 2) * 255).astype(np.uint8)
    part = CASES[name]
    full = finished(image, identity_lut(2), (part,), Frame.of(image))
    small = cv2.resize(image, (400, 300), interpolation=cv2.INTER_AREA)
    view = finished(small, identity_lut(2), (part,), Frame.of(small, (1200, 900)))
    expected = cv2.resize(full, (400, 300), interpolation=cv2.INTER_AREA)
    assert delta_e_2000(view, expected).mean() < 0.4


@pytest.mark.parametrize(
    "part",
    [
        NoiseReductionPart(5e-324, 5e-324),
        SharpeningPart(100.0, 1.0, 5e-324),
        ClarityPart(5e-324, 5e-324),
        VignettePart(-5e-324, 0.0, 0.0),
        GrainPart(5e-324, 0.0),
        MasksPart((Mask(exposure=5e-324, width=5e-324), Mask("radial", exposure=1e-9, width=5e-324, feather=5e-324))),
    ],
)
def test_the_smallest_numbers_do_next_to_nothing(part: LocalPart) -> None:
    image = np.round(photo_like(40, 60) * 255).astype(np.uint8)
    image[:10] = 90
    with np.errstate(all="raise", under="ignore"):
        result = finished(image, identity_lut(2), (part,), Frame.of(image))
    if not isinstance(part, SharpeningPart):
        assert np.abs(result.astype(int) - image).max() <= 1


def test_stored_and_read_again() -> None:
    edit = Edit()
    for part in CASES.values():
        edit = edit.with_part(part)
    assert Edit.from_text(edit.to_text()) == edit
