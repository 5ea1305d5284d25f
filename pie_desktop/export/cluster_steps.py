"""The steps in which a machine of a cluster makes a photo: pixels, what the model looks at, file.

A photo that brings its LUT along needs the last step only. What the first returns stays with Dask, on that machine,
until the last has run. A step whose photo has failed returns the `Outcome` that tells why, and so do those after it.
"""

import functools
import logging
import secrets
import socket
from dataclasses import replace
from typing import TypeVar

import numpy as np

from pie_desktop.export.decoded import DecodedPhoto, decoded_photo
from pie_desktop.export.worker import ExportTask, Outcome, export_photo, no_lut, told

_log = logging.getLogger(__name__)

T = TypeVar("T")


def decode_on_worker(task: ExportTask) -> DecodedPhoto | Outcome:
    """The first step: the pixels of a photo, which stay where they are, or why there are none."""
    _prepare_worker()
    return _gone(task) or _logged(
        task, told(task, lambda: decoded_photo(task.source, task.encode, task.edit.development))
    )


def proxy_on_worker(decoded: DecodedPhoto | Outcome) -> np.ndarray | Outcome:
    """The second step: what the model looks at."""
    _prepare_worker()
    return decoded if isinstance(decoded, Outcome) else decoded.photo.proxy


def export_on_worker(task: ExportTask, decoded: DecodedPhoto | Outcome | None = None) -> Outcome:
    """The last step: the file, with another temporary name at each attempt.

    Args:
        task: the photo, with its LUT.
        decoded: its pixels; without them it is decoded here.
    """
    _prepare_worker()
    if isinstance(decoded, Outcome):  # decoded again, since a worker was lost
        return decoded
    if (gone := _gone(task)) is not None:
        return gone
    if decoded is not None:
        decoded.photo.pixels.flags.writeable = False  # they are Dask's, and perhaps wanted once more
    attempt = task.target.with_name(f"{task.target.stem}-{secrets.token_hex(4)}{task.target.suffix}")
    outcome = _logged(task, export_photo(replace(task, target=attempt), no_lut, decoded))
    problem = outcome.problem.replace(attempt.name, task.target.name) if outcome.problem is not None else None
    return replace(outcome, problem=problem)


def _gone(task: ExportTask) -> Outcome | None:
    if task.source.exists():
        return None
    where = f"the worker on {socket.gethostname()}"
    return Outcome(task.index, problem=f"{task.source} is not visible to {where}; mount its folder there.")


def _logged(task: ExportTask, result: T) -> T:
    if isinstance(result, Outcome) and result.details is not None:  # here too: the worker has a log of its own
        _log.error("%s could not be exported:\n%s", task.source, result.details)
    return result


@functools.cache
def _prepare_worker() -> None:
    """Once for each process: threads of the cluster are the parallelism, and all photos are computed alike."""
    import cv2

    from pie_desktop.imaging.warm_up import warm_up

    cv2.setNumThreads(1)
    warm_up()
