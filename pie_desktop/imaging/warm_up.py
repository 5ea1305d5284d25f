"""Getting the compiled loops ready ahead of time: loading them, or compiling them, and trying them.

The first use on a computer compiles for its processor, about 2.5 s per kind of sample; the result is kept on the disk
and later loaded in a moment, after numba itself (0.25 s).
"""

import os
from types import ModuleType

import numpy as np

from pie_desktop import paths
from pie_desktop.imaging import compiled
from pie_desktop.imaging.lut.apply import identity_lut
from pie_desktop.imaging.resize.resample import shrink_plain
from pie_desktop.imaging.resize.warp import try_out as warp_agrees


def warm_up(kinds: tuple[np.dtype, ...] = compiled.KINDS) -> bool:
    """Load or compile the loops for these kinds of samples and try them; False where they cannot be used."""
    return compiled.make_ready(kinds, _load_and_try)


def _load_and_try(kind: np.dtype) -> ModuleType:
    kernels = _load()
    _try_out(kernels, kind)
    return kernels


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
    from pie_desktop.imaging.resize import kernels as resize_kernels

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
        shaped, places = np.empty_like(image), np.linspace(0, 16, np.iinfo(kind).max + 1, dtype=np.float32)
        kernels.apply_shaped(image, places, identity_lut(), shaped)
        right = right and np.allclose(shaped, image, rtol=0, atol=0)
        smaller = resize_kernels.shrink(image, (3, 5), (1, 1)), shrink_plain(image, (3, 5), (1, 1))
        right = right and np.allclose(*smaller, rtol=0, atol=2)
    if not (right and warp_agrees(image)):
        raise RuntimeError("they compute something else on this computer")
