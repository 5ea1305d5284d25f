"""What a person made of photos by hand, as references of a style; what that changes; what is left to do by hand then.

A reference is made as an export makes a file: all pixels are decoded, the model looks at the same small image, and the
LUT is the one of the file. Only colours are learned: what acts on places, and geometry, is left out.
"""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pie_desktop.edit.compiling import compiled
from pie_desktop.edit.easing import eased
from pie_desktop.edit.edit import Edit
from pie_desktop.edit.transform import Transform
from pie_desktop.engine.engine import Engine
from pie_desktop.engine.references import References, read_style
from pie_desktop.errors import Cancelled, PieError
from pie_desktop.imaging.color.difference import delta_e_2000_lab, mean_delta_e, to_lab
from pie_desktop.imaging.decode import PROXY_SIDE, load_proxy
from pie_desktop.imaging.edited import full_photo
from pie_desktop.imaging.encode_options import EncodeOptions
from pie_desktop.imaging.lut.apply import apply_any, apply_lut
from pie_desktop.imaging.pairs.alignment import resized
from pie_desktop.imaging.read_ahead import read_ahead
from pie_desktop.imaging.resize.resize import resize_long_side
from pie_desktop.imaging.stored import file_digest, to_uint8
from pie_desktop.styles.references import COPY_SIDE, HandEdit
from pie_desktop.styles.style import Style

if TYPE_CHECKING:
    from pie_desktop.engine.blending import AnyPreference
    from pie_desktop.model.preference import Preference

_SIDE = 96  # of the images that are compared; means do not need more
_STEPS = 10  # in which adjustments are taken back
_AS_GOOD = 0.25  # mean dE00: fewer adjustments are worth that much

Progress = Callable[[float, str], None]
ShouldCancel = Callable[[], bool]


@dataclass(frozen=True, eq=False)
class Made:
    """A photo that was edited by hand.

    Attributes:
        hand: the pair that a style learns from.
        edit: the edit.
        proxy: what the model looked at.
    """

    hand: HandEdit
    edit: Edit
    proxy: np.ndarray


def make(engine: Engine, photo: Path, edit: Edit, preference: "AnyPreference | None") -> Made:
    """The pair of a photo: unedited, RAW photos developed as the edit says, and with the colours of the edit.

    Args:
        preference: of the edit's style.

    Raises:
        PieError: the photo cannot be read, or there is no model.
    """
    full = full_photo(photo, EncodeOptions(), edit.development)
    small = resize_long_side(full.pixels, COPY_SIDE) if max(full.pixels.shape[:2]) > COPY_SIDE else full.pixels
    lut = compiled(engine.transform(full.proxy, preference).exact(edit))
    return Made(HandEdit(photo, to_uint8(small), to_uint8(apply_any(small, lut))), edit, full.proxy)


def settled(made: Made, style_id: str, transform: Transform) -> Edit:
    """The edit of a photo that a style has learned from: what the style does now is taken off the adjustments.

    Otherwise it would be done twice. The photo stays as near as can be to what its author made of it.

    Args:
        made: the photo.
        style_id: the style.
        transform: of the photo in the style as it is now.
    """
    proxy = _small(made.proxy)
    wanted = resized(made.hand.after, proxy)
    edit = made.edit.with_style(style_id)
    best, least = edit, np.inf
    for step in range(_STEPS + 1):
        candidate = eased(edit, step / _STEPS)
        result = to_uint8(apply_lut(proxy, np.clip(transform.lut(candidate.colors), 0, 1)))
        apart = mean_delta_e(result, wanted)
        if apart < least - _AS_GOOD:
            best, least = candidate, apart
    return best


def _small(image: np.ndarray) -> np.ndarray:
    return resize_long_side(image, _SIDE) if max(image.shape[:2]) > _SIDE else image


def learned(
    engine: Engine,
    style: Style | None,
    made: Sequence[Made],
    progress: Progress | None = None,
    should_cancel: ShouldCancel | None = None,
) -> "Preference":
    """The preference that a style would have with some references more; the style stays as it is.

    Args:
        style: None for a new one.
        made: the new references; they replace those of the same photos.

    Raises:
        StyleError, BundleError, Cancelled: as `Engine.preference`.
    """
    hands = [(_reduced(one.hand.after), _reduced(one.hand.before), True) for one in made]
    if style is None:
        return engine.learn(References("New style", hands), progress, should_cancel)
    digests = {file_digest(one.hand.photo) for one in made}
    earlier = style.without_originals(digests)
    pixels = list(read_style(earlier, progress, should_cancel).pixels) if earlier.active else []
    return engine.learn(References(style.name, [*pixels, *hands]), progress, should_cancel)


def _reduced(image: np.ndarray) -> np.ndarray:
    return resize_long_side(image, PROXY_SIDE) if max(image.shape[:2]) > PROXY_SIDE else image


@dataclass(frozen=True, eq=False)
class Change:
    """A photo as it is now and as it would be.

    Attributes:
        photo: the file.
        now, then: uint8 (H, W, 3), sRGB, long side at most `PROXY_SIDE`.
        difference: between the two, mean CIEDE2000.
        shift: by which the mean L*, chroma and b* change.
    """

    photo: Path
    now: np.ndarray
    then: np.ndarray
    difference: float
    shift: tuple[float, float, float]


def changes(
    engine: Engine,
    photos: Sequence[tuple[Path, Edit]],
    now: "Preference | None",
    then: "Preference",
    most: int,
    progress: Progress | None = None,
    should_cancel: ShouldCancel | None = None,
) -> list[Change]:
    """What another preference changes on photos; of many, those that show the most different things.

    Args:
        photos: with their edits, all of one style; one that cannot be read is left out.
        now, then: the preferences.
        most: photos that are compared.

    Raises:
        BundleError: there is no usable model.
        Cancelled: `should_cancel` answered True.
    """
    edits = dict(photos)
    proxies: dict[Path, np.ndarray] = {}
    with closing(read_ahead(list(edits), lambda photo: load_proxy(photo, edits[photo].development))) as reading:
        for number, (photo, read) in enumerate(reading):
            if should_cancel is not None and should_cancel():
                raise Cancelled
            if progress is not None:
                progress(number / len(edits), photo.name)
            try:
                proxies[photo] = read()
            except PieError:
                continue
    names = list(proxies)
    chosen = different(engine.likeness([proxies[name] for name in names]), most) if names else []
    found = []
    for name in (names[index] for index in sorted(chosen)):
        if should_cancel is not None and should_cancel():
            raise Cancelled
        images = []
        for preference in (now, then):
            lut = engine.transform(proxies[name], preference).lut(edits[name].colors)
            images.append(to_uint8(apply_lut(proxies[name], np.clip(lut, 0, 1))))
        found.append(change_of(name, *images))
    return found


def change_of(photo: Path, now: np.ndarray, then: np.ndarray) -> Change:
    """The change from one image of a photo to another, uint8 (H, W, 3), sRGB."""
    before, after = to_lab(now), to_lab(then)
    apart = float(delta_e_2000_lab(before, after).mean(dtype=np.float64))
    means = [_means(lab) for lab in (before, after)]
    lightness, chroma, yellow = (float(value) for value in means[1] - means[0])
    return Change(photo, now, then, apart, (lightness, chroma, yellow))


def _means(lab: np.ndarray) -> np.ndarray:
    """Mean L*, chroma and b*, (3,)."""
    planes = lab[..., 0], np.hypot(lab[..., 1], lab[..., 2]), lab[..., 2]
    return np.array([plane.mean(dtype=np.float64) for plane in planes])


def different(likeness: np.ndarray, most: int) -> list[int]:
    """Photos that are the least like each other: the first, then always the one that is least like those before it.

    Args:
        likeness: (B, B), 0 to 1.
        most: how many.

    Returns:
        Their numbers, at most `most`.
    """
    chosen: list[int] = []
    nearest = np.zeros(len(likeness))
    for _ in range(min(most, len(likeness))):
        left = nearest.copy()
        left[chosen] = np.inf
        chosen.append(int(left.argmin()))
        nearest = np.maximum(nearest, likeness[chosen[-1]])
    return chosen
