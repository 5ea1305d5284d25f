"""Does a style learn from the hand? Users with a style who correct what it makes of some photos, and get the next.

Each user has a correction of their own, always the same: one to three of exposure, temperature, tint, contrast and
saturation, as strong as people move sliders. What they want of every photo is the result of their style with that
correction. Some photos they correct themselves; these are added to the style, and then the error on others is measured,
which is the difference of the style's result from what they want.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from pie_desktop.imaging.color.difference import mean_delta_e
from pie_desktop.imaging.lut.apply import apply_lut
from pie_desktop.model.features import to_bytes
from pie_desktop.model.inference import Inference
from pie_desktop.model.preference import ReferencePixels
from training.benchmark.cases import Case
from training.benchmark.metrics import Mean, Target
from training.data import color
from training.data.source import seeded

_HAND = 7  # stream of random numbers
_MOST = 3  # things that a user corrects
_KNOTS = 17
_VISIBLE = 1.0  # mean dE00
WAYS = ("by hand", "as any other")
"""How corrected photos enter a style: as corrections of its results, or like references from elsewhere."""


@dataclass(frozen=True)
class Hand:
    """A correction, the same for every photo; 0 changes nothing.

    Attributes:
        stops: exposure, in linear light.
        temperature, tint: log gains of white balance.
        contrast: slope about mid grey less 1, at mid grey.
        saturation: relative change of chroma.
    """

    stops: float = 0.0
    temperature: float = 0.0
    tint: float = 0.0
    contrast: float = 0.0
    saturation: float = 0.0

    @classmethod
    def draw(cls, generator: torch.Generator) -> "Hand":
        """A user's correction: each of them clearly visible, in either direction."""
        ranges = {
            "stops": (0.25, 0.7),
            "temperature": (0.05, 0.16),
            "tint": (0.04, 0.1),
            "contrast": (0.12, 0.35),
            "saturation": (0.15, 0.4),
        }
        count = int(torch.randint(1, _MOST + 1, (), generator=generator))
        chosen = torch.randperm(len(ranges), generator=generator)[:count].tolist()
        names = [list(ranges)[number] for number in chosen]
        values = {}
        for name in names:
            low, high = ranges[name]
            size = low + (high - low) * float(torch.rand((), generator=generator))
            values[name] = size if torch.rand((), generator=generator) < 0.5 else -size
        return cls(**values)

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """The image (H, W, 3), uint8, sRGB, with the correction."""

        def one(value: float) -> Tensor:
            return torch.tensor([value])

        x = torch.from_numpy(image.reshape(-1, 3).T.astype(np.float32) / 255)[None]
        if self.stops or self.temperature or self.tint:
            x = color.expose(x, one(self.stops), color.white_balance_gains(one(self.temperature), one(self.tint)))
        if self.contrast:
            t = torch.linspace(0, 1, _KNOTS)
            knots = t + self.contrast * 4 * t * (1 - t) * (t - 0.5)
            x = color.curve(x, knots[None, None])
        x = color.saturate(x, one(self.saturation), one(0.0))
        return to_bytes(x[0].T).reshape(image.shape)


@dataclass(frozen=True)
class Fall:
    """How far errors fall by what was learned from the hand.

    Attributes:
        task: whose style it is.
        refs: references that the style had.
        corrected: photos that were corrected and added.
        way: how they were added, one of `WAYS`.
        before, after: mean dE00 on other photos, over users.
        fall: mean over users of the share of the error that is gone, with its interval over them.
        users: how many.
        least: the smallest share of a user.
    """

    task: str
    refs: int
    corrected: int
    way: str
    before: float
    after: float
    fall: Mean
    users: int
    least: float


def measure(
    inference: Inference,
    tasks: Mapping[str, Sequence[Case]],
    refs: Sequence[int],
    corrected: Sequence[int],
    seed: int,
    report: Callable[[str], object] = lambda _: None,
) -> Iterator[Fall]:
    """Let all users of some tasks correct photos.

    Args:
        tasks: users by the name of the task, each with as many references as `refs` and `corrected` take together.
        refs: numbers of references of the style.
        corrected: numbers of photos that are corrected.
        seed: of the corrections.
        report: called with what is being done.
    """
    for task, cases in tasks.items():
        for count in refs:
            errors: dict[tuple[int, str], list[tuple[float, float]]] = {}
            for number, case in enumerate(cases):
                report(f"{task}, {count} references, user {number + 1} of {len(cases)}")
                for key, error in _errors(inference, case, count, corrected, seeded(seed, _HAND, number)).items():
                    errors.setdefault(key, []).append(error)
            for (added, way), found in errors.items():
                before, after = np.array(found).T
                shares = 1 - after / before
                fall = Mean.of([[[float(share)]] for share in shares], seed)
                least = float(shares.min())
                means = (float(before.mean()), float(after.mean()))
                yield Fall(task, count, added, way, *means, fall, len(found), least)


def _errors(
    inference: Inference, case: Case, refs: int, corrected: Sequence[int], generator: torch.Generator
) -> dict[tuple[int, str], tuple[float, float]]:
    """Mean dE00 on the queries of one user without and with the corrections, by their number and way."""
    style = [ReferencePixels(after, before) for before, after in case.references[:refs]]
    preference = inference.encode(style)
    queries = [photo for photo, _ in case.queries]

    def result(photo: np.ndarray) -> np.ndarray:
        return apply_lut(photo, inference.luts(photo, preference)[1])

    results = [result(photo) for photo in queries]
    hand = Hand.draw(generator)
    while mean_delta_e(hand(results[0]), results[0]) < _VISIBLE:  # such as less colour in black and white
        hand = Hand.draw(generator)
    targets = [Target(hand(one)) for one in results]

    def error(references: Sequence[ReferencePixels]) -> float:
        learned = inference.encode(references)
        made = (apply_lut(photo, inference.luts(photo, learned)[1]) for photo in queries)
        return float(np.mean([target.de00(one) for target, one in zip(targets, made, strict=True)]))

    before = float(np.mean([target.de00(one) for target, one in zip(targets, results, strict=True)]))
    found = {}
    for count in corrected:
        photos = [photo for photo, _ in case.references[refs : refs + count]]
        for way in WAYS:
            made = [ReferencePixels(hand(result(photo)), photo, by_hand=way == WAYS[0]) for photo in photos]
            found[count, way] = (before, error([*style, *made]))
    return found
