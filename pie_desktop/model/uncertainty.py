"""How far a result may be from what the user would have made: the expected colour difference of a photo.

The posterior of the LUT weights has a covariance; seen through the photo's own colours it is a variance of its pixels.
Variances of a model are right only as far as the model is, so a small network, fitted to photos and users that nothing
else trained on, turns them and a few other signs of doubt into the mean CIEDE2000 that is to be expected.
"""

from typing import Any

import torch
from torch import Tensor, nn

from pie_desktop.model.encoded import EncodedReferences, Prediction
from pie_desktop.model.statistics import Standardised

SIGNS = 10
_LEAST = 1e-8


def signs_of_doubt(
    precision: Tensor, prediction: Prediction, style: EncodedReferences, weights: Tensor, gram: Tensor
) -> Tensor:
    """What tells that a result may be wrong, `(U, Q, SIGNS)`.

    Args:
        precision: `(U, Q, K, K)` of the weights: the inverse of their covariance.
        prediction, style: of U users, from the network.
        weights: `(U, Q, K)` the answer.
        gram: `(U, Q, K, K)` mean of `A^T A` over the colours of each photo, see `Evidence`.
    """
    left = torch.linalg.solve(precision, gram).diagonal(dim1=-2, dim2=-1).sum(-1)
    diagonal = gram.diagonal(dim1=-2, dim2=-1)
    whims, noise = torch.zeros_like(left), style.spread
    if style.habits is not None:
        variance = style.habits.variance
        whims = (diagonal[..., : variance.shape[-1]] * variance[:, None]).sum(-1)
        noise = style.habits.noise
    pairs = style.paired.sum(1).to(left.dtype)
    edits = style.valid.sum(1).to(left.dtype) - pairs
    by_user = [style.spread.log10(), noise.log10(), pairs.log1p(), edits.log1p()]
    by_photo = [
        left,
        whims,
        (diagonal * prediction.scale**2).sum(-1),
        _seen(weights, gram),
        _seen(weights - prediction.mu, gram),
    ]
    likeness = prediction.share.masked_fill(~style.paired[:, None], 0).amax(-1) / pairs.clamp_min(1)[:, None]
    signs = [(value + _LEAST).log10() for value in by_photo]
    return torch.stack([*signs, likeness, *(value[:, None].expand_as(left) for value in by_user)], -1)


def _seen(weights: Tensor, gram: Tensor) -> Tensor:
    """Mean squared change of a photo's colours by weights `(..., K)`: `(...)`."""
    return (weights * (gram @ weights[..., None])[..., 0]).sum(-1)


class ExpectedError(Standardised):
    """From signs of doubt `(..., SIGNS)` to the expected mean CIEDE2000 `(...)`.

    Args:
        width: of the hidden layer.

    Attributes:
        gray: what the error is multiplied by where the result is black and white: of colour there is none.
    """

    gray: Tensor

    def __init__(self, width: int = 32) -> None:
        super().__init__(SIGNS, least=0.05, farthest=4.0)
        self.layers = nn.Sequential(nn.Linear(SIGNS, width), nn.SiLU(), nn.Linear(width, 1), nn.Softplus())
        self.register_buffer("gray", torch.ones(()))

    def forward(self, signs: Tensor, gray: bool = False) -> Tensor:
        expected: Tensor = self.layers(self.standardised(signs))[..., 0] + 0.05
        return expected * self.gray if gray else expected

    def _load_from_state_dict(self, state_dict: dict[str, Any], prefix: str, *rest: Any) -> None:
        # models of before black and white was told apart expect of it what they expect of colour
        state_dict.setdefault(f"{prefix}gray", torch.ones(()))
        super()._load_from_state_dict(state_dict, prefix, *rest)
