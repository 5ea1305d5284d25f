"""What is said of a style: how consistent it is, what its photos show, and what to add next."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import skimage.data

from pie_desktop.engine.bundles import default_bundle
from pie_desktop.imaging.lut.apply import apply_lut
from pie_desktop.imaging.scenery import Scenery, sceneries_of
from pie_desktop.model.inference import Inference
from pie_desktop.model.preference import ReferencePixels
from pie_desktop.styles.consistency import Consistency, Fit
from pie_desktop.styles.readiness import Level, left_out, readiness
from pie_desktop.styles.style import Limit, Style, StyleReference
from pie_desktop.styles.survey import Survey


def style_of(pairs: int, edits: int = 0, *, muted: int = 0) -> Style:
    references = [
        StyleReference(
            id=f"{number:03d}",
            after=Path(f"{number}.jpg"),
            before=Path("before.jpg") if number < pairs else None,
            source=f"/edits/IMG_{number}.jpg",
            before_source="/photos/x.jpg" if number < pairs else None,
            digest="",
        )
        for number in range(pairs + edits)
    ]
    references[:muted] = [replace(one, muted=True) for one in references[:muted]]
    return Style("id", "Name", datetime.now(UTC), False, Path("folder"), tuple(references))


def all_fit(style: Style, value: float = 0.9) -> dict[str, float]:
    return {one.id: value for one in style.active}


@pytest.mark.parametrize(
    ("pairs", "edits", "level"),
    [
        (0, 1, Level.WEAK),
        (0, 9, Level.WEAK),
        (0, 10, Level.FAIR),
        (1, 0, Level.WEAK),
        (1, 8, Level.WEAK),
        (3, 0, Level.FAIR),
        (5, 0, Level.GOOD),
        (500, 0, Level.STRONG),
        (0, 0, Level.NONE),
    ],
)
def test_the_word_follows_what_it_was_made_of(pairs: int, edits: int, level: Level) -> None:
    style = style_of(pairs, edits)
    ready = readiness(style, all_fit(style))
    assert ready.level is level
    assert ready.reason.endswith(".") and ready.reason.count(". ") == 0, "one sentence"
    assert ready.advice or level is Level.STRONG or level is Level.GOOD


def test_muted_and_damaged_references_do_not_count() -> None:
    assert readiness(style_of(5, muted=4), {}).level is Level.WEAK
    assert readiness(style_of(5), {}, Survey(damaged=("000", "001", "002", "003"))).level is Level.WEAK
    assert readiness(style_of(2), {}, Survey(damaged=("000", "001"))).level is Level.NONE


def test_missing_content_is_named() -> None:
    style = style_of(5)
    seen = Survey(sceneries={"000": frozenset(set(Scenery) - {Scenery.DARK})})
    ready = readiness(style, all_fit(style), seen)
    assert ready.reason == "5 consistent pairs, but no dark photos (night): there it goes by the other photos."
    assert "if you take such photos" in ready.advice
    complete = readiness(style, all_fit(style), Survey(sceneries={"000": frozenset(Scenery)}))
    assert complete.reason == "5 consistent pairs." and not complete.advice


def test_pairs_that_contradict_or_show_one_scene_are_fair_at_most() -> None:
    style = style_of(10)
    fits = all_fit(style) | {"000": 0.0, "001": 0.1}
    opposed = readiness(style, fits)
    assert opposed.level is Level.FAIR and "mute" in opposed.advice
    narrow = readiness(style, all_fit(style), Survey(limits=(Limit.ONE_SCENE,)))
    assert narrow.level is Level.FAIR and "other scenes" in narrow.advice


def test_edits_that_go_their_own_ways_are_no_fault() -> None:
    for count, level in ((3, Level.FAIR), (5, Level.FAIR), (10, Level.GOOD)):
        style = style_of(count)
        scattered = readiness(style, all_fit(style, 0.05))
        assert scattered.level is level and "each edited in its own way" in scattered.reason
        assert "fine" in scattered.advice and "emove" not in scattered.advice


def test_picks_are_known() -> None:
    style = style_of(6)
    picked = replace(style, references=tuple(replace(one, before_source=one.source) for one in style.references))
    assert "picks" in readiness(picked, all_fit(picked)).reason
    by_hand = replace(picked, references=tuple(replace(one, by_hand=True) for one in picked.references))
    assert "picks" not in readiness(by_hand, all_fit(by_hand)).reason


def test_what_is_left_out_is_named() -> None:
    style = replace(style_of(5), lost=("/edits/gone.jpg",))
    assert left_out(style_of(5), None) == ""
    said = left_out(style, Survey(damaged=("001", "003")))
    assert said == "The copies of “IMG_1.jpg”, “IMG_3.jpg” and 1 more are damaged or gone; the other references go on."


def test_words_for_fits() -> None:
    assert [Fit.of(value) for value in (0.0, 0.3, 0.7, 1.0)] == [
        Fit.DIFFERS,
        Fit.PARTLY,
        Fit.CONSISTENT,
        Fit.CONSISTENT,
    ]
    assert Consistency.of([0.9]) is None
    assert Consistency.of([0.8, 0.85, 0.9, 0.7, 0.4]) is Consistency.CONSISTENT, "one of five is an exception"
    assert Consistency.of([0.8, 0.5, 0.4, 0.7, 0.9]) is Consistency.VARIED
    assert Consistency.of([0.0, 0.1, 0.0, 0.7, 0.9]) is Consistency.SCATTERED


# ---- calibrated on the shipped model: what people of each kind read


def recipe(generator: np.random.Generator) -> np.ndarray:
    """A LUT (17, 17, 17, 3) as of a preset: exposure, contrast, cast, saturation."""
    axis = np.linspace(0, 1, 17, dtype=np.float32)
    lut = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), -1)
    exposure, contrast, saturation = generator.uniform([-0.7, -0.2, -0.4], [0.7, 0.6, 0.4])
    lut = np.clip(lut ** np.float32(2.0**-exposure), 0, 1)
    lut = lut + np.float32(contrast) * lut * (1 - lut) * (2 * lut - 1)
    grey = lut.mean(-1, keepdims=True)
    cast = generator.uniform(-0.06, 0.06, 3).astype(np.float32)
    return np.clip(grey + (1 + np.float32(saturation)) * (lut - grey) + cast, 0, 1).astype(np.float32)


def photos() -> list[np.ndarray]:
    names = ("astronaut", "coffee", "chelsea", "rocket")
    whole = [np.ascontiguousarray(getattr(skimage.data, name)()[..., :3]) for name in names]
    return [*whole, np.ascontiguousarray(whole[0][:256, 200:])]


@pytest.fixture(scope="module")
def inference() -> Inference:
    return Inference(default_bundle(), "cpu")


@pytest.mark.parametrize("seed", range(4))
def test_five_edits_by_one_recipe_read_as_consistent(inference: Inference, seed: int) -> None:
    look = recipe(np.random.default_rng(seed))
    fits = inference.agreement(inference.encode([ReferencePixels(apply_lut(one, look), one) for one in photos()]))
    assert {Fit.of(value) for value in fits} == {Fit.CONSISTENT}, fits
    assert Consistency.of(fits) is Consistency.CONSISTENT


@pytest.mark.parametrize("seed", range(4))
def test_five_edits_by_five_recipes_do_not(inference: Inference, seed: int) -> None:
    generator = np.random.default_rng(100 + seed)
    edits = [ReferencePixels(apply_lut(one, recipe(generator)), one) for one in photos()]
    assert Consistency.of(inference.agreement(inference.encode(edits))) is not Consistency.CONSISTENT


# ---- what photos show


def test_real_photographs_are_told_apart() -> None:
    images = {name: getattr(skimage.data, name)()[..., :3] for name in ("coffee", "astronaut", "chelsea")}
    assert sceneries_of(images["coffee"]) == {Scenery.WARM}, "a wooden table in lamplight"
    assert sceneries_of(images["astronaut"]) == sceneries_of(images["chelsea"]) == frozenset()
    underexposed = (255 * ((images["chelsea"] / 255) ** 2.2 / 8) ** (1 / 2.2)).astype(np.uint8)
    assert sceneries_of(underexposed) == {Scenery.DARK}


def test_made_photos_of_each_kind() -> None:
    noise = np.random.default_rng(0).normal(0, 6, (120, 180, 1))

    def photo(top: tuple[int, int, int], below: tuple[int, int, int]) -> np.ndarray:
        image = np.empty((120, 180, 3))
        image[:60], image[60:] = top, below
        return np.clip(image + noise, 0, 255).astype(np.uint8)

    assert sceneries_of(photo((90, 140, 220), (120, 115, 110))) == {Scenery.SKY}
    assert sceneries_of(photo((120, 120, 120), (70, 140, 50))) == {Scenery.GREEN}
    assert sceneries_of(photo((250, 250, 250), (20, 20, 22))) == {Scenery.CONTRAST}
    assert sceneries_of(photo((20, 20, 25), (30, 30, 30))) == {Scenery.DARK}
    assert sceneries_of(photo((240, 190, 120), (120, 90, 60))) == {Scenery.WARM}
    assert sceneries_of(photo((128, 128, 128), (100, 100, 100))) == frozenset()
    assert sceneries_of(np.zeros((1, 1, 3), np.uint8)) == {Scenery.DARK}
