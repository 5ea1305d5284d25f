"""Rating, flagging and labelling the selected photos, and going on to the next one."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Signal

from pie_desktop.imaging.metadata.marks import Flag, Mark, with_stars
from pie_desktop.ui.filmstrip.filmstrip import Filmstrip
from pie_desktop.ui.settings import Settings
from pie_desktop.ui.steps import Steps, at_once

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
        before = strip.index.mark(photos, change)
        if before:
            after = {photo: strip.index.of(photo).mark for photo in before}
            marks = strip.index.set_marks
            self._steps.add(at_once(partial(marks, before)), at_once(partial(marks, after)))
        if len(photos) == 1:
            self.said.emit(f"{photos[0].name}: {strip.index.of(photos[0]).mark.text}")
        else:
            self.said.emit(f"{len(photos):,} photos rated")
