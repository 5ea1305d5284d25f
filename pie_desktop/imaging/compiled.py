"""The compiled loops that may be used: those of `lut` and `resize`, once they are loaded and tried.

`imaging.warm_up` gets them ready ahead of time, never in the middle of a job. Until then, and where numba is missing
or does not work, callers do without.
"""

import logging
import threading
from collections.abc import Callable
from types import ModuleType

import numpy as np

_log = logging.getLogger(__name__)

KINDS = (np.dtype(np.uint8), np.dtype(np.uint16), np.dtype(np.float32))

_lock = threading.Lock()
_ready: dict[np.dtype, ModuleType] = {}
_unusable = False


def kernels_for(dtype: np.dtype) -> ModuleType | None:
    """The module `lut.kernels` if all loops, those of `resize` too, are ready for such samples; never waits."""
    return _ready.get(dtype)


def make_ready(kinds: tuple[np.dtype, ...], load: Callable[[np.dtype], ModuleType]) -> bool:
    """Load the loops for these kinds of samples; False where they cannot be used, which is not tried again.

    Args:
        kinds: of samples.
        load: gives the module with the loops for one kind, tried; whatever it raises makes them unusable.
    """
    global _unusable
    with _lock:
        for kind in kinds:
            if _unusable:
                return False
            if kind in _ready:
                continue
            try:
                _ready[kind] = load(kind)
            except Exception as error:  # whatever a compiler can fail with: there is always a way without it
                _unusable = True
                _log.warning("The compiled loops cannot be used, photos take longer: %s", error)
                return False
    return True
