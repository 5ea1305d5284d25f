"""Opening a bundle, whichever kind of model is in it; torch is imported only then."""

from pathlib import Path

from pie_desktop.errors import BundleError
from pie_desktop.model.bundle import read_bundle_info
from pie_desktop.model.interface import EnhancementModel


def open_model(bundle: Path, device: str) -> EnhancementModel:
    """The model of a bundle.

    Args:
        device: `auto` (CUDA, then MPS, then CPU) or a torch device.

    Raises:
        BundleError: the bundle or the device cannot be used.
    """
    from pie_desktop.model.runtime import import_torch

    import_torch()
    try:
        if read_bundle_info(bundle).system:
            from pie_desktop.model.systems.inference import SystemInference

            return SystemInference(bundle, device)
        from pie_desktop.model.inference import Inference

        return Inference(bundle, device)
    except (RuntimeError, AssertionError) as error:  # what torch raises for a device that is unknown or not there
        raise BundleError(f"The device “{device}” cannot be used on this computer; use auto or cpu.") from error
