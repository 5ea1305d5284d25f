"""Going on from a smaller network: what it has learned stays, and what is new starts without effect."""

from torch import Tensor

from pie_desktop.errors import BundleError
from pie_desktop.model.architecture import Architecture
from pie_desktop.model.network import PreferenceNetwork


def extended(network: PreferenceNetwork, architecture: Architecture) -> PreferenceNetwork:
    """A network of another architecture that answers as `network` does, as far as that can be.

    New inputs of a layer come after the old ones and start with weights of zero; new layers start as they were made.

    Raises:
        BundleError: a layer of the old network does not fit into the new one.
    """
    new = PreferenceNetwork(architecture)
    state = new.state_dict()
    for name, old in network.state_dict().items():
        wide = state.get(name)
        if wide is None or not _fits(old, wide):
            raise BundleError("Training cannot go on from this model: its sizes are not those of the configuration.")
        if wide.shape != old.shape and name.endswith("weight"):
            wide.zero_()
        (wide[..., : old.shape[-1]] if old.dim() else wide).copy_(old)
    new.load_state_dict(state)
    return new.train()


def _fits(old: Tensor, wide: Tensor) -> bool:
    return old.shape[:-1] == wide.shape[:-1] and (not old.dim() or old.shape[-1] <= wide.shape[-1])
