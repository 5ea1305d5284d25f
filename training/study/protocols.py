"""The protocols of the study: how systems are trained, in which stages, what learns in them, and what is minimised."""

from collections.abc import Iterable
from typing import cast

import torch
from torch import Tensor, nn

from pie_desktop.errors import PieError
from pie_desktop.model.systems.masked import MaskedStyle, MaskedSystem
from pie_desktop.model.systems.system import System
from training.losses.metric import MetricName, ProxyName, metric_loss, proxy_classifier
from training.losses.registry import Terms
from training.study.config import Kind, StudyConfig
from training.study.protocol import Batch, Protocol, Stage


class EndToEnd(Protocol):
    """One stage; the style is whatever helps the enhancer.

    Encoder and enhancer learn together, from the targets alone.
    """

    def __init__(self, config: StudyConfig, system: System, users: int) -> None:
        super().__init__(config, system, users)
        if config.system.source == "mean":
            raise PieError(
                f"{config.name}: end to end there is no mean style of unedited photos yet; set system.source = "
                '"photo", or train in two stages with proxies.'
            )
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
    """Stage 1: a pair's own style must retouch its own photo. Stage 2: the style of a photo from those of other pairs.

    Kosugi and Yamasaki, Personalized image enhancement featuring masked style modeling, IEEE TCSVT 2023. In the second
    stage nothing is retouched: what is predicted is compared with the photo's own style, by L1 along the principal
    components of the styles of the training, which are fitted where the stage begins.
    """

    system: MaskedSystem

    def __init__(self, config: StudyConfig, system: System, users: int) -> None:
        super().__init__(config, system, users)
        if not isinstance(system, MaskedSystem):
            raise PieError(f"{config.name}: masked style modeling trains masked systems; set system.masked = true.")
        self.stages = (
            Stage("styles", config.protocol.share, [system.encoder], [system.enhancer]),
            Stage("masked styles", 1.0, (), [system.contents, system.predictor]),
        )

    @torch.no_grad()
    def begin(self, stage: int, batches: Iterable[Batch]) -> None:
        self.system.space.fit(torch.cat([self.embedding(batch)[0] for batch in batches]))

    def loss(self, stage: int, batch: Batch) -> tuple[Tensor, Terms]:
        photos, targets = batch.inputs.flatten(0, 1), batch.targets.flatten(0, 1)
        codes = self.system.features(targets, photos).vector
        if stage == 0:
            return self.images.of(self.system.retouch(photos, codes).unflatten(0, batch.inputs.shape[:2]), batch)
        style, space = self.style(batch), self.system.space
        assert isinstance(style, MaskedStyle)
        said = self.system.coordinates(batch.inputs, style) * space.deviation
        value = (said - space.project(codes)).abs().mean()
        return value, {"masked": value.detach()}


class EmbeddingOnly(Protocol):
    """Metric learning alone, to compare its losses; the enhancer is left as it is."""

    def __init__(self, config: StudyConfig, system: System, users: int) -> None:
        super().__init__(config, system, users)
        self.metric = self._metric(config, users)
        self.stages = (self._first(1.0),)

    def _metric(self, config: StudyConfig, users: int) -> nn.Module:
        return metric_loss(cast(MetricName, config.protocol.metric), config.system.width, users)

    def _first(self, until: float) -> Stage:
        return Stage("embedding", until, [self.system.encoder], proxies=[self.metric])

    def loss(self, stage: int, batch: Batch) -> tuple[Tensor, Terms]:
        value = self.metric(*self.embedding(batch))
        return value, {"metric": value.detach()}


class TwoStage(EmbeddingOnly):
    """The enhancer learns while the encoder stays as metric learning left it.

    Kim, Koh and Kim, PieNet: Personalized image enhancement network, ECCV 2020: photos retouched by one user are to
    have similar vectors; a new user is the mean vector of the photos given. Triplets are of photos alone, all of a
    batch that violate the margin; no user has a learned vector, which a new one would not have either. The frozen
    encoder is also the one by whose vectors the perceptual loss compares photos, where the protocol has one.
    """

    def __init__(self, config: StudyConfig, system: System, users: int) -> None:
        super().__init__(config, system, users)
        if any(True for _ in system.enhancer.parameters()):
            enhancer = Stage("enhancer", 1.0, (), [system.enhancer])
            self.stages = (self._first(config.protocol.share), enhancer)

    def loss(self, stage: int, batch: Batch) -> tuple[Tensor, Terms]:
        if stage == 0:
            return super().loss(stage, batch)
        output = self.system.enhance(batch.inputs, self.style(batch))
        total, terms = self.images.of(output, batch)
        weight = self.config.protocol.perceptual
        if weight:
            term = self.perceptual(output, batch)
            total, terms = total + weight * term, terms | {"perceptual": term.detach()}
        return total, terms

    def perceptual(self, output: Tensor, batch: Batch) -> Tensor:
        """Mean absolute difference of the vectors of outputs and targets `(U, Q, 3, P, P)`, a scalar."""
        photos = batch.inputs.flatten(0, 1) if self.system.needs_pairs else None
        found, wanted = (self.system.features(t.flatten(0, 1), photos).vector for t in (output, batch.targets))
        return (found - wanted).abs().mean()


class TwoStageProxies(TwoStage):
    """As `TwoStage`, with a proxy loss.

    Song, Qian and Du, StarEnhancer: Learning real-time and style-aware image enhancement, ICCV 2021: a style encoder
    trained as a classifier of styles, with one learned proxy per user and one for unedited photos, then frozen, and a
    curve enhancer between source and target style. With `source = "mean"` the source is the mean style of unedited
    photos, found where the second stage begins, as theirs is the mean of a style's photos. Theirs also learns to go
    from one user's retouch to another's; here every photo starts unedited, as for all systems compared.
    """

    def __init__(self, config: StudyConfig, system: System, users: int) -> None:
        super().__init__(config, system, users)
        self.users = users

    def _metric(self, config: StudyConfig, users: int) -> nn.Module:
        return proxy_classifier(cast(ProxyName, config.protocol.metric), config.system.width, users + 1)

    def embedding(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """As of all protocols, and one unedited photo of every user, all in one class of their own."""
        vectors, users = super().embedding(batch)
        more = self.system.unedited(batch.group.input[:, 0])
        return torch.cat([vectors, more]), torch.cat([users, users.new_full((len(more),), self.users)])

    @torch.no_grad()
    def begin(self, stage: int, batches: Iterable[Batch]) -> None:
        if self.config.system.source == "mean":
            found = [self.system.unedited(batch.group.input.flatten(0, 1)) for batch in batches]
            self.system.origin.copy_(torch.cat(found).mean(0))


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
