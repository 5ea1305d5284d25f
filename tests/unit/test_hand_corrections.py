"""What was corrected by hand in the results of a style reaches its other references, and through them all photos."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from pie_desktop.edit.edit import Edit
from pie_desktop.edit.part import all_parameters
from pie_desktop.edit.transform import Transform
from pie_desktop.engine.bundles import default_bundle
from pie_desktop.imaging.color.difference import mean_delta_e
from pie_desktop.imaging.decode import load_proxy
from pie_desktop.imaging.lut.apply import apply_lut, identity_lut
from pie_desktop.model.corrections import through
from pie_desktop.model.inference import Inference
from pie_desktop.model.preference import ReferencePixels

REFERENCES, CORRECTED = 6, 3
Corrected = Callable[[np.ndarray], np.ndarray]


@pytest.fixture(scope="module")
def model() -> Inference:
    return Inference(default_bundle(), "cpu")


@pytest.fixture(scope="module")
def photos(sample_photos: dict[str, Path]) -> list[np.ndarray]:
    """Halves and whole photos of the samples, so that there are enough."""
    images = [load_proxy(path) for path in sample_photos.values()]
    return [half for image in images for half in np.array_split(image, 2, axis=1)] + images


@pytest.fixture(scope="module")
def style(photos: list[np.ndarray]) -> list[ReferencePixels]:
    look = identity_lut() ** np.array([0.9, 1.0, 1.15], np.float32)
    return [ReferencePixels(apply_lut(photo, look), photo) for photo in photos[:REFERENCES]]


def _adjusted(model: Inference, style: list[ReferencePixels], **values: float) -> Corrected:
    """What somebody makes by hand of the style's results."""
    preference, edit = model.encode(style), Edit()
    for one in all_parameters():
        if one.name in values:
            edit = edit.with_value(one, values[one.name])
    return lambda photo: apply_lut(photo, np.clip(Transform(*model.luts(photo, preference)).lut(edit), 0, 1))


def _error(model: Inference, references: list[ReferencePixels], photos: list[np.ndarray], wanted: Corrected) -> float:
    preference = model.encode(references)
    found = (apply_lut(photo, np.clip(model.luts(photo, preference)[1], 0, 1)) for photo in photos)
    return float(np.mean([mean_delta_e(one, wanted(photo)) for one, photo in zip(found, photos, strict=True)]))


def test_three_corrections_are_heard_among_six_references(
    model: Inference, style: list[ReferencePixels], photos: list[np.ndarray]
) -> None:
    wanted = _adjusted(model, style, exposure=0.5, temperature=20)
    corrected, others = photos[REFERENCES : REFERENCES + CORRECTED], photos[REFERENCES + CORRECTED :]
    added = [ReferencePixels(wanted(photo), photo) for photo in corrected]
    by_hand = [ReferencePixels(wanted(photo), photo, by_hand=True) for photo in corrected]
    before = _error(model, style, others, wanted)
    assert before > 3
    assert _error(model, style + by_hand, others, wanted) < 0.6 * before
    assert _error(model, style + by_hand, others, wanted) < 0.85 * _error(model, style + added, others, wanted)


def test_corrections_that_contradict_each_other_leave_the_style_nearly_as_it_was(
    model: Inference, style: list[ReferencePixels], photos: list[np.ndarray]
) -> None:
    lighter, darker = (_adjusted(model, style, exposure=stops) for stops in (0.6, -0.6))
    pair = photos[REFERENCES : REFERENCES + 2]
    same = _adjusted(model, style)
    both = [
        ReferencePixels(change(photo), photo, by_hand=True)
        for change, photo in zip((lighter, darker), pair, strict=True)
    ]
    others = photos[REFERENCES + 2 :]
    alike = [ReferencePixels(lighter(photo), photo, by_hand=True) for photo in pair]
    assert _error(model, style + both, others, same) < 0.4 * _error(model, style + alike, others, same)


def test_a_style_made_by_hand_alone_is_learned_like_any_other(
    model: Inference, style: list[ReferencePixels], photos: list[np.ndarray]
) -> None:
    by_hand = [ReferencePixels(one.after, one.before, by_hand=True) for one in style]
    plain, made = model.encode(style), model.encode(by_hand)
    for name, array in plain.arrays.items():
        np.testing.assert_array_equal(made.arrays[name], array, err_msg=name)


def test_edits_without_original_are_corrected_too_and_black_and_white_stays(
    model: Inference, photos: list[np.ndarray]
) -> None:
    gray = [np.repeat(photo.mean(-1, keepdims=True), 3, axis=-1).astype(photo.dtype) for photo in photos]
    style = [ReferencePixels(edited, photo) for edited, photo in zip(gray[:4], photos, strict=False)]
    style += [ReferencePixels(edited) for edited in gray[4:6]]
    darker = [ReferencePixels((gray[6 + n] * 0.6).astype(np.uint8), photos[6 + n], by_hand=True) for n in range(2)]
    preference = model.encode(style + darker)
    assert preference.is_gray
    assert preference.arrays["colors_after"][:4].mean() < 0.9 * model.encode(style).arrays["colors_after"].mean()


def test_corrections_report_progress_and_can_be_cancelled(
    model: Inference, style: list[ReferencePixels], photos: list[np.ndarray]
) -> None:
    told: list[float] = []
    made = [ReferencePixels(photo, photo, by_hand=True) for photo in photos[REFERENCES : REFERENCES + CORRECTED]]
    model.encode(style + made, told.append)
    assert told == sorted(told) and told[-1] == 1 and len(told) > CORRECTED + 5


def test_colors_go_through_a_lut_as_pixels_do() -> None:
    lut = identity_lut() ** np.float32(1.4)
    colors = np.random.default_rng(0).random((50, 3), np.float32)
    found = through(torch.from_numpy(lut), torch.from_numpy(colors)).numpy()
    np.testing.assert_allclose(found, colors**1.4, atol=4e-3)
