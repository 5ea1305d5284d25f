"""What all loaded bundles share: the device that they run on, and that one call runs at a time."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import torch
from torch import nn

from pie_desktop.errors import BundleError
from pie_desktop.model.bundle import BundleInfo
from pie_desktop.model.runtime import automatic_device, device_failure

T = TypeVar("T")
_log = logging.getLogger(__name__)


@contextmanager
def one_thread() -> Iterator[None]:
    """One CPU thread for this job: its many small steps gain little from more, and wait long for each other when other
    programs, or the editor's own export, keep the cores busy (several times as long with two jobs a core)."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


class LoadedModel:
    """Base of what answers by the network of a bundle. Thread safe.

    Args:
        module: the network, on the CPU.
        info: of its bundle.
        device: `auto` (CUDA, then MPS, then CPU) or a torch device.

    Attributes:
        device: where it runs now.
        notice: why it moved to the CPU, or None.
        bundle_id, card: from the bundle.
    """

    def __init__(self, module: nn.Module, info: BundleInfo, device: str) -> None:
        self._module = module
        self.bundle_id, self.card, self._name = info.id, dict(info.card), info.name
        self.notice: str | None = None
        self._lock = threading.RLock()
        self._move(automatic_device() if device == "auto" else device)

    def _move(self, device: str) -> None:
        self.device = device
        self._module.to(device).requires_grad_(False)

    def _run(self, work: Callable[[], T]) -> T:
        """Run on the device. When the device itself fails, say so, and from now on use the CPU."""
        with self._lock, torch.no_grad(), one_thread():
            try:
                return work()
            except torch.linalg.LinAlgError as error:
                raise self._useless() from error
            except RuntimeError as error:
                reason = device_failure(error) if self.device != "cpu" else None
                if reason is None:
                    raise
                _log.warning("The GPU (%s) %s", self.device, reason, exc_info=True)
                self.notice = f"The GPU ({self.device}) {reason}; PIE Desktop goes on with the CPU."
                self._move("cpu")
                return work()

    def _useless(self) -> BundleError:
        """Sound bytes, but weights that lead to no numbers; what a model learned never does."""
        return BundleError(f"The model “{self._name}” gives no usable answer; it is damaged: choose another model.")
