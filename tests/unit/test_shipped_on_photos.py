"""The shipped bundle on the photographs of ../shared/data: it adds no cast."""

from pathlib import Path

import numpy as np

from pie_desktop.imaging.color.difference import to_lab
from pie_desktop.imaging.decode import load_proxy
from pie_desktop.imaging.lut.apply import apply_lut
from pie_desktop.imaging.stored import to_uint8
from pie_desktop.model.bundle import list_bundles
from pie_desktop.model.inference import Inference
from pie_desktop.paths import resource
from training.data.photos import captured_photos

NEAR_GREY = 8  # CIELAB chroma
LEAST_AREA = 0.02  # of a photo that must be near grey to say anything


def _chroma(lab: np.ndarray) -> np.ndarray:
    return np.hypot(lab[..., 1], lab[..., 2])


def test_the_neutral_preference_adds_no_cast(shared_data: Path) -> None:
    inference = Inference(list_bundles(resource("bundles"))[0].path, "cpu")
    photos = [p for split in ("val", "train") for p in captured_photos(shared_data / "photos" / split)[:40]]
    grown = []
    for photo in photos:
        image = to_uint8(load_proxy(photo))
        before, after = to_lab(image), to_lab(apply_lut(image, inference.luts(image, None)[0]))
        grey = (_chroma(before) <= NEAR_GREY) & (before[..., 0] > 15) & (before[..., 0] < 95)
        if grey.mean() >= LEAST_AREA:
            grown.append(float(_chroma(after)[grey].mean() - _chroma(before)[grey].mean()))
    assert len(grown) > 30
    assert np.mean(grown) <= 1
    assert np.mean(np.array(grown) <= 1) >= 0.9, "one photo in ten has a cast that it did not have"
