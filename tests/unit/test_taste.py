"""The taste finder: what answers say, what is asked next, and that simulated users get nearer to what they want."""

from collections.abc import Callable

import numpy as np
import pytest

from pie_desktop.imaging.color.difference import mean_delta_e
from pie_desktop.imaging.lut.apply import apply_lut, identity_lut
from pie_desktop.model.choices import Answer, Observation, believe, probabilities, resolved, sizes
from pie_desktop.model.taste import PAUSE, Question, TasteFinder, TastePhoto, with_weights
from pie_desktop.model.things import THINGS

LUT = identity_lut(17)
Look = Callable[[np.ndarray], np.ndarray]


@pytest.fixture(scope="module")
def basis() -> np.ndarray:
    """What things change, and some that no thing says: a basis as a model's, (K, 17, 17, 17, 3)."""
    colors = LUT.reshape(-1, 3).astype(np.float64)
    changes = [0.3 * thing.change(colors) for thing in THINGS]
    changes += [0.05 * np.sin(3 * colors @ np.roll([1.0, 2.0, 4.0], turn))[:, None] * colors for turn in range(3)]
    return np.stack([np.broadcast_to(change, colors.shape).reshape(LUT.shape) for change in changes])


@pytest.fixture(scope="module")
def proxies(sample_images: dict[str, np.ndarray]) -> list[np.ndarray]:
    images = [image[y : y + 200, x : x + 200] for image in sample_images.values() for y in (0, 80) for x in (0, 100)]
    return [np.ascontiguousarray(image) for image in images]


@pytest.fixture(scope="module")
def photos(proxies: list[np.ndarray], basis: np.ndarray) -> list[TastePhoto]:
    return [TastePhoto(proxy, LUT, basis) for proxy in proxies[::2]]


def render(proxy: np.ndarray, weights: np.ndarray, basis: np.ndarray) -> np.ndarray:
    return apply_lut(proxy, with_weights(LUT, basis, weights))


def look(proxy: np.ndarray) -> np.ndarray:
    """What a user wants: brighter, warmer, softer, quieter colours; no combination of things exactly."""
    x = proxy.astype(np.float64) / 255
    x = 0.06 + 0.92 * x**0.8
    gray = x.mean(-1, keepdims=True)
    x = (gray + 0.75 * (x - gray)) * np.array([1.06, 1.0, 0.88])
    return np.rint(255 * np.clip(x, 0, 1)).astype(np.uint8)


def answered(
    finder: TasteFinder, proxies: list[np.ndarray], basis: np.ndarray, picks: int, *, reverse: bool = False
) -> list[float]:
    """Let a user pick; mean dE00 to what is wanted of the photos that were not asked about, after every four picks."""
    unseen, errors = proxies[1::2], []
    wanted = [look(proxy) for proxy in proxies[::2]]
    for count in range(picks + 1):
        if count % 4 == 0:
            mean = finder.belief.mean
            errors.append(float(np.mean([mean_delta_e(render(p, mean, basis), look(p)) for p in unseen])))
        question = finder.question()
        shown = [render(proxies[::2][question.photo], w, basis) for w in (question.first, question.second)]
        first, second = (mean_delta_e(image, wanted[question.photo]) for image in shown)
        finder.answer(question, Answer.FIRST if (first < second) != reverse else Answer.SECOND)
    finder.undo()
    return errors


def test_picks_lead_to_what_is_wanted_and_reversed_ones_away(
    photos: list[TastePhoto], proxies: list[np.ndarray], basis: np.ndarray
) -> None:
    errors = answered(TasteFinder(photos), proxies, basis, 16)
    assert errors[-1] < 0.6 * errors[0], errors
    away = answered(TasteFinder(photos), proxies, basis, 12, reverse=True)
    assert away[-1] > 1.3 * away[0], away


def test_a_question_is_about_one_thing_and_photos_vary(
    photos: list[TastePhoto], proxies: list[np.ndarray], basis: np.ndarray
) -> None:
    finder = TasteFinder(photos)
    answered(finder, proxies, basis, 12)
    asked = [pick.question for pick in finder.picks]
    for number, question in enumerate(asked):
        assert question.photo not in {other.photo for other in asked[max(0, number - PAUSE) : number]}
        difference = question.first - question.second
        direction = finder._things[[thing.id for thing in THINGS].index(question.thing)]
        cosine = difference @ direction / np.linalg.norm(difference) / np.linalg.norm(direction)
        assert abs(cosine) == pytest.approx(1)
        thing = next(thing for thing in THINGS if thing.id == question.thing)
        assert finder.sides(question) == ((thing.more, thing.less) if cosine > 0 else (thing.less, thing.more))
        shown = [render(proxies[::2][question.photo], w, basis) for w in (question.first, question.second)]
        assert mean_delta_e(*shown) > 1  # otherwise nobody can tell them apart
    assert len({question.thing for question in asked}) > 4


def test_the_order_of_picks_tells_nothing_and_undo_is_exact(
    photos: list[TastePhoto], proxies: list[np.ndarray], basis: np.ndarray
) -> None:
    finder = TasteFinder(photos)
    answered(finder, proxies, basis, 8)
    other = TasteFinder(photos, finder.picks[::-1])
    size = np.linalg.norm(finder.belief.mean)
    assert np.linalg.norm(finder.belief.mean - other.belief.mean) < 0.1 * size
    before = finder.belief.mean
    finder.answer(finder.question(), Answer.FIRST)
    assert not np.allclose(finder.belief.mean, before)
    finder.undo()
    np.testing.assert_array_equal(finder.belief.mean, before)
    assert TasteFinder(photos).undo() is None


def test_the_same_and_contradictions_move_nothing(photos: list[TastePhoto]) -> None:
    same = TasteFinder(photos)
    for _ in range(8):
        same.answer(same.question(), Answer.SAME)
    assert same.moved < 0.5
    assert same.unsure < TasteFinder(photos).unsure  # that nothing is better tells something, too
    contradicting, consistent = TasteFinder(photos), TasteFinder(photos)
    question = contradicting.question()
    swapped = Question(question.photo, question.thing, question.second, question.first)
    for number in range(12):
        contradicting.answer(question if number % 2 else swapped, Answer.FIRST)
        consistent.answer(question, Answer.FIRST)
    assert contradicting.belief.evidence < 0 < consistent.belief.evidence
    assert contradicting.moved < 0.3 * consistent.moved


def test_the_posterior_is_that_of_numerical_integration() -> None:
    """One weight, three answers: mean and variance against the product of prior and likelihoods on a fine grid."""
    observations = [
        Observation(np.array([1.5]), 0.3, Answer.FIRST),
        Observation(np.array([-0.8]), 0.4, Answer.SECOND),
        Observation(np.array([2.0]), 1.0, Answer.SAME),
    ]
    belief = believe(observations, sizes(np.array([[4.0]])))
    w = np.linspace(-20, 20, 40_001)
    from pie_desktop.model.choices import SCALES, SHARES

    density = np.zeros_like(w)
    for scale, share in zip(SCALES, SHARES, strict=True):
        density += share * np.exp(-(w**2) / 8 / scale**2) / scale
    for one in observations:
        density *= probabilities(one.direction[0] * w - one.offset)[one.answer]
    density /= density.sum()
    mean = float(density @ w)
    assert belief.mean[0] == pytest.approx(mean, abs=0.05)
    assert belief.covariance[0, 0] == pytest.approx(float(density @ (w - mean) ** 2), rel=0.1)


def test_probabilities_sum_to_one_and_surprises_tell_more() -> None:
    z = np.linspace(-50, 50, 101)
    shares = probabilities(z)
    np.testing.assert_allclose(sum(shares.values()), 1)
    np.testing.assert_allclose(shares[Answer.FIRST], shares[Answer.SECOND][::-1])
    taken = resolved(np.array([0.01, 0.5, 2.0, 20.0]))
    assert (np.diff(taken) > 0).all() and 0 <= taken[0] < 0.01 < 0.3 < taken[-1] < 2 / np.pi
