"""Values from process to process; large arrays through shared memory, at the cost of one copy.

Imports numpy when it is needed: the process that decodes is started before anything that takes long to import.
"""

import os
import pickle
import shutil
from dataclasses import dataclass
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

SHARED_BYTES = 1 << 20  # smaller values go through the pipe: faster than setting up shared memory
_ALIGNMENT = 64
_LINUX_SHARED = Path("/dev/shm")
_RESERVE = 16 << 20


@dataclass(frozen=True)
class Packed:
    """A value on its way.

    Attributes:
        pickled: the value, without its arrays when these are in shared memory.
        shared: name of the shared memory, or None.
        places: (offset, length) of each array in it.
    """

    pickled: bytes
    shared: str | None = None
    places: tuple[tuple[int, int], ...] = ()


def pack(value: Any, name: str) -> tuple[Packed, SharedMemory | None]:
    """Prepare a value for another process.

    Args:
        value: anything that can be pickled.
        name: of the shared memory to be made if it is needed.

    Returns:
        What to send, and the shared memory, to be closed once the other side has the value.
    """
    buffers: list[pickle.PickleBuffer] = []
    pickled = pickle.dumps(value, protocol=5, buffer_callback=buffers.append)
    parts = [buffer.raw() for buffer in buffers]
    places, size = [], 0
    for part in parts:
        places.append((size, part.nbytes))
        size += -(-part.nbytes // _ALIGNMENT) * _ALIGNMENT
    if size < SHARED_BYTES or not _has_room(size):
        return Packed(pickle.dumps(value, protocol=5)), None
    shared = SharedMemory(name, create=True, size=size)
    whole = _bytes_of(shared)
    for part, (offset, length) in zip(parts, places, strict=True):
        whole[offset : offset + length] = part
    return Packed(pickled, name, tuple(places)), shared


def unpack(packed: Packed) -> Any:
    """The value of another process; its arrays lie in the shared memory, which is freed with the last of them."""
    if packed.shared is None:
        return pickle.loads(packed.pickled)
    shared = SharedMemory(packed.shared)
    shared.unlink()  # the name, so that nothing is left behind whatever becomes of this process
    import numpy as np

    whole = np.asarray(_Mapping(shared))
    return pickle.loads(packed.pickled, buffers=[whole[start : start + length] for start, length in packed.places])


def discard(name: str) -> None:
    """Free the shared memory that a process made, if it did, before it could hand it over."""
    try:
        left = SharedMemory(name)
    except (OSError, ValueError):
        return
    left.close()
    left.unlink()


class _Mapping:
    """Lends its memory to arrays, which keep it alive."""

    def __init__(self, shared: SharedMemory) -> None:
        self._shared = shared
        # By address: a view of `shared.buf` would forbid to unmap it.
        self.__array_interface__ = _bytes_of(shared).__array_interface__


def _bytes_of(shared: SharedMemory) -> "np.ndarray":
    import numpy as np

    assert shared.buf is not None
    return np.frombuffer(shared.buf, np.uint8)


def _has_room(size: int) -> bool:
    """Containers often have only 64 MB of shared memory, and writing more than there is kills the process."""
    if os.name != "posix" or not _LINUX_SHARED.is_dir():
        return True
    return shutil.disk_usage(_LINUX_SHARED).free > size + _RESERVE
