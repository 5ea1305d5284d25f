"""From a group of users to a loss: what is minimised, end to end."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from pie_desktop.model.lut_prior import Evidence
from pie_desktop.model.network import EncodedReferences, Prediction, PreferenceNetwork
from training.data.batch import WHOLE, Group, Roles, Share
from training.fit.config import LossConfig
from training.losses import GramLoss, lab_loss, lut_monotonicity, lut_smoothness, total_variation


@dataclass
class Prepared:
    """What does not depend on trained parameters, computed once per group and used for several steps.

    B = U * S photos; `g` is the pixel grid's side.
    """

    before: Tensor  # (B, g * g, 3) colours of the captures
    after: Tensor  # (B, g * g, 3) colours of the retouched photos
    values: Tensor  # (B, g * g, 3, K) basis values
    evidence: Evidence  # of every photo's pair
    fit: Tensor  # (B, K) weights of every pair alone


@dataclass
class Answer:
    """What the network does to Q queries of U users: LUT weights `(U, Q, K)` on the photos numbered `(U, Q)`."""

    style: EncodedReferences
    prediction: Prediction
    weights: Tensor
    photos: Tensor


def pixel_grid(images: Tensor, side: int) -> Tensor:
    """Colours `(B, side * side, 3)` on an even grid of `(B, 3, P, P)`; picked, so that pairs stay exact."""
    return nn.functional.interpolate(images, size=(side, side), mode="nearest-exact").flatten(2).mT.contiguous()


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

    def __init__(self, network: PreferenceNetwork, weights: LossConfig) -> None:
        self.network, self.weights = network, weights
        self.gram = GramLoss().to(network.prior.table.device)

    @torch.no_grad()
    def prepare(self, group: Group, generator: torch.Generator | None = None, share: Share = WHOLE) -> Prepared:
        """Fits of every photo's pair; with a generator, pairs carry the small misalignments of real files.

        Args:
            share: whose users these are, of a group that several processes share.
        """
        side, prior = self.network.architecture.grid, self.network.prior
        before = pixel_grid(group.capture.flatten(0, 1), side)
        after = pixel_grid(group.retouched.flatten(0, 1), side)
        observed = after if generator is None else noisy(after, len(group.capture), generator, share)
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
        users, shots = group.capture.shape[:2]
        rows = torch.arange(users, device=roles.reference.device)[:, None]
        images = torch.cat([group.capture[rows, roles.reference], group.retouched[rows, roles.reference]], 1)
        features = self.network.encoder.features(images.flatten(0, 1)).unflatten(0, images.shape[:2])
        before, after = features.chunk(2, 1)
        flat = rows * shots + roles.reference
        evidence = prepared.evidence[flat]
        style = self.network.encode(before, after, evidence, roles.has_before, roles.valid, prepared.fit[flat])
        return style, evidence

    def answer(self, group: Group, prepared: Prepared, roles: Roles) -> Answer:
        """What the network does to the queries of all users."""
        users, shots = group.capture.shape[:2]
        rows = torch.arange(users, device=roles.query.device)[:, None]
        style, evidence = self.encode(group, prepared, roles)
        photos = group.capture[rows, roles.query]
        features = self.network.enhancer.features(photos.flatten(0, 1)).unflatten(0, photos.shape[:2])
        prediction = self.network.enhancer(features, style)
        weights = self.network.combine(prediction, evidence, style.paired)
        return Answer(style, prediction, weights, rows * shots + roles.query)

    def __call__(self, group: Group, prepared: Prepared, roles: Roles) -> tuple[Tensor, dict[str, Tensor]]:
        """Total loss and its unweighted terms."""
        answer = self.answer(group, prepared, roles)
        style, prediction, weights, flat = answer.style, answer.prediction, answer.weights, answer.photos
        target = prepared.after[flat]
        terms = self.terms(prepared, flat, weights, target)
        # users whose pairs determine the look count to the last digit; for all others the logarithm would only praise
        # the courage to do nothing
        known = style.paired.any(1)[:, None]
        terms["log_mse"] = (log_mse(self.render(prepared, flat, weights), target) * known).mean()
        # the network's own prediction, before the pairs correct it: without this it learns little from users with pairs
        terms["prior_loss"] = (self.render(prepared, flat, prediction.mu) - target).abs().mean()
        w = self.weights
        total = (
            terms["l1"]
            + w.log_mse * terms["log_mse"]
            + w.lab * terms["lab"]
            + w.gram * terms["gram"]
            + w.tv * terms["tv"]
            + w.smoothness * terms["smoothness"]
            + w.monotonicity * terms["monotonicity"]
            + w.prior_loss * terms["prior_loss"]
        )
        return total, {name: term.detach() for name, term in terms.items()}

    def render(self, prepared: Prepared, photos: Tensor, weights: Tensor) -> Tensor:
        """Apply LUTs given by weights `(U, Q, K)` to the photos numbered `(U, Q)`: colours `(U, Q, g * g, 3)`."""
        change = torch.einsum("uqmck,uqk->uqmc", prepared.values[photos], weights)
        return prepared.before[photos] + change

    def terms(self, prepared: Prepared, photos: Tensor, weights: Tensor, target: Tensor) -> dict[str, Tensor]:
        """Unweighted loss terms of LUT weights `(U, Q, K)` on the photos numbered `(U, Q)`."""
        side = self.network.architecture.grid

        def images(colors: Tensor) -> Tensor:
            return colors.flatten(0, 1).mT.unflatten(2, (side, side))

        output, luts = self.render(prepared, photos, weights), self.network.prior.luts(weights)
        out, want = images(output), images(target)
        return {
            "l1": (out - want).abs().mean(),
            "lab": lab_loss(out.clamp(0.002, 1), want.clamp(0.002, 1)),
            "gram": self.gram(out, want),
            # of the change, not of the photo, whose own texture is none of the model's business
            "tv": total_variation(out - images(prepared.before[photos])),
            "smoothness": lut_smoothness(luts),
            "monotonicity": lut_monotonicity(luts),
        }


def log_mse(output: Tensor, target: Tensor) -> Tensor:
    """Logarithm of the mean squared error of images `(..., M, 3)`, 0 at 60 dB: PSNR up to scale; `(...)`.

    L1 alone is spent on users that nobody can predict; one whose pairs determine the look to the last digit counts too.
    """
    return ((output - target) ** 2).mean((-2, -1)).mul(1e6).log1p()
