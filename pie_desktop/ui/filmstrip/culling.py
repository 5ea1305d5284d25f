"""Rating, flagging and labelling the selected photos, and going on to the next one."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from pie_desktop.imaging.metadata.marks import Flag, Mark, with_stars
from pie_desktop.ui.filmstrip.filmstrip import Filmstrip
from pie_desktop.ui.filmstrip.index import PhotoIndex
from pie_desktop.ui.settings import Settings
from pie_desktop.ui.steps import Step, Steps, at_once

AUTO_ADVANCE = "photos.auto_advance"


class Culling(QObject):
    """What the keys of culling do.

    With one photo selected, and `auto_advance` on, the next photo follows.

    Args:
        strip: the photos.
        settings: remember `auto_advance`.
        steps: get what was done, so that it can be undone.

    Signals:
        said: what was done, in a few words.
    """

    said = Signal(str)

    def __init__(self, strip: Filmstrip, settings: Settings, steps: Steps) -> None:
        super().__init__(strip)
        self._strip = strip
        self._settings = settings
        self._steps = steps

    @property
    def auto_advance(self) -> bool:
        """Whether the next photo follows once one was rated."""
        return self._settings.flag(AUTO_ADVANCE)

    def set_auto_advance(self, on: bool) -> None:
        self._settings.set(AUTO_ADVANCE, on)

    def rate(self, stars: int) -> None:
        """Give the selected photos so many stars."""
        self._change(lambda mark: with_stars(mark, stars))

    def flag(self, flag: Flag) -> None:
        """Pick or reject the selected photos, or take that back."""
        self._change(lambda mark: replace(mark, flag=flag))

    def label(self, label: str) -> None:
        """Give the selected photos a colour label; take it away where all of them have it."""
        photos = self._strip.selected_paths()
        all_have = bool(photos) and all(self._strip.index.of(photo).mark.label == label for photo in photos)
        self._change(lambda mark: replace(mark, label="" if all_have else label))

    def _change(self, change: Callable[[Mark], Mark]) -> None:
        strip = self._strip
        photos = strip.selected_paths()
        if not photos:
            return
        if self.auto_advance and len(photos) == 1:
            strip.selection.step(1)  # before the filter takes the photo away, with which the place would be lost
        marking = _Marking(strip.index)
        waits = strip.index.mark(photos, change, marking.take)
        if waits or marking.before:
            step = self._steps.add(at_once(marking.undo), at_once(marking.redo))
            if waits:
                marking.complete = lambda: self._on_read(photos, marking, step)
        if not waits:
            self._say(photos)

    def _on_read(self, photos: list[Path], marking: "_Marking", step: Step) -> None:
        """Those that nothing was known of have their marks, too."""
        if not marking.before:
            self._steps.drop(step)
        self._say(photos)

    def _say(self, photos: list[Path]) -> None:
        if len(photos) == 1:
            self.said.emit(f"{photos[0].name}: {self._strip.index.of(photos[0]).mark.text}")
        else:
            self.said.emit(f"{len(photos):,} photos rated")


class _Marking:
    """Marks that were set with one key, before and after; some of them perhaps once it was undone already.

    Attributes:
        complete: is called once those are set that had to be read first.
    """

    def __init__(self, index: PhotoIndex) -> None:
        self._index = index
        self._undone = False
        self.before: dict[Path, Mark] = {}
        self._after: dict[Path, Mark] = {}
        self.complete: Callable[[], object] = lambda: None

    def take(self, before: dict[Path, Mark]) -> None:
        """Photos were marked that had these marks before."""
        self.before |= before
        self._after |= {photo: self._index.of(photo).mark for photo in before}
        if self._undone:
            self._index.set_marks(before)
        self.complete()

    def undo(self) -> None:
        self._undone = True
        self._index.set_marks(self.before)

    def redo(self) -> None:
        self._undone = False
        self._index.set_marks(self._after)
