"""The full decode of the open photo: a while after the reduced one, or as soon as the zoom needs it."""

from PySide6.QtCore import QObject, QTimer, Signal

from pie_desktop.imaging.decode import PhotoInfo
from pie_desktop.imaging.development import AS_SHOT, Development
from pie_desktop.ui.context import AppContext
from pie_desktop.ui.editor.reading import read_source
from pie_desktop.workers.job import Job
from pie_desktop.workers.lanes import LatestLane

# The full decode starts once the user has stayed on a photo for so long, so that stepping through a folder stays quick.
FULL_DELAY_MS = 400
# Larger photos are decoded in full only once the zoom asks for it: that takes memory that fit does not need.
FULL_UNASKED_PIXELS = 64_000_000


class FullDecode(QObject):
    """Decodes the open photo in full, once for each development.

    Signals:
        decoded: the `Pixels`.
        ended: it is over, whatever came of it.
    """

    decoded = Signal(object)
    ended = Signal()

    def __init__(self, context: AppContext, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        # Latest wins: what arrives is of the photo that is open.
        self._lane = context.add_lane(LatestLane("full"))
        self._job: Job | None = None
        self._info: PhotoInfo | None = None
        self._development = AS_SHOT
        self._timer = QTimer(self, singleShot=True, interval=FULL_DELAY_MS)
        self._timer.timeout.connect(self._start)

    @property
    def busy(self) -> bool:
        """Whether it is under way."""
        return self._job is not None and not self._job.done

    def later(self, info: PhotoInfo, development: Development) -> None:
        """Decode a photo a while from now, unless it is too large to do so unasked."""
        if info.width * info.height <= FULL_UNASKED_PIXELS:
            self._info, self._development = info, development
            self._timer.start()

    def now(self, info: PhotoInfo, development: Development) -> None:
        """Decode a photo; nothing if that is done or under way."""
        self._info, self._development = info, development
        self._start()

    def drop(self) -> None:
        """Forget what is under way, and what is done."""
        self._timer.stop()
        self._lane.cancel_all()
        self._job = self._info = None

    def _start(self) -> None:
        self._timer.stop()
        if self._info is None or self._job is not None:
            return
        self._job = self._lane.submit(read_source, self._info, None, self._development)
        self._job.result.connect(self.decoded)
        self._job.failed.connect(self._context.notifier.error)
        self._job.finished.connect(self._on_finished)

    def _on_finished(self) -> None:
        # A job of the photo before may end after the next one has begun.
        if not self.busy:
            self.ended.emit()
