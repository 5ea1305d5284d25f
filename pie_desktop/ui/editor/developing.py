"""A RAW photo decoded anew, since its exposure or white balance was changed, together with what the model says then."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QObject, Signal

from pie_desktop.edit.edit import Edit
from pie_desktop.engine.engine import Engine
from pie_desktop.errors import Cancelled, DecodeError, PieError
from pie_desktop.imaging.decode import PROXY_SIDE, PhotoInfo
from pie_desktop.imaging.development import AS_SHOT, Development
from pie_desktop.imaging.formats.registry import is_developed
from pie_desktop.imaging.resize.resize import resize_long_side
from pie_desktop.styles.store import StyleLibrary
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.editor.reading import Enhancement, Pixels, compute_enhancement, read_source
from pie_desktop.workers.job import Job, JobContext
from pie_desktop.workers.lanes import LatestLane


@dataclass(frozen=True, eq=False)
class Developed:
    """What came of it.

    Attributes:
        pixels: the decode.
        proxy: what the model looked at.
        enhancement: the transform of what it shows; None where there is none.
        problem: one sentence that says why there is none, else empty.
    """

    pixels: Pixels
    proxy: np.ndarray
    enhancement: Enhancement | None
    problem: str = ""


def develop(
    context: JobContext,
    engine: Engine,
    library: StyleLibrary,
    info: PhotoInfo,
    max_side: int,
    development: Development,
    edit: Edit,
) -> Developed:
    """Decode a photo, reduced, and ask the model about it: both in one job, so that they are shown at once.

    The small image for the model is made from the decode. When the full decode follows, the model is asked once more.

    Args:
        engine, library: for the transform.
        info: of the photo.
        max_side: of the decode.
        development: exposure and white balance.
        edit: that the transform is for.

    Raises:
        DecodeError: the photo cannot be read.
    """
    pixels = read_source(context, info, max_side, development)
    image = pixels.source.image
    proxy = pixels.proxy
    if proxy is None:
        proxy = resize_long_side(image, PROXY_SIDE)
    try:
        found = compute_enhancement(context, engine, library, info.path, edit, proxy)
        return Developed(pixels, proxy, found)
    except (Cancelled, DecodeError):
        raise
    except PieError as error:
        return Developed(pixels, proxy, None, str(error))


class Developer(QObject):
    """Knows with which development the open photo is decoded, and has it decoded anew with that of the edit.

    Signals:
        developed: a `Developed`.
        failed: one sentence.

    Attributes:
        development: of what is decoded, or will be.
    """

    developed = Signal(object)
    failed = Signal(str)

    def __init__(self, context: AppContext, lane: LatestLane, parent: QObject | None = None) -> None:
        """`lane` is that of the first decode, which this replaces."""
        super().__init__(parent)
        self._context = context
        self._lane = lane
        self._job: Job | None = None
        self.development = AS_SHOT

    @property
    def busy(self) -> bool:
        """Whether a decode is awaited that brings a transform along."""
        return self._job is not None and not self._job.done

    def begin(self, info: PhotoInfo) -> None:
        """Take the edit's development for a photo that is being opened."""
        self._job = None
        self.development = self._wanted(info)

    def is_stale(self, info: PhotoInfo) -> bool:
        """Whether the photo has to be decoded anew for its edit."""
        return self._wanted(info) != self.development

    def start(self, info: PhotoInfo, max_side: int) -> None:
        """Decode it, reduced; the latest wins."""
        context = self._context
        self.development = self._wanted(info)
        self._job = self._lane.submit(
            develop, context.engine, context.library, info, max_side, self.development, context.current.edit
        )
        self._job.result.connect(self.developed)
        self._job.failed.connect(self.failed)

    def _wanted(self, info: PhotoInfo) -> Development:
        return self._context.current.edit.development if is_developed(info.format) else AS_SHOT
