"""The five controlled tests: photos retouched with what looks like their user's preference and is not.

A preference that is listened to comes nearer to what the user made of a photo than each of these:

- `other`: the references of another user;
- `reversed`: the user's own pairs with before and after exchanged;
- `mismatched`: the user's own photos, each with the edit of another one;
- `average`: the mean user: the mean of the LUTs that the other users' preferences give this photo;
- `photo`: the right preference, but its answer to another photo.

Edits alone have no original that could be exchanged, so that `reversed` and `mismatched` are tests of pairs alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pie_desktop.imaging.color.difference import mean_delta_e
from pie_desktop.imaging.lut.apply import apply_lut
from pie_desktop.model.inference import Inference
from pie_desktop.model.preference import Preference, ReferencePixels
from training.benchmark.cases import Case
from training.benchmark.methods import shown, with_original
from training.benchmark.metrics import Target

RIGHT, NEUTRAL, UNEDITED = "right", "neutral", "unedited"
CONTROLS = ("other", "reversed", "mismatched", "average", "photo")
WHOSE = (RIGHT, *CONTROLS, NEUTRAL, UNEDITED)
STRANGERS = 19  # other users' cases that a case is compared with, at most


@dataclass(frozen=True)
class Subject:
    """One case as the first step needs it.

    Attributes:
        references: all that the case has, as the mode shows them; of at least two, `refs` are the preference.
        photos: to be retouched.
        guests: photos of other cases, by these cases' numbers, to be retouched with this preference.
    """

    references: Sequence[ReferencePixels]
    refs: int
    photos: Sequence[np.ndarray]
    guests: Mapping[int, Sequence[np.ndarray]]


@dataclass(frozen=True)
class Answers:
    """LUTs `(Q, S, S, S, 3)` that one case's references give.

    Attributes:
        own: by what was made of the references (`right`, `reversed`, `mismatched`), and `neutral`, for its own photos.
        guests: those of its preference for the photos of other cases, by these cases' numbers.
        expected: the error that is expected of the right preference's results, mean CIEDE2000; empty where the model
            does not know.
    """

    own: Mapping[str, np.ndarray]
    guests: Mapping[int, np.ndarray]
    expected: Sequence[float] = ()


@dataclass(frozen=True)
class Scores:
    """Of the photos of one case.

    Attributes:
        psnr, de00: dB and mean CIEDE2000 against the user's own version, by `WHOSE` answer it was.
        share: how much of the whole change is preference, 0 to 1.
    """

    psnr: Mapping[str, Sequence[float]]
    de00: Mapping[str, Sequence[float]]
    share: Sequence[float]


def strangers(names: Sequence[str]) -> list[list[int]]:
    """For every case the numbers of the next ones of other users, `STRANGERS` at most."""
    count = len(names)
    found = []
    for number, name in enumerate(names):
        others = [(number + step) % count for step in range(1, count)]
        found.append([other for other in others if names[other] != name][:STRANGERS])
    return found


def subjects(cases: Sequence[Case], mode: str, refs: int) -> list[Subject]:
    """Every case with the photos that its preference is asked for."""
    asked: list[dict[int, list[np.ndarray]]] = [{} for _ in cases]
    photos = [[before for before, _ in case.queries] for case in cases]
    for number, others in enumerate(strangers([case.name for case in cases])):
        for other in others:
            asked[other][number] = photos[number]
    known = [shown(case.references, with_original(mode, len(case.references))) for case in cases]
    return [Subject(*parts) for parts in zip(known, [refs] * len(cases), photos, asked, strict=True)]


def reversed_pairs(references: Sequence[ReferencePixels]) -> list[ReferencePixels]:
    """Before and after exchanged; every reference must be a pair."""
    return [ReferencePixels(pair.before, pair.after) for pair in references if pair.before is not None]


def mismatched_pairs(references: Sequence[ReferencePixels], count: int) -> list[ReferencePixels]:
    """The first `count` originals, each with the edit of the next reference; there must be at least two."""
    among = references[: max(count, 2)]
    return [ReferencePixels(among[(n + 1) % len(among)].after, among[n].before) for n in range(count)]


def answers(subject: Subject, inference: Inference) -> Answers:
    """The first step: all LUTs that one case's references give."""
    references, count = subject.references[: subject.refs], subject.refs
    made = {RIGHT: references}
    if all(reference.before is not None for reference in references):
        made |= {"reversed": reversed_pairs(references), "mismatched": mismatched_pairs(subject.references, count)}
    preferences: dict[str, Preference | None] = {name: inference.encode(given) for name, given in made.items()}
    preferences[NEUTRAL] = None

    def luts(photos: Iterable[np.ndarray], whose: str) -> np.ndarray:
        return np.stack([inference.luts(photo, preferences[whose])[1] for photo in photos])

    given = [inference.answer(photo, preferences[RIGHT]) for photo in subject.photos]
    own = {RIGHT: np.stack([answer.preferred for answer in given])}
    own |= {whose: luts(subject.photos, whose) for whose in preferences if whose != RIGHT}
    expected = [answer.expected_error for answer in given if answer.expected_error is not None]
    return Answers(own, {number: luts(photos, RIGHT) for number, photos in subject.guests.items()}, expected)


def scores(case: Case, own: Mapping[str, np.ndarray], others: Sequence[np.ndarray]) -> Scores:
    """The second step: what every answer makes of the photos of one case.

    Args:
        own: LUTs of the case's own references, see `Answers`.
        others: LUTs `(Q, S, S, S, 3)` for the same photos from each of the strangers' preferences.
    """
    psnr: dict[str, list[float]] = {}
    de00: dict[str, list[float]] = {}
    share = []
    for number, (photo, answer) in enumerate(case.queries):
        target = Target(answer)
        tried = {whose: [luts[number]] for whose, luts in own.items()}
        tried["other"] = [luts[number] for luts in others]
        tried["average"] = [np.mean(tried["other"], axis=0)]
        tried["photo"] = [lut for place, lut in enumerate(own[RIGHT]) if place != number]
        results = {whose: [apply_lut(photo, lut) for lut in luts] for whose, luts in tried.items()}
        results[UNEDITED] = [photo]
        for whose in filter(results.__contains__, WHOSE):
            psnr.setdefault(whose, []).append(float(np.mean([target.psnr(result) for result in results[whose]])))
            de00.setdefault(whose, []).append(float(np.mean([target.de00(result) for result in results[whose]])))
        neutral = results[NEUTRAL][0]
        general, preferred = mean_delta_e(photo, neutral), mean_delta_e(neutral, results[RIGHT][0])
        share.append(preferred / max(general + preferred, 1e-6))
    return Scores(psnr, de00, share)
