"""Metric learning of preference vectors: vectors of one user together, those of different users apart.

All but the center loss are those of pytorch-metric-learning. Where a process of several sees only its own share of a
batch, pairs are made within that share.
"""

from collections.abc import Callable
from typing import Literal, get_args

import torch
from torch import Tensor, nn

from pie_desktop.errors import PieError

MetricName = Literal["triplet", "center", "angular", "circle", "n_pair", "multi_similarity"]
ProxyName = Literal["proxy_nca", "normalized_softmax", "proxy_anchor"]


class CenterLoss(nn.Module):
    """Half the squared distance of vectors to the running center of their class; a mean over the batch.

    Wen, Zhang, Li and Qiao, A discriminative feature learning approach for deep face recognition, 2016, equations 2 to
    4. Centers are not learned by gradient: while training, each moves towards the vectors of its class, by `rate`
    times `sum(c - x) / (1 + count)`. With several processes the vectors of all of them count.

    Args:
        width: D, length of a vector.
        classes: number of classes.
        rate: how fast centers follow, 0 to 1 (alpha of the paper).
    """

    centers: Tensor

    def __init__(self, width: int, classes: int, rate: float = 0.5) -> None:
        super().__init__()
        self.rate = rate
        self.register_buffer("centers", torch.zeros(classes, width))

    def forward(self, vectors: Tensor, labels: Tensor) -> Tensor:
        """Vectors `(B, D)`, labels `(B,)` in [0, classes); a scalar."""
        # a copy: the update below must not change what backward will read
        away = vectors - self.centers[labels]
        if self.training:
            self._follow(away.detach(), labels)
        return 0.5 * (away**2).sum(1).mean()

    @torch.no_grad()
    def _follow(self, away: Tensor, labels: Tensor) -> None:
        moved = torch.zeros_like(self.centers).index_add_(0, labels, away.to(self.centers.dtype))
        count = torch.bincount(labels, minlength=len(self.centers)).to(moved.dtype)
        if torch.distributed.is_available() and torch.distributed.is_initialized():
            torch.distributed.all_reduce(moved)
            torch.distributed.all_reduce(count)
        self.centers += self.rate * moved / (1 + count)[:, None]


class CenterSoftmaxLoss(nn.Module):
    """Softmax over a linear classifier plus a share of the center loss: alone, it is least where all vectors are equal.

    Wen et al. 2016, equation 5.

    Args:
        share: weight of the center loss (lambda of the paper).
    """

    def __init__(self, width: int, classes: int, share: float = 0.01) -> None:
        super().__init__()
        self.classifier, self.center, self.share = nn.Linear(width, classes), CenterLoss(width, classes), share

    def forward(self, vectors: Tensor, labels: Tensor) -> Tensor:
        """Vectors `(B, D)`, labels `(B,)` in [0, classes); a scalar."""
        softmax = nn.functional.cross_entropy(self.classifier(vectors), labels)
        return softmax + self.share * self.center(vectors, labels)


class _Directions(nn.Module):
    """Shows a loss unit vectors: the library's angular loss leaves the negatives as long as they are."""

    def __init__(self, loss: nn.Module) -> None:
        super().__init__()
        self.loss = loss

    def forward(self, vectors: Tensor, labels: Tensor) -> Tensor:
        value: Tensor = self.loss(nn.functional.normalize(vectors, dim=1), labels)
        return value


def metric_loss(name: MetricName, width: int, classes: int) -> nn.Module:
    """A loss `forward(vectors (B, D), labels (B,)) -> scalar`; labels are integers in [0, classes).

    Vectors may have any length; all but `center` and `n_pair` look at their direction only. A batch needs two vectors
    of a class, and two classes; without, the loss is 0 (not `center`). `center` has parameters of its own: give them
    to an optimizer, too.

    - `triplet`: all triplets that violate a margin of 0.2 on the unit sphere; Schroff et al., FaceNet, 2015.
    - `center`: softmax and center loss, see `CenterSoftmaxLoss`.
    - `angular`: at 40 degrees; Wang et al., Deep metric learning with angular loss, 2017.
    - `circle`: m = 0.4, gamma = 80; Sun et al., Circle loss, 2020.
    - `n_pair`: one pair of each class against the positives of all others, inner products of vectors as they are, with
      their squared length penalised; Sohn, Improved deep metric learning with multi-class N-pair loss objective, 2016.
    - `multi_similarity`: alpha = 2, beta = 50, base 0.5; Wang et al., Multi-similarity loss, 2019.

    Raises:
        PieError: there is no loss of this name.
    """
    from pytorch_metric_learning import distances, losses, regularizers

    made: dict[str, Callable[[], nn.Module]] = {
        "triplet": lambda: losses.TripletMarginLoss(margin=0.2),
        "center": lambda: CenterSoftmaxLoss(width, classes),
        "angular": lambda: _Directions(losses.AngularLoss(alpha=40)),
        "circle": lambda: losses.CircleLoss(m=0.4, gamma=80),
        "n_pair": lambda: losses.NPairsLoss(
            distance=distances.DotProductSimilarity(normalize_embeddings=False),
            embedding_regularizer=regularizers.LpRegularizer(p=2, power=2),
            embedding_reg_weight=0.02,
        ),
        "multi_similarity": lambda: losses.MultiSimilarityLoss(alpha=2, beta=50, base=0.5),
    }
    if name not in made:
        raise PieError(f"There is no metric loss {name}; choose one of {', '.join(get_args(MetricName))}.")
    return made[name]()


class ProxyClassifier(nn.Module):
    """A proxy-based loss of pytorch-metric-learning, its proxies, and how it would classify.

    Args:
        loss: a loss with `proxies (C, D)` or a weight `W (D, C)`, and `get_logits`.
    """

    def __init__(self, loss: nn.Module) -> None:
        super().__init__()
        self.loss = loss

    def forward(self, vectors: Tensor, labels: Tensor) -> Tensor:
        """Vectors `(B, D)`, labels `(B,)` in [0, classes); a scalar."""
        value: Tensor = self.loss(vectors, labels)
        return value

    def proxies(self) -> Tensor:
        """`(classes, D)`: what stands for each class, on the unit sphere."""
        found = self.loss.W.T if hasattr(self.loss, "W") else self.loss.proxies
        assert isinstance(found, Tensor)
        return nn.functional.normalize(found, dim=1)

    def logits(self, vectors: Tensor) -> Tensor:
        """`(B, classes)` cosines with the proxies: the largest one is the predicted class, with every loss."""
        return nn.functional.normalize(vectors, dim=1) @ self.proxies().T


def proxy_classifier(name: ProxyName, width: int, classes: int) -> ProxyClassifier:
    """A loss against one learned proxy per class, which serves as that class's style; its proxies are to be optimized.

    - `proxy_nca`: Movshovitz-Attias et al., No fuss distance metric learning using proxies, 2017; the own proxy is in
      the denominator, too, and distances count eight times, as in Teh et al., ProxyNCA++, 2020.
    - `normalized_softmax`: temperature 0.05; Zhai and Wu, Classification is a strong baseline for metric
      learning, 2019.
    - `proxy_anchor`: margin 0.1, alpha 32; Kim et al., Proxy anchor loss for deep metric learning, 2020.

    Raises:
        PieError: there is no loss of this name.
    """
    from pytorch_metric_learning import losses

    made: dict[str, Callable[[], nn.Module]] = {
        "proxy_nca": lambda: losses.ProxyNCALoss(classes, width, softmax_scale=8),
        "normalized_softmax": lambda: losses.NormalizedSoftmaxLoss(classes, width, temperature=0.05),
        "proxy_anchor": lambda: losses.ProxyAnchorLoss(classes, width, margin=0.1, alpha=32),
    }
    if name not in made:
        raise PieError(f"There is no proxy loss {name}; choose one of {', '.join(get_args(ProxyName))}.")
    return ProxyClassifier(made[name]())
