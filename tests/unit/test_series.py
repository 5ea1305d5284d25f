"""A series gets one exposure and white balance."""

from pathlib import Path

import numpy as np
import pytest

from pie_desktop.edit.edit import Edit
from pie_desktop.edit.parts.match import MatchPart
from pie_desktop.edit.transform import Transform
from pie_desktop.engine.engine import Engine
from pie_desktop.engine.series import match_series, mean_color
from pie_desktop.errors import EditError
from pie_desktop.imaging.color.spaces import linear_to_srgb, srgb_to_linear
from pie_desktop.imaging.lut.apply import apply_lut, identity_lut
from pie_desktop.imaging.resize.resize import resize_long_side
from pie_desktop.styles.store import StyleLibrary

GAINS = [(1, 1, 1), (1.5, 1.45, 1.5), (0.7, 0.72, 0.62), (1.2, 1.25, 0.95), (0.85, 0.8, 0.9), (0.6, 0.6, 0.6)]
"""Of frames that differ in exposure and tint only."""


def frames(base: np.ndarray) -> list[np.ndarray]:
    linear = srgb_to_linear(base.astype(np.float32) / 255) * 0.7
    made = [linear_to_srgb(np.clip(linear * np.float32(gains), 0, 1)) for gains in GAINS]
    return [np.rint(np.clip(frame, 0, 1) * 255).astype(np.uint8) for frame in made]


def scatter(proxies: list[np.ndarray], transforms: list[Transform], edits: list[Edit]) -> float:
    """Mean distance of the frames' mean L*a*b* from their mean."""
    means = np.array([mean_color(*one) for one in zip(proxies, transforms, edits, strict=True)])
    return float(np.linalg.norm(means - means.mean(0), axis=1).mean())


def psnr(result: np.ndarray, wanted: np.ndarray) -> float:
    difference = result.astype(np.float64) - wanted.astype(np.float64)
    return float(10 * np.log10(255**2 / np.mean(difference**2)))


def test_frames_of_one_scene_come_together(sample_images: dict[str, np.ndarray]) -> None:
    proxies = frames(resize_long_side(sample_images["coffee"], 128))
    transforms = [Transform(identity_lut(), identity_lut())] * len(proxies)
    edits = [Edit()] * len(proxies)
    after = match_series(proxies, transforms, edits)
    assert scatter(proxies, transforms, after) < 0.1 * scatter(proxies, transforms, edits)
    again = match_series(proxies, transforms, after)
    assert scatter(proxies, transforms, again) == pytest.approx(scatter(proxies, transforms, after), abs=0.05)


def test_others_get_the_look_of_the_one_that_is_given(sample_images: dict[str, np.ndarray]) -> None:
    proxies = frames(resize_long_side(sample_images["coffee"], 128))
    transform = Transform(identity_lut(), identity_lut())
    target = mean_color(proxies[1], transform, Edit())
    (after,) = match_series(proxies[2:3], [transform], [Edit.styled(None, 0.5)], target)
    np.testing.assert_allclose(mean_color(proxies[2], transform, after), target, atol=0.5)
    assert after.with_part(MatchPart()) == Edit.styled(None, 0.5)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["coffee", "chelsea", "rocket"])
def test_the_model_keeps_the_style_and_most_of_the_scatter_goes(
    name: str, sample_images: dict[str, np.ndarray], pie_home: Path
) -> None:
    library = StyleLibrary()
    engine = Engine(library)
    style = library.list()[0]
    preference = engine.preference(style)
    edit = Edit.styled(style.id)
    proxies = frames(resize_long_side(sample_images[name], 256))
    transforms = [engine.transform(proxy, preference) for proxy in proxies]
    edits = [edit] * len(proxies)
    after = match_series(proxies, transforms, edits)
    before_scatter, after_scatter = (scatter(proxies, transforms, some) for some in (edits, after))
    assert after_scatter <= 0.3 * before_scatter
    wanted = apply_lut(proxies[0], np.clip(transforms[0].lut(edit), 0, 1))

    def mean_psnr(some: list[Edit]) -> float:
        results = (
            apply_lut(proxy, np.clip(transform.lut(one), 0, 1))
            for proxy, transform, one in zip(proxies[1:], transforms[1:], some[1:], strict=True)
        )
        return float(np.mean([psnr(result, wanted) for result in results]))

    print(name, before_scatter, after_scatter, mean_psnr(edits), mean_psnr(after))
    assert mean_psnr(after) >= mean_psnr(edits) - 0.3


def test_a_part_of_no_gains_changes_nothing_and_survives_storing() -> None:
    colors = identity_lut()
    np.testing.assert_allclose(MatchPart().apply(colors), colors, atol=1e-6)
    edit = Edit().with_part(MatchPart(0.5, -0.2, 0.1))
    assert Edit.from_json(edit.to_json()) == edit
    np.testing.assert_allclose(MatchPart(1.0).gains, [2, 2, 2])


def test_damaged_numbers_are_refused_and_too_large_ones_cut() -> None:
    with pytest.raises(EditError):
        MatchPart.from_json({"exposure": "1"})
    assert MatchPart.from_json({"exposure": 99}) == MatchPart(3.0)
