"""Variations of a style on one photo, and the style refined by the one that a person takes.

A choice is a pick like any other (`engine.taste`): it is kept, and the belief about the taste moves. What the belief
says then is shown to the style on this photo, as a correction by hand is: the style learns it, and can unlearn it.
"""

import contextlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pie_desktop.edit.edit import Edit
from pie_desktop.edit.parts.style import StylePart
from pie_desktop.engine.engine import Engine
from pie_desktop.engine.kept_picks import KeptPicks, picks_path, read_picks, write_picks
from pie_desktop.errors import PieError
from pie_desktop.imaging.decode import load_photo, load_proxy
from pie_desktop.imaging.edited import full_photo
from pie_desktop.imaging.encode_options import EncodeOptions
from pie_desktop.imaging.lut.apply import apply_lut
from pie_desktop.imaging.resize.resize import resize_long_side
from pie_desktop.imaging.stored import to_uint8
from pie_desktop.styles.references import COPY_SIDE, HandEdit
from pie_desktop.styles.style import Style

if TYPE_CHECKING:
    from pie_desktop.model.taste import TasteFinder
    from pie_desktop.model.variations import Variation

MOST_OTHERS = 8  # photos of earlier choices
_COLORLESS = 1.5 / 255  # of the largest difference of two channels, on average


@dataclass(frozen=True, eq=False)
class Shown:
    """The open photo as the style has it, and as its neighbours have it: uint8 `(h, w, 3)` each, sRGB."""

    as_it_is: np.ndarray
    variations: "tuple[Variation, ...]"
    images: tuple[np.ndarray, ...]


class StyleVariations:
    """The neighbours of one style on one photo. Not for two threads at once.

    Args:
        engine: whose model is used.
        style: the style as it is now.
        photo: the open photo.
        edit: its edit, whose crop and adjustments the pictures have; the style counts in full.

    Attributes:
        before: the picks as they were when the neighbours were shown.
    """

    before: KeptPicks

    def __init__(self, engine: Engine, style: Style, photo: Path, edit: Edit) -> None:
        self._engine, self.style, self._photo = engine, style, photo
        self._edit = edit.with_part(StylePart(style.id))
        self._place = picks_path(f"{style.id}-variations")
        self._finder: TasteFinder | None = None
        self._shown: tuple[Variation, ...] = ()
        self._photos: list[Path] = []

    def show(self, side: int) -> Shown:
        """Find the neighbours, and render them with a long side of at most `side` px.

        Raises:
            PieError: the photo cannot be read, or the style cannot be used.
        """
        from pie_desktop.model.taste import TasteFinder, TastePhoto
        from pie_desktop.model.variations import variations

        full = full_photo(self._photo, EncodeOptions(), self._edit.development)
        preference = self._engine.preference(self.style)
        self._transform = self._engine.transform(full.proxy, preference)
        self._basis = self._engine.basis().astype(np.float64)
        small = resize_long_side(full.pixels, COPY_SIDE) if max(full.pixels.shape[:2]) > COPY_SIDE else full.pixels
        self._pixels = to_uint8(small)
        asked = [TastePhoto(full.proxy, self._transform.preferred, self._basis)]
        nothing = KeptPicks(preference.bundle_id, self.style.fingerprint, [], [])
        self.before = read_picks(self._place, nothing.bundle, nothing.fingerprint, len(self._basis)) or nothing
        self._photos = [self._photo]
        for other in [one for one in self.before.photos if one != self._photo][-MOST_OTHERS:]:
            with contextlib.suppress(PieError):  # gone since: what was picked of it tells nothing more
                proxy = load_proxy(other)
                lut = self._engine.transform(proxy, preference).preferred
                asked.append(TastePhoto(proxy, lut, self._basis))
                self._photos.append(other)
        self._finder = TasteFinder(asked, self.before.about(self._photos))
        self._gray = float(np.ptp(asked[0].rendered, axis=-1).mean()) < _COLORLESS
        self._shown = tuple(variations(self._finder, self._engine.doubt(full.proxy, preference), self._gray))
        image = load_photo(self._photo, side, self._edit.development)
        picture = self._edit.placement((image.shape[1], image.shape[0])).apply(image)
        lut = self._transform.lut(self._edit.colors)
        return Shown(
            to_uint8(apply_lut(picture, lut)),
            self._shown,
            tuple(to_uint8(apply_lut(picture, self._looked(one.weights))) for one in self._shown),
        )

    def keep(self) -> None:
        """The style is right as it is: that is kept, and nothing else changes. Raises StyleError for the disk."""
        write_picks(self._place, self._after(None))

    def choose(self, chosen: "Variation") -> tuple[HandEdit, KeptPicks]:
        """What the style is to be shown after a choice, and the picks that are to be kept when it has learned that."""
        after = self._after(chosen)
        assert self._finder is not None
        weights = self._finder.belief.mean
        edited = apply_lut(self._pixels, np.clip(self._preferred(weights), 0, 1))
        return HandEdit(self._photo, self._pixels, edited), after

    def learned(self, style: Style, after: KeptPicks) -> KeptPicks:
        """The picks of `choose` as they are about the style that has learned from them; kept on disk.

        Raises:
            StyleError: the disk cannot be written.
        """
        from pie_desktop.model.variations import moved

        assert self._finder is not None
        kept = replace(after, fingerprint=style.fingerprint, picks=moved(after.picks, self._finder.belief.mean))
        write_picks(picks_path(f"{style.id}-variations"), kept)
        return kept

    def _after(self, chosen: "Variation | None") -> KeptPicks:
        from pie_desktop.model.variations import picks_of

        assert self._finder is not None, "show them first"
        for pick in picks_of(self._shown, chosen):
            self._finder.answer(pick.question, pick.answer)
        return replace(self.before, photos=self._photos, picks=list(self._finder.picks))

    def _preferred(self, weights: np.ndarray) -> np.ndarray:
        from pie_desktop.model.taste import with_weights

        lut = with_weights(self._transform.preferred, self._basis, weights)
        return np.repeat(lut.mean(axis=-1, keepdims=True), 3, axis=-1) if self._gray else lut

    def _looked(self, weights: np.ndarray) -> np.ndarray:
        return replace(self._transform, preferred=self._preferred(weights)).lut(self._edit.colors)


def restore_picks(style_id: str, kept: KeptPicks) -> None:
    """Put picks back, for a style that is as it was. Raises StyleError for the disk."""
    write_picks(picks_path(f"{style_id}-variations"), kept)
