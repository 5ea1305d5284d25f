"""The objective of end-to-end training: from a group of users to a loss."""

from dataclasses import dataclass

import torch
from torch import Tensor

from pie_desktop.model.encoded import EncodedReferences, PairEvidence, Prediction
from pie_desktop.model.features import image_statistics, pixel_grid
from pie_desktop.model.lut_prior import Evidence
from pie_desktop.model.network import PreferenceNetwork
from training.data.batch import Group, Roles
from training.losses.registry import Errors, Images, LossSum, LossWeights, Luts, PriorErrors, Terms
from training.running.processes import WHOLE, Share


@dataclass
class Prepared:
    """What does not depend on trained parameters, computed once per group and used for several steps.

    B = U * S photos; `g` is the pixel grid's side.
    """

    before: Tensor  # (B, g * g, 3) colours of the inputs
    after: Tensor  # (B, g * g, 3) colours of the targets
    values: Tensor  # (B, g * g, 3, K) basis values
    evidence: Evidence  # of every photo's pair
    fit: Tensor  # (B, K) weights of every pair alone


@dataclass
class Answer:
    """What the network does to Q queries of U users: LUT weights `(U, Q, K)` on the photos numbered `(U, Q)`."""

    style: EncodedReferences
    evidence: PairEvidence
    prediction: Prediction
    weights: Tensor
    photos: Tensor


def noisy(colors: Tensor, users: int, generator: torch.Generator, share: Share = WHOLE) -> Tensor:
    """Colours `(U * S, M, 3)` with the small misalignments of real pairs: 0.0005 to 0.01, one level a user.

    Args:
        share: whose users these are; noise is drawn for all, so that it does not depend on who computes it.
    """
    everybody, photos = users * share.count, len(colors) * share.count
    level = 10 ** (-3.3 + 1.3 * torch.rand(everybody, generator=generator)).repeat_interleave(photos // everybody)
    noise = level[:, None, None] * torch.randn(photos, *colors.shape[1:], generator=generator)
    return colors + noise[share.rows(photos)].to(colors.device)


class Objective:
    """The loss of a network on groups of users."""

    def __init__(self, network: PreferenceNetwork, weights: LossWeights) -> None:
        self.network = network
        self.losses = LossSum(weights, (Images, Luts, Errors, PriorErrors)).to(network.prior.table.device)

    @torch.no_grad()
    def prepare(self, group: Group, generator: torch.Generator | None = None, share: Share = WHOLE) -> Prepared:
        """Fits of every photo's pair; with a generator, pairs carry the small misalignments of real files.

        Args:
            share: whose users these are, of a group that several processes share.
        """
        side, prior = self.network.architecture.grid, self.network.prior
        before = pixel_grid(group.input.flatten(0, 1), side)
        after = pixel_grid(group.target.flatten(0, 1), side)
        observed = after if generator is None else noisy(after, len(group.input), generator, share)
        values = prior.design(before.reshape(-1, 3))
        evidence = prior.evidence(before, observed, values)
        return Prepared(
            before,
            after,
            values.reshape(*before.shape, -1),
            evidence,
            prior.posterior(evidence.gram, evidence.moment),
        )

    def encode(self, group: Group, prepared: Prepared, roles: Roles) -> tuple[EncodedReferences, Evidence]:
        """Encode the references of all users."""
        users, shots = group.input.shape[:2]
        rows = torch.arange(users, device=roles.reference.device)[:, None]
        images = torch.cat([group.input[rows, roles.reference], group.target[rows, roles.reference]], 1)
        features = self.network.encoder.features(images.flatten(0, 1)).unflatten(0, images.shape[:2])
        before, after = features.chunk(2, 1)
        flat = rows * shots + roles.reference
        evidence = prepared.evidence[flat]
        style = self.network.encode(before, after, evidence, roles.has_before, roles.valid, prepared.fit[flat])
        return style, evidence

    def answer(self, group: Group, prepared: Prepared, roles: Roles) -> Answer:
        """What the network does to the queries of all users."""
        users, shots = group.input.shape[:2]
        rows = torch.arange(users, device=roles.query.device)[:, None]
        style, evidence = self.encode(group, prepared, roles)
        photos = group.input[rows, roles.query]
        network, flat = self.network, photos.flatten(0, 1)
        statistics = image_statistics(flat, network.architecture.exposure)
        prediction = network.predict(lambda read: read(flat, statistics).unflatten(0, photos.shape[:2]), style)
        said = network.pair_evidence(evidence, style)
        weights = network.combine(prediction, said, style)
        return Answer(style, said, prediction, weights, rows * shots + roles.query)

    def __call__(self, group: Group, prepared: Prepared, roles: Roles) -> tuple[Tensor, Terms]:
        """Total loss and its unweighted terms."""
        answer = self.answer(group, prepared, roles)
        photos, target = answer.photos, prepared.after[answer.photos]
        output = self.render(prepared, photos, answer.weights)
        return self.losses(
            Images(*(self._images(colors) for colors in (output, target, prepared.before[photos]))),
            Luts(self.network.prior.luts(answer.weights)),
            Errors(((output - target) ** 2).mean((-2, -1)), answer.style.paired.any(1)[:, None]),
            PriorErrors((self.render(prepared, photos, answer.prediction.mu) - target).abs()),
        )

    def _images(self, colors: Tensor) -> Tensor:
        """Images `(U * Q, 3, g, g)` of colours `(U, Q, g * g, 3)`."""
        side = self.network.architecture.grid
        return colors.flatten(0, 1).mT.unflatten(2, (side, side))

    def render(self, prepared: Prepared, photos: Tensor, weights: Tensor) -> Tensor:
        """Apply LUTs given by weights `(U, Q, K)` to the photos numbered `(U, Q)`: colours `(U, Q, g * g, 3)`."""
        change = torch.einsum("uqmck,uqk->uqmc", prepared.values[photos], weights)
        return prepared.before[photos] + change
