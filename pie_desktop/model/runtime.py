"""The torch runtime: loading its libraries without stopping the window, the device, and what counts as its failure."""

import contextlib
import ctypes
import importlib
import importlib.util
import logging
import os
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

_log = logging.getLogger(__name__)
# How errors of a GPU begin that torch raises as a plain RuntimeError: by the library that reports them.
_DEVICE_ERROR = re.compile(
    r"(CUDA|HIP|cuDNN|cuBLAS|cuSOLVER|cuSPARSE|cuFFT|MIOpen)\b.*\b(error|out of memory|STATUS_\w+)"
    r"|CUDA(NN)?_\w*ERROR|CU(DNN|BLAS|SOLVER|SPARSE|FFT)_STATUS_|MPS backend out of memory|Invalid buffer size",
    re.IGNORECASE,
)

# In the order in which `import torch` loads them; the first one must be visible to all others.
_LIBRARIES = ("libtorch_global_deps", "libtorch_cpu", "libtorch")


def load_torch_libraries() -> None:
    """Load what is most of `import torch`, a few hundred megabytes of libraries, with the interpreter's lock released.

    The import itself holds the lock all that time, so that no other thread runs any Python: the window stood still for
    0.3 s (0.9 s on a busy machine), with this for 0.1 s. A foreign function call releases the lock, while making a
    `ctypes.CDLL` does not. On Windows torch itself loads its libraries that way. What fails here is left to the import.
    """
    if sys.platform == "win32" or "torch" in sys.modules:
        return
    spec = importlib.util.find_spec("torch")
    if spec is None or spec.origin is None:
        return
    folder = Path(spec.origin).parent / "lib"
    suffix = ".dylib" if sys.platform == "darwin" else ".so"
    dlopen = ctypes.CDLL(None).dlopen
    dlopen.restype, dlopen.argtypes = ctypes.c_void_p, (ctypes.c_char_p, ctypes.c_int)
    for name in _LIBRARIES:
        visibility = os.RTLD_GLOBAL if name == _LIBRARIES[0] else os.RTLD_LOCAL
        if not dlopen(os.fsencode(folder / f"{name}{suffix}"), os.RTLD_NOW | visibility):
            _log.info("%s was not loaded ahead of the import of torch", name)
            return


# What each operation does to the shapes of tensors without values: for tracing and compiling, which nothing here does.
_UNUSED = "torch._meta_registrations"


class _Later(ModuleType):
    """Stands in for a module until somebody asks for something in it."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        sys.modules.pop(self.__name__, None)
        return getattr(importlib.import_module(self.__name__), name)


def import_torch() -> None:
    """Import torch without its largest part that is of no use here, which is a third of the work of importing it.

    `import torch` registers, in Python, how thousands of operations would behave on tensors without values. Those
    registrations are put off until something asks for them. Results do not change: the operations themselves are
    compiled. Does nothing more than `import torch` where torch has been imported before.
    """
    load_torch_libraries()
    later = None
    if "torch" not in sys.modules and _UNUSED not in sys.modules:
        later = sys.modules[_UNUSED] = _Later(_UNUSED)
    try:
        import torch
    finally:
        if later is not None and sys.modules.get(_UNUSED) is later:
            del sys.modules[_UNUSED]
    if later is not None and vars(torch).get("_meta_registrations") is later:
        del torch._meta_registrations  # as an attribute it would not be imported by those who ask for it


def give_back_memory() -> None:
    """Return what was freed to the system, where glibc keeps it: after much work at once, hundreds of megabytes."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):  # musl has no malloc_trim
            ctypes.CDLL(None).malloc_trim(0)


def automatic_device() -> str:
    """CUDA where there is one, then MPS, then the CPU."""
    import torch

    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def device_failure(error: RuntimeError) -> str | None:
    """What is wrong with the GPU, by an error that came while it was used.

    Returns:
        `ran out of memory`, `lacks an operation` or `failed`; None for an error that would come on the CPU as well.
    """
    import torch

    text = str(error)
    memory = isinstance(error, torch.OutOfMemoryError) or "out of memory" in text or "Invalid buffer size" in text
    if isinstance(error, torch.OutOfMemoryError | torch.AcceleratorError) or _DEVICE_ERROR.match(text):
        return "ran out of memory" if memory else "failed"
    if isinstance(error, NotImplementedError) and "not currently implemented for the" in text:
        return "lacks an operation"
    return None
