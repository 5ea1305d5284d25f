"""Diffusion: encoder and denoiser learn together to draw the LUT weights of the users' retouches."""

from torch import Tensor

from pie_desktop.errors import PieError
from training.study.config import StudyConfig
from training.study.protocols.base import Batch, Terms
from training.study.protocols.end_to_end import EndToEnd
from training.systems.system import System


class Diffusion(EndToEnd):
    """One stage, as `EndToEnd`, with the enhancer's own loss."""

    def __init__(self, config: StudyConfig, system: System, users: int) -> None:
        super().__init__(config, system, users)
        if not system.own_loss:
            raise PieError(f"{config.name}: this enhancer learns from its pictures; choose the protocol end_to_end.")

    def loss(self, stage: int, batch: Batch) -> tuple[Tensor, Terms]:
        value = self.system.loss(batch.photos, batch.targets, self.style(batch))
        return value, {"denoising": value.detach()}
