"""The preference network: references and a photo in, the weights of a LUT out.

Each reference becomes a *style token* and a *content key*. Self-attention lets the references of one user explain
each other; the photo's content then reads from them by cross-attention. The answer is a Gaussian over LUT weights
(what this user would do to this photo) and an estimate of how far the pairs can be trusted; the closed-form fit of
the pairs (`lut_prior`) is combined with it exactly. A user who treats every photo the same is thus served by the fit,
one who looks at the content by the network, and nobody by halves.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from pie_desktop.model.adaptation import Adaptation
from pie_desktop.model.architecture import Architecture
from pie_desktop.model.encoded import EncodedReferences, PairEvidence, Prediction
from pie_desktop.model.features import ImageFeatures
from pie_desktop.model.lut_prior import Evidence, LutPrior
from pie_desktop.model.neutral import NeutralHead
from pie_desktop.model.uncertainty import ExpectedError, signs_of_doubt

_LEAST_SEEN = 1e-12


def _unread(ignore: Tensor, heads: int, readers: int) -> Tensor:
    """Attention mask `(U * heads, readers, N)`, bool, of tokens that nobody is to read, `ignore` `(U, N)`.

    A `key_padding_mask` would give the same to the last bit, but to check one, torch imports sympy: 0.4 s.
    """
    return ignore[:, None, None].expand(-1, heads, readers, -1).flatten(0, 1)


class DecoderLayer(nn.Module):
    """Cross-attention from photos to style tokens, then an MLP; pre-norm."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.norm_photo, self.norm_mlp = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = nn.MultiheadAttention(width, heads, batch_first=True)
        self.mlp = nn.Sequential(nn.Linear(width, 3 * width), nn.SiLU(), nn.Linear(3 * width, width))

    def forward(self, photo: Tensor, tokens: Tensor, ignore: Tensor) -> Tensor:
        unread = _unread(ignore, self.attention.num_heads, photo.shape[1])
        read, _ = self.attention(self.norm_photo(photo), tokens, tokens, attn_mask=unread, need_weights=False)
        photo = photo + read
        return photo + self.mlp(self.norm_mlp(photo))

    def attended(self, photo: Tensor, tokens: Tensor, ignore: Tensor) -> Tensor:
        """How much is read from each token, `(U, Q, 1 + N)`, summing to 1: the mean of the heads."""
        unread = _unread(ignore, self.attention.num_heads, photo.shape[1])
        weights: Tensor = self.attention(self.norm_photo(photo), tokens, tokens, attn_mask=unread)[1]
        return weights


class PreferenceNetwork(nn.Module):
    """Encoder of references, enhancer of photos. See the module docstring."""

    def __init__(self, architecture: Architecture) -> None:
        super().__init__()
        a = self.architecture = architecture
        self.prior = LutPrior(a.components, a.lut_size)
        self.encoder = ReferenceEncoder(a)
        self.enhancer = Enhancer(a)
        self.neutral = NeutralHead(a.width, a.components, a.exposure)
        self.expected_error = ExpectedError() if a.expected_error else None

    def encode(
        self,
        before: Tensor,
        after: Tensor,
        evidence: Evidence,
        has_before: Tensor,
        valid: Tensor,
        fit: Tensor | None = None,
    ) -> EncodedReferences:
        """Encode N references of U users from their image features.

        Args:
            before, after: `(U, N, D)` features; `before` is read where `has_before`.
            evidence: of every reference as a pair, read where `has_before`.
            has_before, valid: `(U, N)` bool.
            fit: `(U, N, K)` weights of each pair alone, where they are known already.
        """
        if fit is None:
            fit = self.prior.posterior(evidence.gram, evidence.moment)
        if not self.architecture.closed_form:
            fit = torch.zeros_like(fit)
        misfit = evidence.unexplained(fit)
        spread = self.prior.spread(evidence, has_before & valid)
        return self.encoder(before, after, fit, misfit, spread, has_before, valid)

    def predict(self, read: Callable[[ImageFeatures], Tensor], style: EncodedReferences) -> Prediction:
        """What the network expects of Q photos of U users, before the pairs correct it.

        Args:
            read: gives the photos' features `(U, Q, D)` by one of the network's parts.
        """
        prediction = self.enhancer(read(self.enhancer.features), style)
        adaptation = self.encoder.adaptation
        if adaptation is not None:
            content = read(self.encoder.features)
            prediction.contents = adaptation.content(
                content if self.architecture.content else torch.zeros_like(content)
            )
        return prediction

    def combine(self, prediction: Prediction, evidence: PairEvidence, style: EncodedReferences) -> Tensor:
        """Weights `(U, Q, K)`: the prediction, corrected by what the pairs show.

        Args:
            evidence: from `pair_evidence`; rows that are not pairs are ignored.
        """
        if not self.architecture.closed_form:
            return prediction.mu
        gram, noise = self._shown(prediction, evidence, style)
        share = prediction.share * style.paired[:, None]
        moment = torch.einsum("uqn,uni->uqi", share, evidence.information)
        adaptation = self.encoder.adaptation
        if adaptation is not None and style.habits is not None and prediction.contents is not None:
            expected = adaptation.expected(style.habits, prediction.contents)
            moment = moment + (gram[..., : adaptation.rank] @ expected[..., None])[..., 0]
        return self.prior.posterior(gram, moment, noise, prediction.mu, prediction.scale)

    def signs_of_doubt(
        self, prediction: Prediction, evidence: PairEvidence, style: EncodedReferences, weights: Tensor, colors: Tensor
    ) -> Tensor:
        """What tells that the answer `weights` to photos may be wrong, `(U, Q, SIGNS)`.

        Args:
            colors: `(U, Q, M, 3)` of the photos.
        """
        gram = self.prior.evidence(colors.flatten(0, 1), colors.flatten(0, 1)).gram.unflatten(0, colors.shape[:2])
        return signs_of_doubt(self.precision(prediction, evidence, style), prediction, style, weights, gram)

    def pair_influence(
        self, prediction: Prediction, evidence: PairEvidence, style: EncodedReferences, gram: Tensor
    ) -> Tensor:
        """How much of the answer each pair decides, as it is seen in the colours of a photo: `(N,)`, 1 in all at most.

        The answer is a mean of what every pair says and of what the network expects, weighted by precisions. A pair's
        part is the trace of its own against that of all (the leverage of linear regression; D. C. Hoaglin and
        R. E. Welsch, The American Statistician 32, 1978), here in the metric of the photo's colours.

        Args:
            prediction, evidence, style: of one user and one photo.
            gram: `(K, K)` mean of `A^T A` over the photo's colours, see `Evidence`.
        """
        share = (prediction.share * style.paired[:, None])[0, 0]
        if not self.architecture.closed_form:
            return torch.zeros_like(share)
        _, noise = self._shown(prediction, evidence, style)
        seen = torch.linalg.solve(self.precision(prediction, evidence, style)[0, 0], gram)
        parts = torch.einsum("nij,ji->n", evidence.precision[0], seen) * share / noise[0, 0]
        parts = (parts / gram.diagonal().sum().clamp_min(_LEAST_SEEN)).clamp_min(0)
        return parts / parts.sum().clamp_min(1)

    def precision(self, prediction: Prediction, evidence: PairEvidence, style: EncodedReferences) -> Tensor:
        """Precision `(U, Q, K, K)` of the weights that `combine` gives: the inverse of their covariance."""
        own = torch.diag_embed(prediction.scale**-2)
        if not self.architecture.closed_form:
            return own
        gram, noise = self._shown(prediction, evidence, style)
        return gram / noise[..., None, None] + own

    def _shown(self, prediction: Prediction, evidence: PairEvidence, style: EncodedReferences) -> tuple[Tensor, Tensor]:
        """What all pairs show of the photos' weights together, `(U, Q, K, K)`, and the variance of it `(U, Q)`."""
        share = prediction.share * style.paired[:, None]
        gram = torch.einsum("uqn,unij->uqij", share, evidence.precision)
        return gram, prediction.noise if style.habits is None else prediction.doubt

    def pair_evidence(self, evidence: Evidence, style: EncodedReferences) -> PairEvidence:
        """What every pair says about other photos; it is the same for all of them.

        Args:
            evidence: of all references, `gram (U, N, K, K)`, `moment (U, N, K)`.
        """
        adaptation, habits = self.encoder.adaptation, style.habits
        if adaptation is None or habits is None:
            return PairEvidence(evidence.gram, evidence.moment)
        precision, information = adaptation.evidence(evidence, habits)
        expected = adaptation.expected(habits, habits.contents)
        own = (precision[..., : adaptation.rank] @ expected[..., None])[..., 0]
        return PairEvidence(precision, information - own)


class ReferenceEncoder(nn.Module):
    """From references to style tokens and content keys."""

    def __init__(self, a: Architecture) -> None:
        super().__init__()
        d = a.width
        self.features = ImageFeatures(d, a.dropout, a.exposure)
        self.no_original = nn.Parameter(torch.zeros(d))
        self.no_fit = nn.Parameter(torch.zeros(a.components + 1))
        self.token = nn.Sequential(nn.Linear(2 * d + a.components + 1, 3 * d), nn.SiLU(), nn.Linear(3 * d, d))
        self.key = nn.Sequential(nn.Linear(d, d), nn.SiLU(), nn.Linear(d, d))
        self.null = nn.Parameter(torch.randn(d) * 0.02)
        self.heads = a.heads
        layer = nn.TransformerEncoderLayer(
            d, a.heads, 3 * d, dropout=0.0, activation=nn.functional.silu, batch_first=True, norm_first=True
        )
        self.mixer = nn.TransformerEncoder(layer, a.encoder_layers, enable_nested_tensor=False)
        self.norm = nn.LayerNorm(d)
        self.adaptation, self.content = Adaptation(a) if a.adapts else None, a.content

    def forward(
        self,
        before: Tensor,
        after: Tensor,
        fit: Tensor,
        misfit: Tensor,
        spread: Tensor,
        has_before: Tensor,
        valid: Tensor,
    ) -> EncodedReferences:
        """Encode N references of U users.

        Args:
            before, after: `(U, N, D)` image features; `before` is read where `has_before`.
            fit: `(U, N, K)` LUT weights of each pair alone, read where `has_before`.
            misfit: `(U, N)` mean squared change that `fit` leaves unexplained: local edits, noise.
            spread: `(U,)` variance of all pairs about one LUT, passed on.
            has_before, valid: `(U, N)` bool.
        """
        known = has_before[..., None]
        before_or_not = torch.where(known, before, self.no_original)
        # weights have unit prior variance but heavy tails
        shown = torch.cat([torch.asinh(fit), (misfit + 1e-7).log10()[..., None] / 2 + 2], -1)
        fitted = torch.where(known, shown, self.no_fit)
        tokens = self.token(torch.cat([after, before_or_not, fitted], -1))
        content = self.key(torch.where(known, before, after))
        tokens = torch.cat([self.null.expand(len(tokens), 1, -1), tokens + content], 1)
        ignore = torch.cat([valid.new_zeros(len(valid), 1), ~valid], 1)
        tokens = self.norm(self.mixer(tokens, mask=_unread(ignore, self.heads, tokens.shape[1])))
        weight = torch.where(ignore, 0.0, 1.0)[..., None]
        vector = (tokens * weight)[:, 1:].sum(1) / weight[:, 1:].sum(1).clamp_min(1)
        paired, habits = has_before & valid, None
        if self.adaptation is not None:
            contents = self.adaptation.content(before if self.content else torch.zeros_like(before))
            habits = self.adaptation.habits(tokens[:, 0], contents, fit, misfit, spread, paired)
        return EncodedReferences(tokens, content, valid, paired, vector, spread, habits)


class Enhancer(nn.Module):
    """From a photo's features and a style to a Gaussian over LUT weights."""

    def __init__(self, a: Architecture) -> None:
        super().__init__()
        self.architecture, d = a, a.width
        self.features = ImageFeatures(d, a.dropout, a.exposure)
        self.count = nn.Linear(3, d)
        self.layers = nn.ModuleList(DecoderLayer(d, a.heads) for _ in range(a.decoder_layers))
        self.norm = nn.LayerNorm(d)
        self.mu = nn.Linear(d, a.components)
        self.scale = nn.Linear(d, a.components)
        self.noise = nn.Linear(d, 1)
        self.query = nn.Linear(d, d)
        for head in (self.mu, self.scale, self.noise, self.query):
            nn.init.zeros_(head.weight)
            nn.init.zeros_(head.bias)

    def forward(self, photo: Tensor, style: EncodedReferences) -> Prediction:
        """Predict for photos' features `(U, Q, D)` of U styles."""
        pairs, (x, tokens, ignore) = style.paired.sum(1), self._begin(photo, style)
        if not self.architecture.attention:
            known = (~ignore).to(tokens.dtype)[..., None]
            tokens, ignore = (tokens * known).sum(1, keepdim=True) / known.sum(1, keepdim=True), ignore[:, :1]
        for layer in self.layers:
            x = layer(x, tokens, ignore)
        x = self.norm(x)
        # the pairs themselves tell how well one LUT fits them; the network only corrects that
        doubt = torch.exp((3 * self.noise(x).squeeze(-1)).clamp(-4.0, 8.0))
        likeness = self.query(x) @ style.keys.mT / photo.shape[-1] ** 0.5
        likeness = likeness.masked_fill(~style.paired[:, None], -1e4)
        share = likeness.softmax(-1) * pairs[:, None, None]
        scale = torch.exp(self.scale(x).clamp(-4.0, 2.0))
        return Prediction(3 * self.mu(x), scale, style.spread[:, None] * doubt, doubt, share)

    def attended(self, photo: Tensor, style: EncodedReferences) -> Tensor:
        """How much is read from each reference of U styles for photos' features `(U, Q, D)`: `(U, Q, N)`.

        The mean of the layers; what is missing to 1 is read from the token that belongs to no reference.
        """
        x, tokens, ignore = self._begin(photo, style)
        read = []
        for layer in self.layers:
            assert isinstance(layer, DecoderLayer)
            read.append(layer.attended(x, tokens, ignore))
            x = layer(x, tokens, ignore)
        return torch.stack(read).mean(0)[..., 1:]

    def _begin(self, photo: Tensor, style: EncodedReferences) -> tuple[Tensor, Tensor, Tensor]:
        references, pairs = style.valid.sum(1), style.paired.sum(1)
        counts = torch.stack([references.to(photo.dtype).log1p(), pairs.log1p(), style.spread.log10() / 2 + 2], 1)
        x = (photo if self.architecture.content else torch.zeros_like(photo)) + self.count(counts)[:, None]
        return x, style.tokens, torch.cat([style.valid.new_zeros(len(style.valid), 1), ~style.valid], 1)
