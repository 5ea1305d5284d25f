"""Measures the tones of the open photo, off the GUI thread, and follows the sliders."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QObject, Signal

from pie_desktop.edit.edit import Edit
from pie_desktop.imaging.lut.apply import apply_lut
from pie_desktop.imaging.tones import Tones, tones_of
from pie_desktop.ui.canvas.layer import Layer, quick_results, to_uint8
from pie_desktop.ui.canvas.renderer import PreviewRenderer
from pie_desktop.ui.context import AppContext
from pie_desktop.workers.job import Job, JobContext
from pie_desktop.workers.lanes import LatestLane

# A histogram of so many pixels looks like that of all, and follows a slider.
ENOUGH_PIXELS = 200_000


@dataclass(frozen=True, eq=False)
class PhotoTones:
    """The tones of a photo: of the whole of it, whatever part is shown.

    Attributes:
        before: those of the original.
        after: those of the result.
    """

    before: Tones
    after: Tones


class TonesMeter(QObject):
    """Measures the edit that the renderer shows, or what `of` makes of it.

    While one measurement runs, only the last of the requests behind it is kept.

    Signals:
        measured: a `PhotoTones`, or None while there is no photo.
    """

    measured = Signal(object)

    def __init__(
        self,
        context: AppContext,
        renderer: PreviewRenderer,
        name: str = "tones",
        of: Callable[[Edit], Edit] = lambda edit: edit,
    ) -> None:
        super().__init__()
        self._of = of
        self._context = context
        self._renderer = renderer
        self._lane = context.add_lane(LatestLane(name))
        self._job: Job | None = None
        self._measured: tuple[Layer, Edit] | None = None
        self.enabled = True
        renderer.changed.connect(self.update)

    def update(self) -> None:
        """Measure what the renderer shows now, if that is not what was measured last."""
        layer = self._renderer.base
        if layer is None:
            if self._measured is not None:
                self._measured = None
                self._lane.cancel_all()
                self.measured.emit(None)
            return
        wanted = (layer, self._of(self._renderer.edit))
        same = self._measured is not None and self._measured[0] is layer and self._measured[1] == wanted[1]
        if not self.enabled or same or (self._job is not None and not self._job.done):
            return
        self._measured = wanted
        self._job = self._lane.submit(_measure, *wanted)
        self._job.result.connect(self.measured)
        self._job.failed.connect(self._context.notifier.error)
        self._job.finished.connect(self.update)


def _measure(context: JobContext, layer: Layer, edit: Edit) -> PhotoTones:
    sampled = layer.sampled
    step = max(1, round((sampled.shape[0] * sampled.shape[1] / ENOUGH_PIXELS) ** 0.5))
    part = np.ascontiguousarray(sampled[::step, ::step])
    before = tones_of(to_uint8(part))
    context.check()
    luts = layer.request.luts
    if luts is None:
        after = before
    elif edit.local_parts:
        whole = (slice(0, sampled.shape[0]), slice(0, sampled.shape[1]))
        after = tones_of(to_uint8(quick_results(layer, edit, whole, ENOUGH_PIXELS)[1]))
    else:
        after = tones_of(to_uint8(apply_lut(part, luts.lut(edit))))
    return PhotoTones(before, after)
