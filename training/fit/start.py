"""The network that a run starts from: a new one, that of a bundle, made larger if need be, or the mean of several."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from pie_desktop.errors import BundleError, PieError
from pie_desktop.model.architecture import Architecture
from pie_desktop.model.bundle import load_bundle
from pie_desktop.model.network import PreferenceNetwork
from training.data.source import Source
from training.fit.basis import kept_basis
from training.fit.config import FitConfig
from training.fit.pretraining import calibrate

FITTED_LAST = ("neutral.", "expected_error.")  # parts that the end of a run fits anew
UNLIKE = "The mean is that of models of one architecture that came out of one another; train one from the other first."


def starting_network(
    config: FitConfig, init: Path | None, bank: np.ndarray | None, source: Source, cache: Path
) -> PreferenceNetwork:
    """The network of a run before its first step.

    Args:
        config: architecture and seed of the run, and the bundles whose mean with `init` it starts from.
        init: bundle to start from, or None for a new network.
        bank: photographs `(n, side, side, 3)` uint8 that simulated users retouch, or None for a user's own pairs.
        source: of the run's examples, by which new inputs are standardised.
        cache: folder for the LUT basis.

    Raises:
        PieError: a bundle cannot be used, or does not fit.
    """
    if init is None:
        if config.mean_with:
            raise PieError("A mean is taken with the model that the run starts from; name that one with --init.")
        if bank is None:
            # a resumed run: every weight comes from the checkpoint
            return PreferenceNetwork(config.architecture)
        torch.manual_seed(config.seed)
        network = PreferenceNetwork(config.architecture)
        a = config.architecture
        network.prior.set_basis(kept_basis(bank, a.components, a.lut_size, config.seed, cache))
        calibrate(network, source)
        return network
    network = mean_network([load_bundle(path)[0] for path in (init, *config.mean_with)]).train()
    if bank is not None and network.architecture != config.architecture:
        known = network.encoder.features.count
        network = extended(network, config.architecture)
        calibrate(network, source, known)
    return network


def mean_network(networks: Sequence[PreferenceNetwork]) -> PreferenceNetwork:
    """A network with the mean of the weights of several that came out of one another: the first of them, changed.

    Wortsman et al., Model soups: averaging weights of multiple fine-tuned models improves accuracy without increasing
    inference time, ICML 2022. Neutral preference and expected error stay those of the first; a run fits them at its
    end to whatever network it has come to.

    Raises:
        PieError: they differ in architecture, LUT basis or the standardisation of their inputs.
    """
    first, *others = networks
    learned = {name for name, _ in first.named_parameters()}
    states = [network.state_dict() for network in others]
    if any(network.architecture != first.architecture for network in others):
        raise PieError(UNLIKE)
    for name, weight in first.state_dict().items():
        if name.startswith(FITTED_LAST):
            continue
        if name in learned:
            weight.copy_(torch.stack([weight, *(state[name] for state in states)]).mean(0))
        elif not all(torch.equal(weight, state[name]) for state in states):
            raise PieError(UNLIKE)
    return first


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
