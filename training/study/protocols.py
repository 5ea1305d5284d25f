"""The protocols of the study: how systems are trained, in which stages, what learns in them, and what is minimised."""

from typing import cast

from torch import Tensor, nn
from torch.nn.functional import smooth_l1_loss

from pie_desktop.errors import PieError
from training.losses.metric import MetricName, ProxyName, metric_loss, proxy_classifier
from training.losses.registry import Terms
from training.study.config import Kind, StudyConfig
from training.study.protocol import Batch, Protocol, Stage
from training.systems.masked import MaskedStyle, MaskedSystem
from training.systems.system import System


class EndToEnd(Protocol):
    """One stage; the style is whatever helps the enhancer.

    Encoder and enhancer learn together, from the targets alone.
    """

    def __init__(self, config: StudyConfig, system: System, users: int) -> None:
        super().__init__(config, system, users)
        self.stages = (Stage("end to end", 1.0, [system.encoder], [system.enhancer]),)

    def loss(self, stage: int, batch: Batch) -> tuple[Tensor, Terms]:
        return self.retouching(batch)


class Diffusion(EndToEnd):
    """One stage, as `EndToEnd`, with the enhancer's own loss.

    Encoder and denoiser learn together to draw the LUT weights of the users' edits.
    """

    def __init__(self, config: StudyConfig, system: System, users: int) -> None:
        super().__init__(config, system, users)
        if not system.own_loss:
            raise PieError(f"{config.name}: this enhancer learns from its images; choose the protocol end_to_end.")

    def loss(self, stage: int, batch: Batch) -> tuple[Tensor, Terms]:
        value = self.system.loss(batch.inputs, batch.targets, self.style(batch))
        return value, {"denoising": value.detach()}


class Masked(Protocol):
    """Stage 1: a pair's own code must retouch its own photo. Stage 2: the code of a photo from those of other pairs.

    Kosugi and Yamasaki, Personalized image enhancement featuring masked style modeling, 2023. They learn from
    photographs of Flickr's users and inputs degraded from them; here it is the population that all systems learn from.
    Only the style of the photo to retouch is masked, and what is predicted has to retouch it well besides being near
    its own code.
    """

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
        photos, targets = batch.inputs.flatten(0, 1), batch.targets.flatten(0, 1)
        codes = self.system.features(targets, photos).vector
        if stage == 0:
            return self.images.of(self.system.retouch(photos, codes).unflatten(0, batch.inputs.shape[:2]), batch)
        style = self.style(batch)
        assert isinstance(style, MaskedStyle)
        predicted = self.system.predict(batch.inputs, style)
        output = self.system.retouch(photos, predicted).unflatten(0, batch.inputs.shape[:2])
        total, terms = self.images.of(output, batch)
        # relative to how long codes are, which nothing prescribes
        masked = smooth_l1_loss(predicted, codes) / codes.abs().mean().clamp_min(1e-3)
        return total + masked, terms | {"masked": masked.detach()}


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
    """The enhancer learns while the encoder stays as metric learning left it.

    Kim, Koh and Kim, PieNet: Personalized image enhancement network, 2020: photos retouched by one user are to have
    similar vectors; a new user is the mean vector of the photos given. Triplets are of photos alone, all of a batch
    that violate the margin; no user has a learned vector, which a new one would not have either.
    """

    def __init__(self, config: StudyConfig, system: System, users: int) -> None:
        super().__init__(config, system, users)
        enhancer = Stage("enhancer", 1.0, (), [system.enhancer])
        self.stages = (self._first(config.protocol.share), enhancer)

    def loss(self, stage: int, batch: Batch) -> tuple[Tensor, Terms]:
        return super().loss(stage, batch) if stage == 0 else self.retouching(batch)


class TwoStageProxies(TwoStage):
    """As `TwoStage`, with a proxy loss.

    Song, Qian and Du, StarEnhancer: Learning real-time and style-aware image enhancement, 2021: a style encoder trained
    as a classifier of styles, with one learned proxy per user, then frozen, and a curve enhancer between source and
    target style. Theirs also learns to go from one user's retouch to another's; here every photo starts unedited, as
    for all systems compared, and what the encoder makes of it is the source style.
    """

    def _metric(self, config: StudyConfig, users: int) -> nn.Module:
        return proxy_classifier(cast(ProxyName, config.protocol.metric), config.system.width, users)


PROTOCOLS: dict[Kind, type[Protocol]] = {
    "end_to_end": EndToEnd,
    "two_stage": TwoStage,
    "two_stage_proxies": TwoStageProxies,
    "masked": Masked,
    "diffusion": Diffusion,
    "embedding": EmbeddingOnly,
}


def build_protocol(config: StudyConfig, system: System, users: int) -> Protocol:
    """The protocol that a system is trained with.

    Args:
        users: size of the population.

    Raises:
        PieError: the protocol cannot train this system.
    """
    return PROTOCOLS[config.protocol.kind](config, system, users)


__all__ = ["Batch", "Protocol", "Stage", "build_protocol"]
