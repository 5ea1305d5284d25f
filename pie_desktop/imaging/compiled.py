"""When the compiled loops of `kernels` and `resample_kernels` may be used: loaded ahead, never in the middle of a job.

The first use on a computer compiles for its processor, about 2.5 s per kind of sample; the result is kept on the disk
and later loaded in a moment, after numba itself (0.25 s). Until then, and where numba is missing or does not work,
callers do without.
"""

import logging
import os
import threading
from types import ModuleType

import numpy as np

from pie_desktop import paths

_log = logging.getLogger(__name__)

KINDS = (np.dtype(np.uint8), np.dtype(np.uint16), np.dtype(np.float32))

_lock = threading.Lock()
_ready: dict[np.dtype, ModuleType] = {}
_unusable = False


def kernels_for(dtype: np.dtype) -> ModuleType | None:
    """The module `kernels` if all loops are ready for such samples, those of `resample_kernels` too; never waits."""
    return _ready.get(dtype)


def warm_up(kinds: tuple[np.dtype, ...] = KINDS) -> bool:
    """Load or compile the loops for these kinds of samples and try them; False where they cannot be used."""
    global _unusable
    with _lock:
        for kind in kinds:
            if _unusable:
                return False
            if kind in _ready:
                continue
            try:
                kernels = _load()
                _try_out(kernels, kind)
            except Exception as error:  # whatever a compiler can fail with: there is always a way without it
                _unusable = True
                _log.warning("The compiled loops cannot be used, photos take longer: %s", error)
                return False
            _ready[kind] = kernels
    return True


def _load() -> ModuleType:
    from numba import config

    if config.DISABLE_JIT:
        raise RuntimeError("numba is switched off by NUMBA_DISABLE_JIT")
    if not config.CACHE_DIR:
        # Beside the module would be the default: often not writable, and in a frozen program not there.
        config.CACHE_DIR = os.fspath(paths.cache_dir() / "compiled")
    from pie_desktop.imaging.lut import kernels

    return kernels


def _try_out(kernels: ModuleType, kind: np.dtype) -> None:
    """Every loop once, which compiles it, on what has a known answer."""
    from pie_desktop.imaging.lut.apply import identity_lut
    from pie_desktop.imaging.resize import kernels as resample_kernels
    from pie_desktop.imaging.resize import resample

    ramp = np.linspace(0, 1, 8 * 8 * 3).reshape(8, 8, 3)
    if kind.kind == "u":
        ramp = np.round(ramp * np.iinfo(kind).max)
    image = ramp.astype(kind)
    result = np.empty_like(image)
    kernels.apply_lut(image, identity_lut(), result)
    right = np.allclose(result, image, rtol=0, atol=0 if kind.kind == "u" else 1e-6)
    if kind == np.uint8:
        right = right and np.allclose(kernels.eighth(image), ramp.mean((0, 1)), rtol=0, atol=0.51)
    if kind.kind == "u":
        smaller = resample_kernels.shrink(image, (3, 5), (1, 1)), resample.shrink_plain(image, (3, 5), (1, 1))
        right = right and np.allclose(*smaller, rtol=0, atol=2)
    if not right:
        raise RuntimeError("they compute something else on this computer")
