"""A session of the taste finder: photos of one's own, questions about them, and the style that comes of the answers.

The picks are kept after every answer, so that a person can stop at any moment and go on later.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from pie_desktop.engine.engine import Engine
from pie_desktop.engine.kept_picks import KeptPicks, read_picks, write_picks
from pie_desktop.engine.references import Progress, ShouldCancel
from pie_desktop.errors import Cancelled, PieError, StyleError
from pie_desktop.imaging.decode import load_photo, load_proxy
from pie_desktop.imaging.lut.apply import apply_lut
from pie_desktop.imaging.stored import to_uint8
from pie_desktop.styles.picked import Rendering, create_from_renderings
from pie_desktop.styles.references import COPY_SIDE
from pie_desktop.styles.store import StyleLibrary
from pie_desktop.styles.style import Style

if TYPE_CHECKING:
    from pie_desktop.model.choices import Answer
    from pie_desktop.model.taste import Question, TasteFinder

MOST_PHOTOS = 16  # that are asked about
LOOKED_AT = 40  # photos of a folder, of which the most different ones are taken
FEW, USUAL, MANY = 5, 10, 18  # picks: a first guess, a style, little more to learn
CLOSE = 1.0  # dE between neutral and the taste below which there is nothing to make a style of
_SIDE = 12  # px of the images by which photos are told apart
_KEPT_IMAGES = 6


@dataclass(frozen=True)
class Asked:
    """A question as it is shown: uint8 images `(H, W, 3)`, sRGB, and what they are in words, such as "warmer"."""

    question: "Question"
    photo: Path
    first: np.ndarray
    second: np.ndarray
    sides: tuple[str, str]


@dataclass(frozen=True)
class State:
    """How far a session is.

    Attributes:
        picks: answers so far.
        text: what that means, one or two sentences.
        can_save: whether a style can be made of them.
        doubtful: whether the text is a warning.
    """

    picks: int
    text: str
    can_save: bool
    doubtful: bool = False


class TasteSession:
    """Questions and answers about some photos. Not for two threads at once.

    Attributes:
        refined: the style that the taste is added to; None for what nobody in particular does.
        problems: one sentence for each photo that cannot be used.
    """

    def __init__(self, engine: Engine, refined: Style | None, place: Path) -> None:
        """Nothing is read yet.

        Args:
            engine: whose model is used.
            refined: a style to refine, or None.
            place: the file in which the picks are kept.
        """
        self._engine, self.refined, self._place = engine, refined, place
        self._photos: list[Path] = []
        self._images: OrderedDict[tuple[Path, int], np.ndarray] = OrderedDict()
        self._finder: TasteFinder | None = None
        self.problems: list[str] = []

    def open(
        self, photos: Sequence[Path], progress: Progress | None = None, should_cancel: ShouldCancel | None = None
    ) -> None:
        """Go on with the picks that were kept, or begin with the most different of some photos.

        Raises:
            StyleError: there is no photo that can be read.
            BundleError: there is no usable model.
            Cancelled: `should_cancel` answered True.
        """
        preference = self._engine.preference(self.refined) if self.refined is not None else None
        self._engine.load()
        bundle = self._engine.bundle_id or ""
        basis = self._engine.basis().astype(np.float64)
        fingerprint = self.refined.fingerprint if self.refined is not None else ""
        kept = read_picks(self._place, bundle, fingerprint, len(basis))
        listed = [photo for photo in kept.photos if photo.is_file()] if kept is not None and kept.picks else []
        proxies = self._proxies(listed or _spread(photos), progress, should_cancel)
        chosen = list(proxies) if listed else varied(proxies)
        if not chosen:
            raise StyleError("There are no photos to ask about; open a folder with some of your photos.")
        from pie_desktop.model.taste import TasteFinder, TastePhoto

        asked = []
        for photo in chosen:
            if should_cancel is not None and should_cancel():
                raise Cancelled
            transform = self._engine.transform(proxies[photo], preference)
            asked.append(TastePhoto(proxies[photo], transform.preferred, basis))
        self._photos, self._basis = chosen, basis
        picks = kept.about(chosen) if kept is not None and listed else []
        self._finder = TasteFinder(asked, picks)
        self._kept = KeptPicks(bundle, fingerprint, chosen, self._finder.picks)

    def ask(self, side: int) -> Asked:
        """The next question, with images of a long side of at most `side` px.

        Raises:
            PieError: the photo cannot be read any more.
        """
        question = self.finder.question()
        photo = self._photos[question.photo]
        image = self._image(photo, side)
        first, second = (apply_lut(image, self._lut(question.photo, one)) for one in (question.first, question.second))
        return Asked(question, photo, first, second, self.finder.sides(question))

    def answer(self, question: "Question", answer: "Answer") -> None:
        """Note an answer, and keep it. Raises StyleError where it cannot be kept on disk."""
        self.finder.answer(question, answer)
        write_picks(self._place, self._kept)

    def undo(self) -> bool:
        """Take the last answer back; False where there is none."""
        undone = self.finder.undo() is not None
        if undone:
            write_picks(self._place, self._kept)
        return undone

    def forget(self) -> None:
        """Begin anew with the same photos."""
        self.finder.picks.clear()
        self.finder.undo()
        write_picks(self._place, self._kept)

    @property
    def finder(self) -> "TasteFinder":
        assert self._finder is not None, "open it first"
        return self._finder

    def state(self) -> State:
        """What the answers have brought so far."""
        from pie_desktop.model.choices import Answer

        finder = self.finder
        picks = len(finder.picks)
        told = f"{picks} pick{'s' * (picks != 1)}"
        if picks == 0:
            return State(0, "Pick the rendering that you like better. 10 to 20 picks give a style.", can_save=False)
        if picks >= FEW and all(pick.answer is Answer.SAME for pick in finder.picks):
            text = f"{told}, all “same”: they say no more than that you like the photos as they are. Go by the first "
            return State(picks, text + "impression, or stop here.", can_save=False, doubtful=True)
        if picks >= USUAL and finder.belief.evidence < 0:
            text = f"{told} that contradict each other: no taste fits them better than chance. Undo some, begin anew, "
            return State(picks, text + "or say “same” where you do not care.", can_save=False, doubtful=True)
        if picks >= USUAL and finder.moved < CLOSE:
            text = f"{told}: what you like is what you see without a style, within what an eye can tell."
            return State(picks, text, can_save=False, doubtful=True)
        if picks < FEW:
            return State(picks, f"{told}: a first impression. Go on, to 10 at least.", can_save=False)
        if picks < USUAL:
            return State(picks, f"{told}: your taste begins to show. A few more make it safer.", can_save=True)
        if picks < MANY:
            return State(picks, f"{told}: enough for a style. More picks make it safer.", can_save=True)
        return State(picks, f"{told}: your taste is known as well as picks can tell it.", can_save=True)

    def save(
        self,
        library: StyleLibrary,
        name: str,
        progress: Progress | None = None,
        should_cancel: ShouldCancel | None = None,
    ) -> Style:
        """Make a style of the taste: every photo that was asked about, with its rendering.

        Raises:
            StyleError: there is nothing to make a style of, or it cannot be written.
            Cancelled: `should_cancel` answered True.
        """
        state = self.state()
        if not state.can_save:
            raise StyleError(f"There is no style in these picks yet. {state.text}")
        mean, renderings = self.finder.belief.mean, []
        for number, photo in enumerate(self._photos):
            if should_cancel is not None and should_cancel():
                raise Cancelled
            if progress is not None:
                progress(number / len(self._photos), f"Rendering {photo.name}")
            try:
                image = self._image(photo, COPY_SIDE)
            except PieError:
                continue  # gone since; the others say the same
            renderings.append(Rendering(photo, image, apply_lut(image, self._lut(number, mean))))
        if not renderings:
            raise StyleError("None of the photos that you were asked about can be read any more; begin anew.")
        return create_from_renderings(library, name, renderings)

    def _lut(self, number: int, weights: np.ndarray) -> np.ndarray:
        from pie_desktop.model.taste import with_weights

        return with_weights(self.finder.photos[number].base, self._basis, weights)

    def _image(self, photo: Path, side: int) -> np.ndarray:
        key = photo, side
        if key not in self._images:
            self._images[key] = to_uint8(load_photo(photo, side))
            while len(self._images) > _KEPT_IMAGES:
                self._images.popitem(last=False)
        self._images.move_to_end(key)
        return self._images[key]

    def _proxies(
        self, photos: Sequence[Path], progress: Progress | None, should_cancel: ShouldCancel | None
    ) -> dict[Path, np.ndarray]:
        found: dict[Path, np.ndarray] = {}
        self.problems = []
        for number, photo in enumerate(photos):
            if should_cancel is not None and should_cancel():
                raise Cancelled
            if progress is not None:
                progress(number / len(photos), f"Looking at {photo.name}")
            try:
                found[photo] = load_proxy(photo)
            except PieError as error:
                self.problems.append(str(error))
        return found


def _spread(photos: Sequence[Path]) -> list[Path]:
    """At most `LOOKED_AT` of them, evenly."""
    if len(photos) <= LOOKED_AT:
        return list(photos)
    return [photos[number * len(photos) // LOOKED_AT] for number in range(LOOKED_AT)]


def varied(proxies: dict[Path, np.ndarray], most: int = MOST_PHOTOS) -> list[Path]:
    """The photos that differ most, each as far as may be from those before it (T. F. Gonzalez, 1985)."""
    if not proxies:
        return []
    small = {
        photo: cv2.resize(to_uint8(proxy), (_SIDE, _SIDE), interpolation=cv2.INTER_AREA).astype(np.float64).ravel()
        for photo, proxy in proxies.items()
    }
    names = list(small)
    looks = np.stack([small[name] for name in names])
    chosen = [int(((looks - looks.mean(0)) ** 2).sum(1).argmin())]
    distance = ((looks - looks[chosen[0]]) ** 2).sum(1)
    while len(chosen) < min(most, len(names)) and distance.max() > 0:
        chosen.append(int(distance.argmax()))
        distance = np.minimum(distance, ((looks - looks[chosen[-1]]) ** 2).sum(1))
    return [names[number] for number in chosen]
