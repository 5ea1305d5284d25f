"""Masked style modeling: first style codes and enhancer by reconstruction, then the prediction of masked styles.

Kosugi and Yamasaki, Personalized image enhancement featuring masked style modeling, 2023. They learn from photographs
of Flickr's users and inputs degraded from them; here it is the population that all systems learn from. Only the style
of the photo to retouch is masked, and what is predicted has to retouch it well besides being near its own code.
"""

from torch import Tensor
from torch.nn.functional import smooth_l1_loss

from pie_desktop.errors import PieError
from training.study.config import StudyConfig
from training.study.protocols.base import Batch, Protocol, Stage, Terms
from training.systems.masked import MaskedStyle, MaskedSystem
from training.systems.system import System


class Masked(Protocol):
    """Stage 1: a pair's own code must retouch its own photo. Stage 2: the code of a photo from those of other pairs."""

    system: MaskedSystem

    def __init__(self, config: StudyConfig, system: System, users: int) -> None:
        super().__init__(config, system, users)
        if not isinstance(system, MaskedSystem):
            raise PieError(f"{config.name}: masked style modeling trains masked systems; set system.masked = true.")
        self.stages = (
            Stage("style codes", config.protocol.share, [system.encoder], [system.enhancer]),
            Stage("masked styles", 1.0, (), [system.contents, system.predictor]),
        )

    def loss(self, stage: int, batch: Batch) -> tuple[Tensor, Terms]:
        photos, targets = batch.photos.flatten(0, 1), batch.targets.flatten(0, 1)
        codes = self.system.features(targets, photos).vector
        if stage == 0:
            return self.pictures(self.system.retouch(photos, codes).unflatten(0, batch.photos.shape[:2]), batch)
        style = self.style(batch)
        assert isinstance(style, MaskedStyle)
        predicted = self.system.predict(batch.photos, style)
        total, terms = self.pictures(self.system.retouch(photos, predicted).unflatten(0, batch.photos.shape[:2]), batch)
        # relative to how long codes are, which nothing prescribes
        masked = smooth_l1_loss(predicted, codes) / codes.abs().mean().clamp_min(1e-3)
        return total + masked, terms | {"masked": masked.detach()}
