"""End to end: encoder and enhancer learn together, from the retouched photos alone."""

from torch import Tensor

from training.study.config import StudyConfig
from training.study.protocols.base import Batch, Protocol, Stage, Terms
from training.systems.system import System


class EndToEnd(Protocol):
    """One stage; the style is whatever helps the enhancer."""

    def __init__(self, config: StudyConfig, system: System, users: int) -> None:
        super().__init__(config, system, users)
        self.stages = (Stage("end to end", 1.0, [system.encoder], [system.enhancer]),)

    def loss(self, stage: int, batch: Batch) -> tuple[Tensor, Terms]:
        return self.retouching(batch)
