"""The LUT of each photo of an export: its own, or one for all frames of a burst.

The model is asked in a thread that the export can leave behind, since neither a decoder nor a model can be interrupted.
"""

import contextvars
import logging
import queue
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from contextlib import closing
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from pie_desktop.edit.transform import Transform, attribution
from pie_desktop.errors import Cancelled, PieError
from pie_desktop.export.decoded import exact_proxy
from pie_desktop.export.settings import ExportPart, PlannedPhoto
from pie_desktop.imaging import isolation
from pie_desktop.imaging.lut.apply import AnyLut
from pie_desktop.imaging.read_ahead import THREADS, read_ahead

_REMEMBERED_BURSTS = 16  # the frames of a burst stand together in nearly every plan
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PartPhoto:
    """A photo of an export and the part that it belongs to."""

    photo: PlannedPhoto
    part: ExportPart


class PhotoLuts:
    """Asks the model, and remembers how much of each edit is the user's preference, and how far off it may be."""

    def __init__(self, photos: Sequence[PartPhoto]) -> None:
        self.shares: dict[int, tuple[float, float]] = {}
        self.errors: dict[int, float | None] = {}
        self.fit_errors: dict[int, float | None] = {}
        self._photos = photos
        self._bursts: dict[tuple[int, int], list[int]] = {}
        for index, entry in enumerate(photos):
            if entry.photo.burst is not None:
                self._bursts.setdefault((id(entry.part), entry.photo.burst), []).append(index)
        self._shared: OrderedDict[tuple[int, int], AnyLut] = OrderedDict()

    def own(self, index: int, proxy: np.ndarray) -> AnyLut:
        """The LUT of a photo by its proxy. Raises PieError about this photo."""
        return self._finish(index, proxy, self._transform(index, proxy))

    def load(self, index: int, should_cancel: Callable[[], bool]) -> AnyLut:
        """The LUT of a photo that is not decoded yet: shared by its burst, or its own.

        Raises:
            PieError, Cancelled.
        """
        lut = self.shared(index, should_cancel)
        return self.own(index, self._proxy(index)) if lut is None else lut

    def shared(self, index: int, should_cancel: Callable[[], bool]) -> AnyLut | None:
        """The LUT of a photo's burst; None for a photo that is in none.

        All frames of the burst count alike: the LUTs that they would have are averaged. A frame that cannot be read
        does not count. Frames that were written earlier, or are skipped, count too, so that the rest looks the same.

        Raises:
            Cancelled: `should_cancel` answered True.
        """
        entry = self._photos[index]
        if entry.photo.burst is None:
            return None
        key = (id(entry.part), entry.photo.burst)
        if key not in self._shared:
            transforms: list[Transform] = []
            proxies: dict[int, np.ndarray] = {}
            # A RAW photo takes long to decode, so two at a time, where each has a process of its own.
            threads = THREADS if isolation.active() else 1
            with closing(read_ahead(self._bursts[key], self._proxy, threads)) as reading:
                for frame, read in reading:
                    if should_cancel():
                        raise Cancelled
                    try:
                        proxies[frame] = read()
                        transforms.append(self._transform(frame, proxies[frame]))
                    except PieError:
                        continue
            if not transforms:
                return None
            transform = Transform.mean(transforms)
            for frame, proxy in proxies.items():
                self._shared[key] = self._finish(frame, proxy, transform)
            if len(self._shared) > _REMEMBERED_BURSTS:
                self._shared.popitem(last=False)
        return self._shared[key]

    def _proxy(self, index: int) -> np.ndarray:
        """What a worker makes of the decoded photo, to the last bit: a photo is seen in one way only."""
        entry = self._photos[index]
        settings = entry.part.settings
        return exact_proxy(entry.photo.source, settings.encode, settings.edit.development)

    def _transform(self, index: int, proxy: np.ndarray) -> Transform:
        entry = self._photos[index]
        try:
            return entry.part.transform_for(proxy)
        except (Cancelled, PieError):
            raise
        except Exception as error:
            source = entry.photo.source
            _log.exception("The transform of %s", source)
            raise PieError(f"{source.name} could not be enhanced ({error}).") from error

    def _finish(self, index: int, proxy: np.ndarray, transform: Transform) -> AnyLut:
        settings = self._photos[index].part.settings
        # A sixteenth of the pixels gives the same means (to 1.3 % on 20 photographs) and leaves the time to the photos.
        shares = attribution(proxy[::4, ::4], transform, settings.edit)
        self.shares[index] = (shares.general, shares.preference)
        self.errors[index] = transform.expected_error_of(settings.edit.style)
        self.fit_errors[index] = transform.fit_error_of(settings.edit.style)
        return transform.exact(settings.edit)


_POLL = 0.05
_PATIENCE = 0.3  # seconds that the last piece of work has to end by itself

T = TypeVar("T")
_Given = tuple[contextvars.Context, Callable[[], Any], Future]


class AbandonableThread:
    """A thread whose work the caller stops waiting for once nobody wants it any more.

    Work runs in the caller's context (`contextvars`), one piece after the other; to be used by one thread.
    """

    def __init__(self) -> None:
        self._work: queue.SimpleQueue[_Given | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._serve, name="pie-abandonable", daemon=True)
        self._thread.start()

    def run(self, work: Callable[[], T], should_cancel: Callable[[], bool]) -> T:
        """What `work` returns or raises.

        Raises:
            Cancelled: `should_cancel` answered True; the work goes on to its end, and what comes of it is dropped.
        """
        answer: Future[T] = Future()
        self._work.put((contextvars.copy_context(), work, answer))
        # Not by the TimeoutError of `result`: work that ends just after the time-out would look like work that raised
        # one itself.
        while not wait([answer], _POLL).done:
            if should_cancel():
                raise Cancelled
        return answer.result()

    def close(self) -> None:
        """Take no more work; what is running has a moment to end."""
        self._work.put(None)
        self._thread.join(_PATIENCE)

    def _serve(self) -> None:
        while (given := self._work.get()) is not None:
            context, work, answer = given
            try:
                answer.set_result(context.run(work))
            except BaseException as error:
                answer.set_exception(error)
            del given, context, work, answer
