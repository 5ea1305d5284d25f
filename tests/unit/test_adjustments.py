"""The adjustments: values computed by hand, what each leaves alone, and curves that are no functions."""

from itertools import product
from typing import Any

import numpy as np
import pytest
from scipy.interpolate import PchipInterpolator
from skimage.color import lab2rgb, rgb2lab, rgb2xyz

from pie_desktop.edit.edit import Edit
from pie_desktop.edit.hues import CENTRES, Hues
from pie_desktop.edit.part import Parameter, Part, all_parameters, part_types
from pie_desktop.edit.parts.black_and_white import BlackAndWhitePart
from pie_desktop.edit.parts.contrast import MID_GREY, ContrastPart
from pie_desktop.edit.parts.curve import CurvePart
from pie_desktop.edit.parts.exposure import ExposurePart
from pie_desktop.edit.parts.fade import FadePart
from pie_desktop.edit.parts.grading import GradingPart
from pie_desktop.edit.parts.hsl import HslPart
from pie_desktop.edit.parts.saturation import SaturationPart
from pie_desktop.edit.parts.style import StylePart
from pie_desktop.edit.parts.tones import TonesPart
from pie_desktop.edit.parts.white_balance import WhiteBalancePart
from pie_desktop.errors import EditError
from pie_desktop.imaging.color.spaces import linear_to_srgb, srgb_to_linear
from pie_desktop.imaging.lut.light import luma

ADJUSTMENTS = [
    part
    for part in part_types()
    if part is not StylePart and part.parameters() and part.__module__.startswith("pie_desktop.")
]
PARAMETERS = [one for one in all_parameters() if one.part != "style"]
TINTS = ("temperature", "tint", "shadow_tint", "midtone_tint", "highlight_tint")
"""What gives greys a colour."""

COLORS = np.random.default_rng(3).uniform(-0.1, 1.2, (4000, 3)).astype(np.float32)
GREYS = np.repeat(np.linspace(-0.1, 1.3, 1401, dtype=np.float32)[:, None], 3, axis=1)


def adjusted(colors: Any, edit: Edit | Part) -> np.ndarray:
    result = np.array(colors, np.float32)
    for part in edit.parts if isinstance(edit, Edit) else (edit,):
        result = part.apply(result)
    return result


def extremes() -> list[Edit]:
    """Each parameter at both ends, with what makes it count."""
    needed: dict[str, dict[str, float]] = {"black_and_white": {"black_and_white": 100.0}}
    edits = []
    for one, end in product(PARAMETERS, ("low", "high")):
        edit = Edit()
        for name, value in (needed.get(one.part, {}) | {one.name: getattr(one, end)}).items():
            edit = edit.with_value(parameter_named(name), value)
        edits.append(edit)
    return edits


def parameter_named(name: str) -> Parameter:
    return next(one for one in PARAMETERS if one.name == name)


@pytest.mark.parametrize("part", ADJUSTMENTS)
def test_the_defaults_change_nothing_to_the_bit(part: type[Part]) -> None:
    np.testing.assert_array_equal(part().apply(COLORS), COLORS)


@pytest.mark.parametrize("edit", extremes(), ids=str)
def test_every_adjustment_at_its_ends_is_finite_and_kept_whole(edit: Edit) -> None:
    result = adjusted(COLORS, edit)
    assert result.dtype == np.float32 and result.shape == COLORS.shape and np.isfinite(result).all()
    assert Edit.from_text(edit.to_text()) == edit


@pytest.mark.parametrize("edit", extremes(), ids=str)
def test_greys_rise_and_stay_grey(edit: Edit) -> None:
    result = adjusted(GREYS, edit)
    assert (np.diff(result.astype(np.float64).mean(axis=1)) > 0).all()
    if all(edit.value(parameter_named(name)) == 0 for name in TINTS):
        assert np.ptp(result, axis=1).max() < 2e-6


def test_exposure_is_a_factor_of_linear_light() -> None:
    result = adjusted([[0.5, 0.2, 0.02]], ExposurePart(exposure=-2.0))
    np.testing.assert_allclose(srgb_to_linear(result) * 4, srgb_to_linear(np.array([[0.5, 0.2, 0.02]])), rtol=1e-5)
    # 18 % of light is 46.1 % of sRGB; two stops make 72 %, which is 86.5 %.
    np.testing.assert_allclose(adjusted([[MID_GREY] * 3], ExposurePart(exposure=2.0)), 0.86504, atol=1e-4)


def test_white_balance_makes_the_illuminant_white() -> None:
    warmer = WhiteBalancePart(temperature=60.0, tint=25.0)
    white = np.array(np.linalg.solve(warmer.matrix, np.ones(3)))  # the light that is taken for white
    assert white[2] > 1 > white[0], "a bluish light becomes white: the photo becomes warmer"
    encoded = linear_to_srgb(white / white.max())
    assert np.ptp(adjusted([encoded], warmer)) < 1e-5
    greener = np.linalg.solve(WhiteBalancePart(tint=100.0).matrix, np.ones(3))
    assert greener[1] == greener.max(), "a greenish light becomes white: the photo becomes more magenta"


def test_white_balance_adapts_as_the_bradford_transform() -> None:
    # The white of D50 is 5003 K on the daylight locus: 199.9 mired, 46.1 above D65.
    part = WhiteBalancePart(temperature=-100 * (1e6 / 5003 - 1e6 / 6504) / 70)
    published = np.array(  # D50 to D65, B. Lindbloom, Chromatic Adaptation, from XYZ to XYZ
        [[0.9555766, -0.0230393, 0.0631636], [-0.0282895, 1.0099416, 0.0210077], [0.0122982, -0.0204830, 1.3299098]]
    )
    color = np.array([[0.5, 0.4, 0.3]])
    result = rgb2xyz(adjusted(color, part))
    np.testing.assert_allclose(result, rgb2xyz(color) @ published.T, atol=2e-3)


def test_contrast_turns_about_mid_grey() -> None:
    fixed = [[0.0, MID_GREY, 1.0]]
    for contrast in (-100.0, 40.0, 100.0):
        np.testing.assert_allclose(adjusted(fixed, ContrastPart(contrast=contrast)), fixed, atol=1e-6)
    near = adjusted([[MID_GREY - 0.005, MID_GREY + 0.005, 0]], ContrastPart(contrast=100.0))[0]
    assert (near[1] - near[0]) / 0.01 == pytest.approx(1 + 1.8 * MID_GREY * (1 - MID_GREY), rel=1e-3)
    assert adjusted([[0.25] * 3], ContrastPart(contrast=50.0))[0, 0] == pytest.approx(0.25 + 0.9 * 0.1875 * -0.2113561)


def test_shadows_and_highlights_keep_chromaticity() -> None:
    color = np.array([[0.3, 0.2, 0.1], [0.8, 0.9, 0.6]])
    result = srgb_to_linear(adjusted(color, TonesPart(shadows=80.0, highlights=-70.0)))
    linear = srgb_to_linear(color)
    np.testing.assert_allclose(result / result.sum(1, keepdims=True), linear / linear.sum(1, keepdims=True), atol=1e-5)
    assert result[0].sum() > linear[0].sum() and result[1].sum() < linear[1].sum()


def test_tones_of_greys_by_hand() -> None:
    grey = [[0.3] * 3]
    assert adjusted(grey, TonesPart(shadows=100.0))[0, 0] == pytest.approx(0.3 * 2 ** (1.5 * 0.25), abs=1e-5)
    assert adjusted([[0.65] * 3], TonesPart(highlights=-100.0))[0, 0] == pytest.approx(0.65 - 0.18 * 0.5, abs=1e-5)
    assert adjusted([[1.0] * 3], TonesPart(highlights=-100.0))[0, 0] == pytest.approx(0.82, abs=1e-5)
    assert adjusted([[0.5] * 3], TonesPart(whites=100.0))[0, 0] == pytest.approx(0.5 + 0.15 / 16)
    assert adjusted([[0.0] * 3], TonesPart(blacks=-100.0))[0, 0] == pytest.approx(-0.12)


def test_curves_go_through_their_points_and_never_overshoot() -> None:
    points = ((0.0, 0.0), (0.2, 0.02), (0.3, 0.9), (0.31, 0.9), (1.0, 1.0))
    place = np.repeat(np.linspace(0, 1, 1001)[:, None], 3, axis=1)
    result = adjusted(place, CurvePart(points=points))
    x, y = np.array(points).T
    np.testing.assert_allclose(result[:, 0], PchipInterpolator(x, y)(place[:, 0]), atol=1e-6)
    assert (np.diff(result[:, 0]) >= -1e-7).all() and result.max() <= 1
    single = adjusted(place, CurvePart(red=((0.25, 0.0), (1.0, 0.5))))
    np.testing.assert_allclose(single[:, 1:], place[:, 1:], atol=1e-7)
    assert single[250, 0] == 0 and single[100, 0] == 0 and single[-1, 0] == pytest.approx(0.5)


def test_regions_of_the_curve_by_hand() -> None:
    part = CurvePart(curve_darks=100.0, curve_highlights=-50.0)
    expected = [[0.2, 0.495, 0.6], [0.7525, 0.0, 1.0]]
    np.testing.assert_allclose(adjusted([[0.2, 0.4, 0.6], [0.8, 0.0, 1.0]], part), expected, atol=1e-6)


@pytest.mark.parametrize(
    "points",
    [
        ((0.5, 0.5),),
        ((0.5, 0.2), (0.5, 0.8)),
        ((0.6, 0.2), (0.5, 0.8)),
        ((0.0, 0.0), (0.5, float("nan"))),
        ((0.0, 0.0), (float("inf"), 1.0)),
        ((0.0, -0.1), (1.0, 1.0)),
        tuple((place / 40, place / 40) for place in range(40)),
        ((0.0, 0.0), (1e-300, 1.0), (1.0, 1.0)),  # between which slopes are no numbers
    ],
)
def test_curves_that_are_no_functions_are_refused(points: Any) -> None:
    with pytest.raises(EditError, match="A curve needs 2 to 32 points"):
        CurvePart(green=points)


def test_a_curve_without_effect_is_no_decision() -> None:
    assert Edit().with_part(CurvePart(points=((0.0, 0.0), (1.0, 1.0)))) == Edit()


def test_saturation_by_hand() -> None:
    color = np.array([[0.2, 0.6, 0.7]], np.float32)
    grey = adjusted(color, SaturationPart(saturation=-100.0))
    np.testing.assert_allclose(grey, np.repeat(luma(color), 3, axis=1), atol=1e-6)
    doubled = adjusted(color, SaturationPart(saturation=100.0))
    np.testing.assert_allclose(doubled - luma(color), 2 * (color - luma(color)), atol=1e-6)
    np.testing.assert_allclose(luma(doubled), luma(color), atol=1e-6)


def test_vibrance_spares_skin_and_vivid_colors() -> None:
    skin, sky, vivid = [0.85, 0.65, 0.55], [0.55, 0.68, 0.85], [0.02, 0.1, 0.98]
    before = rgb2lab(np.array([skin, sky, vivid]))
    after = rgb2lab(adjusted([skin, sky, vivid], SaturationPart(vibrance=100.0)))
    gain = np.hypot(after[:, 1], after[:, 2]) / np.hypot(before[:, 1], before[:, 2])
    assert 1 < gain[0] < gain[1] and gain[2] == pytest.approx(1, abs=0.02)


def test_hues_of_the_eight_colors_are_where_they_are_called() -> None:
    primaries = np.array([[1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 1, 1], [0, 0, 1], [1, 0, 1]], np.float32)
    np.testing.assert_allclose(Hues.of(primaries).angle, [0, 60, 120, 180, 240, 300], atol=1e-3)
    for color in range(8):
        values = tuple(float(one == color) for one in range(8))
        angles = np.radians(np.array(CENTRES))
        at_centres = np.stack([np.cos(angles), np.cos(angles - 2 * np.pi / 3), np.cos(angles + 2 * np.pi / 3)], -1)
        mixed = Hues.of((0.5 + 0.3 * at_centres).astype(np.float32)).mixed(values)
        np.testing.assert_allclose(mixed, values, atol=1e-4)


def test_reds_whose_hue_is_rounded_to_a_full_turn_are_red() -> None:
    """Where green and blue are equal but for the last bit, single pixels of a red were left as they were."""
    green = np.float32(0.3)
    reds = np.array([[0.9, one, 0.3] for one in (green, np.nextafter(green, np.float32(0)))], np.float32)
    assert reds[1, 1] < reds[1, 2] and (Hues.of(reds).angle < 360).all()
    for part in (HslPart(red_hue=-60.0), HslPart(red_luminance=50.0), BlackAndWhitePart(100.0, red_grey=80.0)):
        first, second = adjusted(reds, part)
        np.testing.assert_allclose(first, second, atol=1e-5)
        assert np.abs(first - adjusted(reds, type(part)())[0]).max() > 0.05


def test_weights_of_colors_sum_to_one_and_have_no_steps() -> None:
    angle = np.radians(np.linspace(0, 360, 3601))
    ring = np.stack([np.cos(angle), np.cos(angle - 2 * np.pi / 3), np.cos(angle + 2 * np.pi / 3)], -1) * 0.3 + 0.5
    hues = Hues.of(ring.astype(np.float32))
    np.testing.assert_allclose(hues.mixed((1.0,) * 8), 1, atol=1e-5)
    single = hues.mixed((0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0))
    assert np.abs(np.diff(single)).max() < 0.006


def test_one_color_changes_and_the_opposite_one_does_not() -> None:
    blue, orange = [0.2, 0.3, 0.9], [0.9, 0.5, 0.1]
    part = HslPart(blue_hue=60.0, blue_saturation=-50.0, blue_luminance=40.0)
    changed = adjusted([blue, orange], part)
    np.testing.assert_allclose(changed[1], orange, atol=1e-6)
    assert np.abs(changed[0] - blue).max() > 0.05
    turned = Hues.of(adjusted([blue], HslPart(blue_hue=100.0))).angle[0] - Hues.of(np.array([blue])).angle[0]
    assert 25 < turned < 30
    grey = adjusted([blue], HslPart(blue_saturation=-100.0))
    assert np.ptp(grey) < 0.05 < 0.5 < np.ptp(blue)
    np.testing.assert_allclose(luma(grey), luma(np.array([blue])), atol=1e-5)


def test_grading_gives_each_range_its_color_and_keeps_luma_black_and_white() -> None:
    part = GradingPart(shadow_hue=240.0, shadow_tint=60.0, highlight_hue=30.0, highlight_tint=60.0)
    greys = np.repeat(np.array([[0.0], [0.2], [0.8], [1.0]], np.float32), 3, axis=1)
    result = adjusted(greys, part)
    np.testing.assert_allclose(result[[0, 3]], greys[[0, 3]], atol=1e-6)
    assert result[1].argmax() == 2 and result[2].argmax() == 0
    np.testing.assert_allclose(luma(result), luma(greys), atol=1e-6)


def test_black_and_white_and_its_mix() -> None:
    colors = [[0.9, 0.2, 0.1], [0.1, 0.2, 0.9], [0.4, 0.4, 0.4]]
    plain = adjusted(colors, BlackAndWhitePart(black_and_white=100.0))
    np.testing.assert_allclose(plain, np.repeat(luma(np.array(colors)), 3, axis=1), atol=1e-6)
    mixed = adjusted(colors, BlackAndWhitePart(black_and_white=100.0, red_grey=100.0, blue_grey=-100.0))
    assert np.ptp(mixed, axis=1).max() < 1e-6
    assert mixed[0, 0] > plain[0, 0] and mixed[1, 0] < plain[1, 0] and mixed[2, 0] == pytest.approx(plain[2, 0])


def test_fade_by_hand() -> None:
    np.testing.assert_allclose(adjusted([[0.0, 0.5, 1.0]], FadePart(fade=50.0)), [[0.08, 0.525, 0.97]], atol=1e-6)


def test_highlights_of_a_sky_keep_their_hue() -> None:
    sky = lab2rgb(np.stack([np.linspace(60, 92, 200), np.full(200, -4.0), np.full(200, -14.0)], -1))
    for part in (TonesPart(highlights=-100.0), TonesPart(shadows=100.0), ExposurePart(exposure=-1.0)):
        before, after = (np.arctan2(lab[:, 2], lab[:, 1]) for lab in map(rgb2lab, (sky, adjusted(sky, part))))
        assert np.degrees(np.abs(after - before)).max() < 2
