"""t-SNE of preference vectors, and swaps of preferences, on what is known."""

import numpy as np
import pytest
from sklearn.metrics import silhouette_score

from training.benchmark.cases import Case
from training.benchmark.methods import MethodSet, Retouch
from training.fit.projection import project
from training.study import steering
from training.study.images import SAMPLES, SIDE, VISIBLE, sample_case
from training.study.steering import measure_steering
from training.study.tsne import digits, draw_map, draw_maps

SHOTS = 14


def test_the_image_of_digits_shows_digits() -> None:
    """The check that the study made: were it not so, an image of users would say nothing."""
    vectors = digits(SHOTS)
    found = draw_map("digits", "digits", vectors)
    points = np.array(found.points).reshape(-1, 2)
    labels = np.repeat(np.arange(10), SHOTS)
    shuffled = silhouette_score(points, np.random.default_rng(0).permutation(labels))
    assert found.seen > 0.3 and found.seen > shuffled + 0.4
    assert found.score.precision > 0.8 and found.score.chance == 0.1
    assert points.min() >= 0 and points.max() <= 1 and np.ptp(points, axis=0).max() == pytest.approx(1, abs=0.01)
    assert np.array_equal(digits(SHOTS), vectors) and not np.array_equal(digits(SHOTS, 1), vectors)


def test_vectors_without_users_show_none_and_seeds_are_kept() -> None:
    noise = np.random.default_rng(0).normal(size=(4, 8, 16))
    first, *_, check = draw_maps([("noise", "Noise", noise)], seed=3)
    assert first.seen < 0.1 and check.name == "digits" and np.array(check.points).shape == (10, 8, 2)
    flat = noise.reshape(-1, 16)
    assert np.array_equal(project(flat, 3), project(flat, 3)) and not np.array_equal(project(flat, 3), project(flat, 4))


def test_a_swap_costs_who_looks_at_the_preference(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two users with looks far apart: the LUT fit loses much with the other's pairs, the unedited photo nothing."""
    generator = np.random.default_rng(0)
    photos = generator.integers(40, 200, (4, 12, 12, 3), np.uint8)
    brighter, darker = (np.clip(photos.astype(int) + shift, 0, 255).astype(np.uint8) for shift in (40, -40))
    cases = [
        Case(name, list(zip(photos[1:], after[1:], strict=True)), [(photos[0], after[0])])
        for name, after in (("brighter", brighter), ("darker", darker))
    ]
    monkeypatch.setattr(steering, "settings", lambda methods: [("identity", "after"), ("lut_fit", "pairs")])
    methods = MethodSet(bundle=None)  # type: ignore[arg-type]  # neither method looks at it
    unedited, fitted = measure_steering({"looks": cases, "alone": cases[:1]}, methods, 3, seed=0)
    assert (unedited.task, unedited.method, unedited.lost.mean) == ("looks", "identity", 0.0)
    assert fitted.method == "lut_fit" and fitted.lost.low > 10 and len(fitted.users) == 2
    assert fitted.own.mean - fitted.swapped.mean == pytest.approx(fitted.lost.mean)
    assert set(unedited.controls) == {"other"} and unedited.controls["other"].de00.mean == 0
    assert set(fitted.controls) == {"other", "reversed", "mismatched", "average"}, "one photo has no answer to another"
    assert all(control.psnr.low > 0 and control.de00.low > 0 for control in fitted.controls.values())
    assert fitted.controls["other"].psnr == fitted.lost and fitted.users_de00[0] < 3


def test_the_answer_to_another_photo_costs_who_adapts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who brings every photo to one brightness: the answer to another photo is wrong, a fixed look is not."""
    generator = np.random.default_rng(1)
    dark, bright = ((generator.random((24, 24, 3)) ** power * 255).astype(np.uint8) for power in (2.5, 0.4))

    class Adapting:
        names = systems = ("adapting", "fixed")

        def learn(self, method: str, references: object) -> Retouch:
            if method == "fixed":
                return lambda photo, _: (photo * 0.8).astype(np.uint8)
            return lambda photo, _: np.clip(photo * (110 / photo.mean()), 0, 255).astype(np.uint8)

    monkeypatch.setattr(steering, "settings", lambda methods: [("adapting", "after"), ("fixed", "after")])
    cases = []
    for name in ("one", "two"):
        wanted = [np.clip(p * (110 / p.mean()), 0, 255).astype(np.uint8) for p in (dark, bright)]
        cases.append(Case(name, [(dark, wanted[0])] * 3, list(zip((dark, bright), wanted, strict=True))))
    adapting, fixed = measure_steering({"targets": cases}, Adapting(), 3, seed=0)  # type: ignore[arg-type]
    assert adapting.controls["photo"].psnr.low > 5
    assert fixed.controls["photo"].psnr.mean < 1


def test_sample_users_change_their_photo_visibly() -> None:
    from pie_desktop.imaging.color.difference import mean_delta_e

    case = sample_case(1, seed=7, side=48)
    ((photo, answer),) = case.queries
    assert case.name == SAMPLES[1] and len(case.references) == 3 and photo.shape == (48, 48, 3) and SIDE > 48
    assert mean_delta_e(photo, answer) >= VISIBLE
    again = sample_case(1, seed=7, side=48)
    assert np.array_equal(again.queries[0][1], answer)
