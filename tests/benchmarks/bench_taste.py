"""The taste finder with simulated users: how near picks bring the renderings of unseen photos to what each wants.

A user has a look in mind and picks the rendering whose mean CIEDE2000 to it is smaller; one pick in ten is the other
one. Two kinds: simulated users like those of the training, drawn anew, and film looks that nothing was fitted to. The
photographs are those of `../shared/data/photos/val`, or scikit-image's where they are not there.
`python tests/benchmarks/bench_taste.py 40` prints a table of 40 users a kind.
"""

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import cv2
import numpy as np
import torch
from measurement import Measurement
from photographs import small_images

from pie_desktop.engine.bundles import shipped_bundles
from pie_desktop.imaging.color.difference import mean_delta_e
from pie_desktop.imaging.decode import load_proxy
from pie_desktop.imaging.lut.apply import apply_lut
from pie_desktop.imaging.lut.files import load_lut
from pie_desktop.model.choices import Answer
from pie_desktop.model.inference import Inference
from pie_desktop.model.preference import ReferencePixels
from pie_desktop.model.taste import TasteFinder, TastePhoto, with_weights
from training.data.recipe import Recipe, apply_recipes, sample_recipes

DATA = Path(os.environ.get("PIE_DESKTOP_TEST_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data")
ASKED, UNSEEN = 16, 12
COUNTS = (0, 4, 8, 12, 16, 20, 24)
SAVED_AFTER = 16
MISTAKES = 0.1
USERS = 12  # of each kind in `measure`
SEED = 7
BUDGET = 0.65

Look = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Curve:
    """Mean dE00 and PSNR on unseen photos after each of `COUNTS` picks, `(users, counts)`.

    `style` is the dE00 `(users,)` of the style that is made of `SAVED_AFTER` picks and learned like any other.
    """

    difference: np.ndarray
    psnr: np.ndarray
    style: np.ndarray

    def shares(self) -> np.ndarray:
        """Of the mean dE00 before any pick, by counts."""
        means = self.difference.mean(0)
        return np.asarray(means / means[0])


class Setting:
    """Photos with what nobody in particular does to them."""

    def __init__(self) -> None:
        folder = DATA / "photos" / "val"
        if folder.is_dir():
            files = sorted(folder.iterdir())
            order = np.random.default_rng(SEED).permutation(len(files))[: ASKED + UNSEEN]
            proxies = [load_proxy(files[number]) for number in order]
        else:
            proxies = small_images(ASKED + UNSEEN, 256)
        self.proxies = proxies
        self.model = Inference(shipped_bundles()[0].path, "cpu")
        self.basis = self.model.basis().astype(np.float64)
        self.base = [self.model.luts(proxy, None)[0] for proxy in proxies]
        self.small = [_small(proxy) for proxy in proxies]
        self.photos = [TastePhoto(*one, self.basis) for one in zip(proxies[:ASKED], self.base, strict=False)]

    def render(self, number: int, weights: np.ndarray) -> np.ndarray:
        return apply_lut(self.small[number], with_weights(self.base[number], self.basis, weights))

    def style(self, weights: np.ndarray) -> list[np.ndarray]:
        """The unseen photos in the style that is made of a taste."""
        luts = [with_weights(base, self.basis, weights) for base in self.base[:ASKED]]
        pairs = zip(self.proxies, luts, strict=False)
        preference = self.model.encode([ReferencePixels(apply_lut(proxy, lut), proxy) for proxy, lut in pairs])
        preferred = [self.model.luts(proxy, preference)[1] for proxy in self.proxies[ASKED:]]
        return [apply_lut(*one) for one in zip(self.small[ASKED:], np.clip(preferred, 0, 1), strict=True)]

    def run(self, look: Look, seed: int, *, reverse: bool = False) -> tuple[list[float], list[float], float]:
        """One user: dE00 and PSNR by `COUNTS`, and the dE00 of the style."""
        wanted = [look(image) for image in self.small]
        chance = np.random.default_rng(seed)
        finder = TasteFinder(self.photos, seed=seed)
        differences, psnrs, style = [], [], 0.0
        for count in range(max(COUNTS) + 1):
            mean = finder.belief.mean
            if count in COUNTS:
                made = [(self.render(number, mean), wanted[number]) for number in range(ASKED, ASKED + UNSEEN)]
                differences.append(float(np.mean([mean_delta_e(*pair) for pair in made])))
                psnrs.append(float(np.mean([-10 * np.log10(np.mean((a - b) ** 2) + 1e-6) for a, b in made])))
            if count == SAVED_AFTER and not reverse:
                pairs = zip(self.style(mean), wanted[ASKED:], strict=True)
                style = float(np.mean([mean_delta_e(*pair) for pair in pairs]))
            question = finder.question()
            shown = (self.render(question.photo, weights) for weights in (question.first, question.second))
            first, second = (mean_delta_e(image, wanted[question.photo]) for image in shown)
            other_one = (chance.random() < MISTAKES) ^ reverse
            finder.answer(question, Answer.FIRST if (first < second) ^ other_one else Answer.SECOND)
        return differences, psnrs, style

    def curve(self, looks: Sequence[Look], *, reverse: bool = False) -> Curve:
        runs = [self.run(look, seed, reverse=reverse) for seed, look in enumerate(looks)]
        return Curve(*(np.array([run[part] for run in runs]) for part in range(3)))


def _small(proxy: np.ndarray) -> np.ndarray:
    height = max(1, round(96 * proxy.shape[0] / proxy.shape[1]))
    small = cv2.resize(proxy, (96, height), interpolation=cv2.INTER_AREA)
    return small.astype(np.float32) / np.float32(np.iinfo(proxy.dtype).max)


def simulated(count: int) -> list[Look]:
    """Users like those that the model and the finder's prior are made of, but other ones."""
    recipes = sample_recipes(count, torch.Generator().manual_seed(1000 + SEED))

    def look(number: int) -> Look:
        own = Recipe(**{field.name: getattr(recipes, field.name)[number : number + 1] for field in fields(Recipe)})

        def develop(image: np.ndarray) -> np.ndarray:
            colors = torch.from_numpy(image.reshape(1, -1, 3)).permute(0, 2, 1).contiguous()
            return apply_recipes(colors, own)[0].T.reshape(image.shape).numpy()

        return develop

    return [look(number) for number in range(count)]


def film(count: int) -> list[Look]:
    """Film looks, at most so many."""
    files = sorted((DATA / "looks").glob("*.cube"))
    chosen = np.random.default_rng(SEED).permutation(len(files))[:count]
    luts = [np.asarray(load_lut(files[number]), np.float32) for number in chosen]
    return [lambda image, lut=lut: apply_lut(image, lut) for lut in luts]  # type: ignore[misc]


def measure() -> list[Measurement]:
    setting = Setting()
    users = simulated(USERS)
    curve, reverse = setting.curve(users), setting.curve(users[: USERS // 3], reverse=True)
    share = float(curve.style.mean() / curve.difference[:, 0].mean())
    worse = reverse.difference.mean(0)
    return [
        Measurement(
            name=f"style of {SAVED_AFTER} picks, one in ten a mistake: dE00 on unseen photos in parts of neutral",
            budget=f"<= {BUDGET}",
            measured=share,
            unit="x",
            note=f"{USERS} simulated users; reversed picks lead from {worse[0]:.1f} to {worse[-1]:.1f}",
            met=share <= BUDGET,
        )
    ]


def main(count: int) -> None:
    setting = Setting()
    for name, looks in (("simulated users", simulated(count)), ("film looks", film(count))):
        curve = setting.curve(looks)
        print(name, len(looks))
        for number, picks in enumerate(COUNTS):
            values = curve.difference[:, number].mean(), curve.shares()[number], curve.psnr[:, number].mean()
            print("  {:2d} picks  dE00 {:5.2f}  share {:.3f}  PSNR {:5.2f}".format(picks, *values), flush=True)
        share = curve.style.mean() / curve.difference[:, 0].mean()
        print(f"  style of {SAVED_AFTER} picks  dE00 {curve.style.mean():5.2f}  share {share:.3f}", flush=True)
    reverse = setting.curve(simulated(max(4, count // 5)), reverse=True)
    print("reversed", reverse.difference.mean(0).round(2).tolist())


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else USERS)
