"""Two stages: an embedding by metric learning, then an enhancer on top of the frozen embedding.

Kim, Koh and Kim, PieNet: Personalized image enhancement network, 2020: photos retouched by one user are to have similar
vectors; a new user is the mean vector of the photos given. Triplets are of photos alone, all of a batch that violate
the margin; no user has a learned vector, which a new one would not have either.
"""

from typing import cast

from torch import Tensor, nn

from training.losses.metric import MetricName, metric_loss
from training.study.config import StudyConfig
from training.study.protocols.base import Batch, Protocol, Stage, Terms
from training.systems.system import System


class EmbeddingOnly(Protocol):
    """Metric learning alone, to compare its losses; the enhancer is left as it is."""

    def __init__(self, config: StudyConfig, system: System, users: int) -> None:
        super().__init__(config, system, users)
        self.metric = self._metric(config, users)
        self.stages = (self._first(1.0),)

    def _metric(self, config: StudyConfig, users: int) -> nn.Module:
        return metric_loss(cast(MetricName, config.protocol.metric), config.system.width, users)

    def _first(self, until: float) -> Stage:
        return Stage("embedding", until, [self.system.encoder, self.metric])

    def loss(self, stage: int, batch: Batch) -> tuple[Tensor, Terms]:
        value = self.metric(*self.embedding(batch))
        return value, {"metric": value.detach()}


class TwoStage(EmbeddingOnly):
    """The enhancer learns while the encoder stays as metric learning left it."""

    def __init__(self, config: StudyConfig, system: System, users: int) -> None:
        super().__init__(config, system, users)
        enhancer = Stage("enhancer", 1.0, (), [system.enhancer])
        self.stages = (self._first(config.protocol.share), enhancer)

    def loss(self, stage: int, batch: Batch) -> tuple[Tensor, Terms]:
        return super().loss(stage, batch) if stage == 0 else self.retouching(batch)
