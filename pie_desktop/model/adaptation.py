"""How a user's treatment differs from photo to photo: what a pair says about another photo.

Users do not apply one transform. The LUT weights of pair i are taken to be `w_i = w + d(x_i) - d(x) + e_i`, where `w`
are those of the photo x to be retouched. `d` is what content leads to expect: a learned part that this user follows
more or less, and a part that varies smoothly with content and is read off the user's own pairs (a Gaussian process,
as in kriging: C. E. Rasmussen and C. K. I. Williams, Gaussian Processes for Machine Learning, 2006, section 2.2).
`e_i ~ N(0, diag(a))` is a whim, or something that nobody can see in the photo. All of it lives in the leading weights,
which say nearly all about brightness, tone and cast. With `G` and `m` the normal equations of a pair and `s` the
variance of its pixels, the pair says about `w` no more than

    precision `(s G^-1 + A)^-1`, `A = diag(a, 0)`, information `(s G^-1 + A)^-1 (G^-1 m - d(x_i) + d(x))`.

The variances are the user's own: how the pairs disagree tells them. Without whims this is the fit of one LUT.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from pie_desktop.model.architecture import Architecture
from pie_desktop.model.lut_prior import NOISE, Evidence

_WHIMS = -8.0  # log variance before anything is learned: hardly any
_ROUGHNESS = 2.0  # log of the variance of whims in parts of that which content explains, before anything is learned
_ALL_OF_SPREAD = -3.0  # logit
_SPREAD_FROM = 1e-4  # variance of weights that counts as agreement


@dataclass
class Habits:
    """How U users differ from photo to photo.

    Attributes:
        variance: `(U, R)` of the leading weights, of whims.
        noise: `(U,)` variance of the pixels of a pair about its own LUT.
        gain: `(U, R)` how far the user follows each side of the content.
        contents: `(U, N, 2 R)` of the references: sides for the learned part, then places for the smooth part.
        slopes: `(U, N, R)` of the smooth part: how much likeness to each reference adds.
    """

    variance: Tensor
    noise: Tensor
    gain: Tensor
    contents: Tensor
    slopes: Tensor


class Adaptation(nn.Module):
    """From what pairs show to what they say about another photo. See the module docstring."""

    def __init__(self, a: Architecture) -> None:
        super().__init__()
        self.rank = a.adaptation
        known = a.width + self.rank + 4
        self.content = nn.Sequential(nn.SiLU(), nn.Linear(a.width, 2 * self.rank))
        self.gain = nn.Linear(a.width, self.rank)
        self.direct = nn.Linear(self.rank, self.rank, bias=False)
        self.learner = nn.Sequential(nn.Linear(known, a.width), nn.SiLU())
        self.variance, self.roughness = nn.Linear(a.width, self.rank), nn.Linear(a.width, self.rank)
        self.blame = nn.Linear(a.width, 1)
        starts = ((self.variance, _WHIMS), (self.roughness, _ROUGHNESS), (self.blame, _ALL_OF_SPREAD), (self.gain, 1.0))
        for layer, start in starts:
            nn.init.zeros_(layer.weight)
            nn.init.constant_(layer.bias, start)
        nn.init.zeros_(self.direct.weight)

    def habits(
        self, user: Tensor, contents: Tensor, fit: Tensor, misfit: Tensor, spread: Tensor, paired: Tensor
    ) -> Habits:
        """Habits of U users.

        Args:
            user: `(U, D)` the style token that belongs to no reference.
            contents: `(U, N, 2 R)`, from `content`.
            fit: `(U, N, K)` LUT weights of each pair alone.
            misfit: `(U, N)` mean squared change that `fit` leaves unexplained.
            spread: `(U,)` variance of all pairs about one LUT.
            paired: `(U, N)` bool.
        """
        share = paired.to(fit.dtype)
        count = share.sum(1)
        own = (misfit * share).sum(1) / count.clamp_min(1) + NOISE
        differing = _centered(fit[..., : self.rank], share)
        variance = (differing**2).sum(1) / (count - 1).clamp_min(1)[:, None]
        logs = torch.stack([spread.log10() / 2 + 2, own.log10() / 2 + 2, count.log1p(), (count < 2).to(fit.dtype)], 1)
        known = self.learner(torch.cat([user, (variance + _SPREAD_FROM).log10() / 2 + 1, logs], 1))
        blame = torch.sigmoid(self.blame(known))[:, 0]
        noise = torch.exp((1 - blame) * spread.log() + blame * own.log())
        whims = torch.exp(self.variance(known).clamp(-12.0, 4.0))
        gain = self.gain(user)
        left = _centered(fit[..., : self.rank] - self._learned(gain, contents), share)
        slopes = self._slopes(contents, left, torch.exp(self.roughness(known).clamp(-6.0, 6.0)), share)
        return Habits(whims, noise, gain, contents, slopes)

    def expected(self, habits: Habits, contents: Tensor) -> Tensor:
        """`d`: what contents `(U, Q, 2 R)` lead to expect, in leading weights `(U, Q, R)`; only differences count."""
        likeness = self.likeness(contents, habits.contents)
        return self._learned(habits.gain, contents) + likeness @ habits.slopes

    def deviations(self, evidence: Evidence, habits: Habits, weights: Tensor, contents: Tensor) -> Tensor:
        """How the pairs' own leading weights differ from a photo's, as far as that can be told: `(U, N, R)`.

        Args:
            evidence: of the pairs.
            weights: `(U, K)` of the photo.
            contents: `(U, 1, 2 R)` of the photo.
        """
        r, noise = self.rank, habits.noise[:, None, None]
        expected = self.expected(habits, habits.contents) - self.expected(habits, contents)
        leading = evidence.gram[..., :r, :r]
        left = evidence.moment[..., :r] - torch.einsum("unij,uj->uni", evidence.gram[..., :r, :], weights)
        left = left - (leading @ expected[..., None])[..., 0]
        precision = leading / noise[..., None] + torch.diag_embed(1 / habits.variance)[:, None]
        return expected + torch.linalg.solve(precision, (left / noise)[..., None])[..., 0]

    def _learned(self, gain: Tensor, contents: Tensor) -> Tensor:
        return self.direct(gain[:, None] * contents[..., : self.rank])

    def likeness(self, some: Tensor, others: Tensor) -> Tensor:
        """Of contents `(U, Q, 2 R)` and `(U, N, 2 R)`: `(U, Q, N)`, 1 where equal, 0 where nothing is alike."""
        some, others = some[..., self.rank :], others[..., self.rank :]
        distance = ((some[:, :, None] - others[:, None]) ** 2).sum(-1)
        return torch.exp(-distance / 2)

    def _slopes(self, contents: Tensor, left: Tensor, roughness: Tensor, share: Tensor) -> Tensor:
        """Solutions `(U, N, R)` of `(likeness + roughness) slopes = left` for every leading weight; 0 without pair."""
        likeness = self.likeness(contents, contents) * share[:, None] * share[:, :, None]
        diagonal = roughness[..., None] * share[:, None] + (1 - share[:, None])
        matrix = likeness[:, None] + torch.diag_embed(diagonal)
        solved = torch.linalg.solve(matrix, left.mT[..., None])
        return solved[..., 0].mT * share[..., None]

    def evidence(self, evidence: Evidence, habits: Habits) -> tuple[Tensor, Tensor]:
        """What each pair says about photos that are expected to need no change `d`.

        Returns:
            precision `(U, N, K, K)` and information `(U, N, K)`.
        """
        r, noise = self.rank, habits.noise[:, None, None]
        gram, moment = evidence.gram / noise[..., None], evidence.moment / noise
        deviation = habits.variance.sqrt().double()[:, None]
        leading = gram[..., :r, :r].double() * deviation[..., None] * deviation[..., None, :]
        eye = torch.eye(r, dtype=leading.dtype, device=leading.device)
        # in units of the whims' deviations, so that it can be inverted however small they are
        kept = torch.linalg.inv(eye + leading)
        across = (kept * deviation[..., None, :] / deviation[..., None]).to(gram.dtype)
        within = ((eye - kept) / (deviation[..., None] * deviation[..., None, :])).to(gram.dtype)
        lost = (kept * deviation[..., None] * deviation[..., None, :]).to(gram.dtype)
        beside = gram[..., :r, r:]
        mixed = across @ beside
        rest = gram[..., r:, r:] - beside.mT @ (lost @ beside)
        precision = torch.cat([torch.cat([within, mixed], -1), torch.cat([mixed.mT, rest], -1)], -2)
        first = moment[..., :r, None]
        information = torch.cat([across @ first, moment[..., r:, None] - beside.mT @ (lost @ first)], -2)[..., 0]
        return precision, information


def _centered(values: Tensor, share: Tensor) -> Tensor:
    """Values `(U, N, R)` less their mean over those that count, `share` `(U, N)` being 1; the others are 0."""
    share = share[..., None]
    mean = (values * share).sum(1, keepdim=True) / share.sum(1, keepdim=True).clamp_min(1)
    return (values - mean) * share
